import should from 'should';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addProbe, probe } from '../e2e/support/probe';
import { Collector, OutageFlow, outageLine, statusesDuring } from '../e2e/support/otlp-outage';
import { Plc, startPlc } from '../e2e/support/plc';
import { sleep, until } from '../e2e/support/process';
import { Runtime } from '../e2e/support/runtime';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';
import { ScriptedReceiver } from '../lib/otlp/support/scripted-receiver';
import { isFlat, Memory } from './support/memory';

/** Events a second, and seconds that the collector is gone. */
const RATE = 200;
const GONE_S = Number(process.env.OPENOT_OUTAGE_SECONDS ?? 60);

describe(
  `a collector that is killed for ${GONE_S} s at ${RATE} events a second, and then fails in every ` + 'other way',
  function () {
    this.timeout(600_000 + GONE_S * 4000);
    let userDir: string;
    let plc: Plc;
    let runtime: Runtime;
    let receiver: ScriptedReceiver;

    before(async () => {
      plc = await startPlc({ rate: RATE, ringBytes: 8 << 20, truthLimit: 4_000_000 });
      receiver = await ScriptedReceiver.start();
      userDir = await makeUserDirectory();
      addProbe(userDir);
    });
    after(async () => {
      runtime?.kill();
      await receiver?.kill();
      await plc?.stop();
      if (userDir) await removeUserDirectory(userDir);
    });

    it('loses nothing: every record accepted or reported, acknowledged all the way, the memory flat', async () => {
      const collector = new Collector(receiver);
      const flow = new OutageFlow(userDir, plc, collector);
      writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow.nodes()));
      runtime = await Runtime.start(userDir, { NODE_OPTIONS: '--expose-gc' });
      const context = (): string => JSON.stringify(runtime.comms.status.get('otlp'));
      await until(
        'the first records',
        () => collector.stored.size > 0,
        () => runtime.log.slice(-3000)
      );
      const memory = new Memory();
      let isOver = false;
      const sampling = (async () => {
        while (!isOver) {
          const { rss, heapUsed } = await probe(runtime);
          memory.add(rss, heapUsed);
          await sleep(500);
        }
      })();
      const atEase = async (ms: number): Promise<void> => {
        collector.accept();
        await until('everything sent again', () => runtime.comms.status.get('otlp')?.fill === 'green', context);
        await sleep(ms);
      };
      await sleep((GONE_S * 1000) / 6);

      await receiver.kill();
      const began = collector.stored.size;
      const dead = await statusesDuring(runtime, 'otlp', GONE_S * 1000);
      should(collector.stored.size).equal(began);
      await receiver.start();
      const backMs = Date.now();
      await until('the first record after it', () => collector.stored.size > began, context);
      const wentOnMs = Date.now() - backMs;
      await atEase(5000);
      for (const [status, retryAfterS] of [
        [503, 2],
        [429, undefined]
      ] as const) {
        collector.busy(status, retryAfterS);
        await sleep(10_000);
        should(collector.turnedAway).be.above(0);
        await atEase(5000);
      }
      collector.cutConnections();
      await sleep(10_000);
      should(collector.turnedAway).be.above(1);
      await atEase(5000);
      collector.refuseOne(400);
      plc.simulator.command('burst', 1000);
      await until('the bad record', () => collector.bad.includes(1), context);
      collector.takePartly();
      await sleep(5000);
      await atEase(10_000);
      plc.simulator.command('stop-producer');
      const { written } = plc.simulator.statistics();
      const { totals } = await flow.rests(runtime, written);
      isOver = true;
      await sampling;

      const sums = flow.sums(runtime, await flow.arrives(runtime));
      console.log(
        `      ${outageLine(sums)}; partly accepted ${collector.partial} requests; answered 400: requests of ` +
          `${collector.bad.join(', ')} items`
      );
      console.log(`      went on ${wentOnMs} ms after the collector was back; ${memory.line()}`);
      should([sums.silent, sums.unreported, sums.refusedAndAccepted, sums.invented]).eql([[], [], [], []]);
      should([sums.silentSpans, sums.silentPoints, sums.silentStates]).eql([[], [], []]);
      should(Math.min(sums.spans, sums.points)).be.above(0);
      should(sums.accepted + sums.refused).equal(sums.produced);
      should(sums.refused).equal(1 + collector.partial);
      should(sums.produced).be.aboveOrEqual(GONE_S * RATE);
      should(totals).match({ records: written, lost: 0, laps: 0 });
      should(flow.refusals.filter(({ reason }) => reason === 'refused')).match([{ status: 400, count: 1, items: 1 }]);
      should(flow.refusals.length).equal(1 + collector.partial);
      const fills = dead.map(({ fill }) => fill);
      should(fills.slice(fills.indexOf('red'))).not.containEql('green');
      should(
        [...new Set(flow.errors.map((line) => line.split(' ')[0]))].filter(
          (code) => !['OPENOT_OTLP_UNREACHABLE', 'OPENOT_OTLP_BUSY'].includes(code)
        )
      ).eql([]);
      should(isFlat(memory)).equal(true, memory.line());
    });
  }
);
