import should from 'should';
import { Plc, startPlc } from '../e2e/support/plc';
import { sleep } from '../e2e/support/process';
import { Carriage, modbusCarriage, opcuaCarriage } from './support/followed-reader';
import { lies, Pull, pull, PullOutcome, statesOf } from './support/link-pull';

/** Where a link is gone: every way in which that happens, while reading and while connecting. */
const WAYS: Omit<Pull, 'downMs'>[] = (['reading', 'connecting'] as const).flatMap((when) =>
  (
    [
      ['unplugged', 'kept'],
      ['unplugged', 'repeated'],
      ['unplugged', 'forgotten'],
      ['blackHole', 'kept'],
      ['refused', 'kept']
    ] as const
  ).map(([how, returns]) => ({ how, returns, when }))
);

/**
 * Milliseconds that reading may take to go on, by how long the link was gone, and how many come back at the same time.
 */
const PULLS = [
  { downMs: 5_000, limitMs: 2_000 },
  { downMs: 17_000, limitMs: 2_000 },
  { downMs: 60_000, limitMs: 12_000 },
  { downMs: 75_000, limitMs: 12_000 }
];
/** Milliseconds between two readers of a round: each comes back on a machine that has little else to do. */
const APART_MS = 1_200;
/** A Read that stays unanswered is told after 3 s, and the status is looked at ten times a second. */
const TOLD_MS = 3_500;

/**
 * A device that takes the first connection and says nothing cannot be told from a slow one before its request time-out:
 * over OPC UA it is probed meanwhile, over Modbus a second connection may cost the first. On a real cable the
 * connection
 * itself would be asked for, and sooner again (test/lib/transport/modbus/deaf.test.ts); of a proxy it is taken at once.
 */
const blindMs = (carriage: Carriage, { how, returns, when }: Pull): number =>
  carriage.name === 'Modbus TCP' && when === 'connecting' && (how === 'blackHole' || returns === 'repeated')
    ? carriage.requestTimeoutMs + 1_500
    : 0;

describe('a link that is pulled and comes back', function () {
  this.timeout(300_000);
  let plc: Plc;

  before(async () => {
    plc = await startPlc({ rate: 20, ringBytes: 65_536, modbusPort: 'any' });
  });
  after(() => plc?.stop());

  for (const { downMs, limitMs } of PULLS) {
    it(`for ${downMs / 1000} s: reading goes on by itself within ${limitMs / 1000} s, and the status is honest all along`, async () => {
      const carriages = [opcuaCarriage(), modbusCarriage()];
      const cases = WAYS.flatMap((way) => carriages.map((carriage) => ({ carriage, way: { ...way, downMs } })));
      const rounds = cases.map(
        async ({ carriage, way }, i): Promise<{ carriage: Carriage; way: Pull; outcome: PullOutcome }> => {
          await sleep(i * APART_MS);
          return { carriage, way, outcome: await pull(plc, carriage, way, 40_000) };
        }
      );
      const done = await Promise.all(rounds);
      const faults: string[] = [];
      for (const { carriage, way, outcome } of done) {
        const name = `${carriage.name}, ${way.how}${way.how === 'unplugged' ? ` (${way.returns})` : ''}, while ${way.when}`;
        console.log(
          `      ${name}: went on ${Math.round(outcome.resumedMs)} ms after ${way.downMs / 1000} s; not green after ${outcome.toldMs === undefined ? 'no time' : `${Math.round(outcome.toldMs)} ms`}; errors ${outcome.errors.join(' ') || 'none'}`
        );
        if (outcome.resumedMs > Math.max(limitMs, blindMs(carriage, way)))
          faults.push(`${name}: ${Math.round(outcome.resumedMs)} ms`);
        const [lie] = lies(outcome.dead, TOLD_MS);
        if (lie !== undefined) faults.push(`${name}: ${lie}\n${statesOf(outcome.dead)}`);
      }
      should(faults).eql([]);
    });
  }
});
