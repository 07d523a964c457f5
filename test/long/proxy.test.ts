import should from 'should';
import { Plc, startPlc } from '../e2e/support/plc';
import { sleep, until } from '../e2e/support/process';
import { TcpProxy } from '../support/tcp-proxy';
import { FaultPlayer } from './support/fault-player';
import { Carriage, followReader, modbusCarriage, opcuaCarriage } from './support/followed-reader';
import { isFlat, Memory } from './support/memory';
import { allWritten, line } from './support/tally';

const MINUTES = Number(process.env.OPENOT_PROXY_MINUTES ?? 4);
const SEED = Number(process.env.OPENOT_SEED ?? 1);

/*
 * A link that delays, narrows, cuts in two, garbles, breaks, half-closes, swallows and refuses, for minutes, between a
 * controller at 200 events a second and its readers. TCP's own checksum would not let garbled bytes pass: gateways do.
 */
describe(`${MINUTES} minutes on a bad link`, function () {
  this.timeout((MINUTES + 5) * 60_000);
  let plc: Plc;

  before(async () => {
    plc = await startPlc({ rate: 200, ringBytes: 120_000, modbusPort: 'any', truthLimit: 2_000_000 });
  });
  after(() => plc?.stop());

  it(
    'nothing is invented, nothing lost silently, all sums close, memory stays flat: OPC UA and Modbus ' +
      'TCP at the same time',
    async () => {
      const carriages: Carriage[] = [opcuaCarriage({ requestTimeoutMs: 4_000 }), modbusCarriage()];
      const memory = new Memory();
      const plays = await Promise.all(
        carriages.map(async (carriage, i) => {
          const proxy = await TcpProxy.open(carriage.portOf(plc), SEED + i);
          const reader = followReader(carriage.open(plc, proxy.port), {}, { keepsSeen: false });
          return { carriage, proxy, reader, faults: new FaultPlayer(proxy, SEED + 100 + i) };
        })
      );
      await until(
        'first contact',
        () => plays.every(({ reader }) => reader.tally.records > 0),
        () => JSON.stringify(plays.map(({ reader }) => reader.status()))
      );
      for (const { faults } of plays) faults.start();
      for (const end = Date.now() + MINUTES * 60_000; Date.now() < end;) {
        await sleep(1_000);
        memory.sample();
      }
      for (const { faults } of plays) await faults.stop();
      const truth = allWritten(plc.simulator);
      const head = plc.simulator.statistics().headAbs;
      await until(
        'the rest',
        () => plays.every(({ reader }) => reader.status().cursorAbs === head && reader.status().state === 'idle'),
        () => JSON.stringify(plays.map(({ reader }) => reader.status()))
      );
      const problems: string[] = [];
      for (const { carriage, proxy, reader, faults } of plays) {
        const status = reader.status();
        await reader.stop();
        await proxy.close();
        const sums = reader.tally.sums(truth);
        const { counters } = proxy;
        const codes = new Map<string, number>();
        for (const { code } of reader.errors) codes.set(code, (codes.get(code) ?? 0) + 1);
        console.log(`      ${carriage.name}: ${line(sums)}`);
        console.log(
          `        faults ${[...faults.played].map(([kind, times]) => `${kind} ${times}`).join(', ')}; ` +
            `${counters.connections} connections, ${counters.garbled} pieces garbled, ` +
            `${Math.round(counters.bytesToClient / 1024)} KiB read`
        );
        console.log(
          `        polls ${status.looks.polls}, looks repeated ${status.looks.repeated}, records read again ` +
            `${status.looks.reread}, laps ${status.totals.laps}, skipped ${status.totals.skipped}, incarnations ` +
            `${status.totals.incarnations}; ${[...codes].map(([code, times]) => `${code} ${times}`).join(', ')}`
        );
        const name = `${carriage.name}, seed ${SEED}`;
        if (sums.invented.length > 0) problems.push(`${name}: invented ${sums.invented.slice(0, 20).join(' ')}`);
        if (sums.silent.length > 0) problems.push(`${name}: silently lost ${sums.silent.slice(0, 20).join(' ')}`);
        if (sums.reportedTwice.length > 0 || sums.lostAndDelivered.length > 0)
          problems.push(
            `${name}: reported twice ${sums.reportedTwice.slice(0, 9).join(' ')}, lost and delivered ` +
              `${sums.lostAndDelivered.slice(0, 9).join(' ')}`
          );
        if (sums.produced !== sums.delivered + sums.lost || sums.duplicates > 0)
          problems.push(`${name}: the sums do not close`);
        if (status.totals.records !== sums.delivered || status.totals.lost !== sums.lost)
          problems.push(`${name}: the reader's own totals say ${status.totals.records} and ${status.totals.lost}`);
        if (status.totals.incarnations > 0)
          problems.push(
            `${name}: ${JSON.stringify(reader.tally.notices.filter(({ kind }) => kind === 'incarnation'))}`
          );
      }
      console.log(`      ${memory.line()}`);
      should(problems).eql([]);
      should(isFlat(memory)).be.true();
    }
  );
});
