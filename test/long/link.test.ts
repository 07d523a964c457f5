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

/** How long the link is gone. How long reading takes to go on is printed, not asserted. */
const PULLS_MS = [5_000, 17_000, 60_000, 75_000];
/** Milliseconds between two readers of a round: each comes back on a machine that has little else to do. */
const APART_MS = 1_200;

describe('a link that is pulled and comes back', function () {
  this.timeout(300_000);
  let plc: Plc;

  before(async () => {
    plc = await startPlc({ rate: 20, ringBytes: 65_536, modbusPort: 'any' });
  });
  after(() => plc?.stop());

  for (const downMs of PULLS_MS) {
    it(`for ${downMs / 1000} s: reading goes on by itself, and the status is honest all along`, async () => {
      const carriages = [opcuaCarriage(), modbusCarriage()];
      const cases = WAYS.flatMap((way) => carriages.map((carriage) => ({ carriage, way: { ...way, downMs } })));
      const rounds = cases.map(
        async ({ carriage, way }, i): Promise<{ carriage: Carriage; way: Pull; outcome: PullOutcome }> => {
          await sleep(i * APART_MS);
          return { carriage, way, outcome: await pull(plc, carriage, way) };
        }
      );
      const done = await Promise.all(rounds);
      const faults: string[] = [];
      for (const { carriage, way, outcome } of done) {
        const name = `${carriage.name}, ${way.how}${way.how === 'unplugged' ? ` (${way.returns})` : ''}, while ${way.when}`;
        console.log(
          `      ${name}: went on ${Math.round(outcome.resumedMs)} ms after ${way.downMs / 1000} s; told after ` +
            `${outcome.toldMs === undefined ? 'no time' : `${Math.round(outcome.toldMs)} ms`}; errors ` +
            `${outcome.errors.join(' ') || 'none'}`
        );
        const [lie] = lies(outcome.dead);
        if (lie !== undefined) faults.push(`${name}: ${lie}\n${statesOf(outcome.dead)}`);
      }
      should(faults).eql([]);
    });
  }
});
