import should from 'should';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptedReceiver } from '../lib/otlp/support/scripted-receiver';
import { Collector, OutageFlow, outageLine, statusesDuring } from './support/otlp-outage';
import { Plc, startPlc } from './support/plc';
import { until } from './support/process';
import { Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';

/* The long version, with a minute of outage and the memory meanwhile, is test/long/otlp-outage.test.ts. */
describe("a controller's records on their way to a collector that fails in every way", function () {
  let userDir: string;
  let plc: Plc;
  let runtime: Runtime;
  let receiver: ScriptedReceiver;

  before(async () => {
    plc = await startPlc({ rate: 200, ringBytes: 1 << 20, truthLimit: 1_000_000 });
    receiver = await ScriptedReceiver.start();
    userDir = await makeUserDirectory();
  });
  after(async () => {
    runtime?.kill();
    await receiver?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  it('are each accepted or reported, acknowledged all the way, and never read twice', async () => {
    const collector = new Collector(receiver);
    const flow = new OutageFlow(userDir, plc, collector);
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow.nodes()));
    runtime = await Runtime.start(userDir);
    await until(
      'the first records',
      () => collector.stored.size > 0,
      () => runtime.log.slice(-3000)
    );

    const context = (): string => JSON.stringify(runtime.comms.status.get('otlp'));
    const turnedAway = (times: number): Promise<unknown> =>
      until(`${times} requests turned away`, () => collector.turnedAway >= times, context);
    const sentAgain = (): Promise<unknown> =>
      until('everything sent again', () => runtime.comms.status.get('otlp')?.fill === 'green', context);
    await receiver.kill();
    const dead = await statusesDuring(runtime, 'otlp', 2800);
    // What waits now has not been acknowledged: it comes again after a deploy.
    await runtime.deploy(flow.nodes({ name: 'another one' }));
    flow.forgetStatus();
    collector.busy(503, 1);
    await receiver.start();
    await turnedAway(2);
    collector.busy(429);
    await turnedAway(2);
    collector.accept();
    await sentAgain();
    collector.cutConnections();
    await turnedAway(3);
    collector.accept();
    await sentAgain();
    collector.refuseOne(400);
    plc.simulator.command('burst', 1000);
    await until('the bad record', () => collector.bad.includes(1), context);
    collector.takePartly();
    await until('partial acceptance', () => collector.partial >= 2);
    collector.accept();
    plc.simulator.command('stop-producer');
    const { written } = plc.simulator.statistics();
    const { totals } = await flow.rests(runtime);

    const left = await flow.arrives(runtime);
    const sums = flow.sums(runtime, left);
    console.log(`      ${outageLine(sums)}; answered 400: requests of ${collector.bad.join(', ')} items`);
    should([sums.silent, sums.unreported, sums.refusedAndAccepted, sums.invented]).eql([[], [], [], []]);
    should(sums.accepted + sums.refused).equal(sums.produced);
    should(sums.produced).equal(written);
    should(totals).match({ lost: 0, laps: 0 });
    // A span or data point that left the mapper is at the collector; but a state that was lost with the deploy, which
    // is told.
    should([sums.silentSpans, sums.silentPoints]).eql([[], []]);
    should(sums.silentStates.length).be.belowOrEqual(sums.toldAtClose);
    should(Math.min(sums.spans, sums.points)).be.above(0);
    // What was received and cut off came again: at least once on the wire, exactly once by its uid.
    should(sums.duplicates).be.above(0);
    // One bad record of 400 or more sank nobody.
    should(collector.bad[0]).be.aboveOrEqual(400);
    const of = (reason: string): { count: number; uids: readonly string[] }[] =>
      flow.refusals.filter((refusal) => refusal.reason === reason);
    should(of('refused')).match([{ signal: 'logs', code: 'OPENOT_OTLP_REFUSED', status: 400, count: 1, items: 1 }]);
    should(of('partial').map(({ count }) => count)).eql(Array<number>(collector.partial).fill(1));
    should(flow.refusals.length).equal(1 + collector.partial);
    // Once it is known that nothing is accepted, never green. A status is shown once a second.
    const fills = dead.map(({ fill }) => fill);
    should(fills.slice(fills.indexOf('red'))).not.containEql('green');
    should(dead.at(-1)).match({ fill: 'red', text: /connection refused since/ });
    should(
      [...new Set(flow.errors.map((line) => line.split(' ')[0]))].filter(
        (code) => !['OPENOT_OTLP_UNREACHABLE', 'OPENOT_OTLP_BUSY'].includes(code)
      )
    ).eql([]);
    await until('the status', () => runtime.comms.status.get('otlp')?.fill === 'green', context);

    // What was acknowledged does not come again.
    const { requests } = receiver;
    await runtime.deploy(flow.nodes({ name: 'again' }));
    flow.forgetStatus();
    should((await flow.rests(runtime)).totals).match({ records: 0, lost: 0 });
    should(flow.sums(runtime, left)).match({ accepted: sums.accepted, duplicates: sums.duplicates });
    should(receiver.requests).be.aboveOrEqual(requests);
  });
});
