import should from 'should';
import { duplicatesBound, faultsOf, finish, KilledFlow, killLine, KillSums } from '../e2e/support/killed-flow';
import { Plc, startPlc } from '../e2e/support/plc';
import { sleep } from '../e2e/support/process';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';
import { seeded } from '../support/seeded';

const KILLS = Number(process.env.OPENOT_KILLS ?? 50);
const SEED = Number(process.env.OPENOT_SEED ?? 1);

/*
 * The example flow reads a controller outside its process, acknowledges into a file, and is killed at random moments:
 * while it starts, waits for the lock of its state, connects, catches up, reads and writes.
 */
describe('a runtime that is killed (kill -9) again and again', function () {
  this.timeout(1_800_000);
  let plc: Plc | undefined;
  let userDir: string | undefined;
  let flow: KilledFlow | undefined;

  afterEach(async () => {
    if (flow?.isRunning) await flow.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  /** `pauses`: nothing is produced while a runtime starts, so that the ring holds all however long that takes. */
  async function killed(kills: number, ringBytes: number, pauses: boolean): Promise<KillSums> {
    const random = seeded(SEED);
    plc = await startPlc({ rate: 100, ringBytes, truthLimit: 2_000_000, heartbeatInterval: 500, seed: SEED });
    userDir = await makeUserDirectory();
    flow = new KilledFlow(userDir, plc);
    const begun = Date.now();
    let early = 0;
    for (let life = 0; life < kills; life++) {
      if (pauses && life > 0) plc.simulator.command('stop-producer');
      await flow.start();
      if (random.below(5) === 0) {
        early++;
        await sleep(200 + random.below(5_000));
      } else {
        await flow.startsFlows();
        plc.simulator.command('start-producer');
        await flow.writes();
        await sleep(random.below(1_500));
      }
      await flow.kill();
    }
    plc.simulator.command('start-producer');
    const sums = await finish(flow, plc);
    console.log(
      `      ${kills} kills in ${Math.round((Date.now() - begun) / 1000)} s, ${early} of them whatever the ` +
        `runtime did, ring of ${ringBytes} bytes: ${killLine(sums)}; published bound for the duplicates of one ` +
        `kill ${duplicatesBound(ringBytes)}`
    );
    return sums;
  }

  it(`${KILLS} kills: every record is in the file, and duplicates stay within the published bound`, async () => {
    const sums = await killed(KILLS, 1 << 19, true);
    should(faultsOf(sums)).eql([]);
    // What the ring lost on a slow machine before it was settled may have been written, and was.
    should([sums.lost, sums.indeterminate - sums.indeterminateDelivered]).eql([0, 0]);
    should(sums.delivered).equal(sums.produced);
    should(sums.torn).be.belowOrEqual(KILLS);
    should(sums.duplicatesOfOneKill).be.belowOrEqual(duplicatesBound(1 << 19));
  });

  it(
    `${Math.ceil(KILLS / 4)} kills, and the ring is written around each time: lost, indeterminate and ` +
      'delivered are exactly what was produced',
    async () => {
      const sums = await killed(Math.ceil(KILLS / 4), 16_384, false);
      should(faultsOf(sums)).eql([]);
      should(sums.lost).be.above(0);
      should(sums.indeterminate).be.above(0);
      should(sums.delivered + sums.lost + sums.indeterminate - sums.indeterminateDelivered).equal(sums.produced);
      should(sums.duplicatesOfOneKill).be.belowOrEqual(duplicatesBound(16_384));
    }
  );
});
