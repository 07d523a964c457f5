import should from 'should';
import { duplicatesBound, faultsOf, finish, KilledFlow, killLine, KillSums } from './support/killed-flow';
import { Plc, startPlc } from './support/plc';
import { sleep } from './support/process';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';
import { rounds } from '../support/rounds';

/** test/long/kills.test.ts kills it fifty times. */
const KILLS = rounds(2, 3);

describe('a runtime that is killed (kill -9) while it writes acknowledged records into a file', function () {
  let plc: Plc | undefined;
  let userDir: string | undefined;
  let flow: KilledFlow | undefined;

  afterEach(async () => {
    if (flow?.isRunning) await flow.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  async function killed(kills: number, ringBytes: number): Promise<KillSums> {
    plc = await startPlc({ rate: 100, ringBytes, truthLimit: 1_000_000, heartbeatInterval: 500 });
    userDir = await makeUserDirectory();
    flow = new KilledFlow(userDir, plc);
    for (let life = 0; life < kills; life++) {
      await flow.start();
      await flow.writes();
      await sleep(150 * life);
      await flow.kill();
    }
    const sums = await finish(flow, plc);
    console.log(`      ${kills} kills, ring of ${ringBytes} bytes: ${killLine(sums)}`);
    return sums;
  }

  it(`${KILLS} kills: every record is in the file, none is lost, and duplicates stay within the published bound`, async () => {
    // Minutes of records: on a busy machine a runtime takes long to come back.
    const sums = await killed(KILLS, 1 << 21);
    should(faultsOf(sums)).eql([]);
    should([sums.lost, sums.indeterminate]).eql([0, 0]);
    should(sums.delivered).equal(sums.produced);
    should(sums.torn).be.belowOrEqual(KILLS);
    should(sums.duplicatesOfOneKill).be.belowOrEqual(duplicatesBound(1 << 21));
  });

  it('a ring that is written around meanwhile: what nobody can know is indeterminate, and the sums close', async () => {
    const sums = await killed(KILLS - 1, 16_384);
    should(faultsOf(sums)).eql([]);
    should(sums.lost).be.above(0);
    should(sums.indeterminate).be.above(0);
    should(sums.delivered + sums.lost + sums.indeterminate - sums.indeterminateDelivered).equal(sums.produced);
    should(sums.duplicatesOfOneKill).be.belowOrEqual(duplicatesBound(16_384));
  });
});
