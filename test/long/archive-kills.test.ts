import should from 'should';
import { archiveLine, archiveSums, ArchiveSums, withArchive } from '../e2e/support/killed-archive';
import { faultsOf, finish, KilledFlow, killLine, KillSums } from '../e2e/support/killed-flow';
import { Plc, startPlc } from '../e2e/support/plc';
import { sleep } from '../e2e/support/process';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';
import { seeded } from '../support/seeded';

const KILLS = Number(process.env.OPENOT_KILLS ?? 50);
const SEED = Number(process.env.OPENOT_SEED ?? 1);

/** As test/e2e/archive-kills.test.ts, killed more often, also while the runtime starts. */
describe('a runtime with an archive behind its reader that is killed (kill -9) again and again', function () {
  this.timeout(KILLS * 900_000);
  let plc: Plc | undefined;
  let userDir: string | undefined;
  let flow: KilledFlow | undefined;

  afterEach(async () => {
    if (flow?.isRunning) await flow.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  /** `pauses`: nothing is produced while a runtime starts, so that the ring holds all however long that takes. */
  async function killed(
    kills: number,
    ringBytes: number,
    pauses: boolean
  ): Promise<{ sums: KillSums; archive: ArchiveSums }> {
    const random = seeded(SEED);
    plc = await startPlc({ rate: 100, ringBytes, truthLimit: 2_000_000, heartbeatInterval: 500, seed: SEED });
    userDir = await makeUserDirectory();
    flow = new KilledFlow(userDir, plc, withArchive(userDir));
    for (let life = 0; life < kills; life++) {
      if (pauses && life > 0) plc.simulator.command('stop-producer');
      await flow.start();
      if (random.below(5) === 0) await sleep(200 + random.below(5_000));
      else {
        await flow.startsFlows();
        plc.simulator.command('start-producer');
        await flow.writes();
        await sleep(random.below(2_500));
      }
      await flow.kill();
    }
    plc.simulator.command('start-producer');
    const sums = await finish(flow, plc);
    const archive = await archiveSums(userDir, plc);
    console.log(`      ${kills} kills, ring of ${ringBytes} bytes: ${killLine(sums)}`);
    console.log(`      ${archiveLine(archive)}`);
    return { sums, archive };
  }

  it(`${KILLS} kills: sums close, and every checkpoint that was sent verifies against the final log`, async () => {
    const { sums, archive } = await killed(KILLS, 1 << 20, true);
    should(faultsOf(sums)).eql([]);
    should(archive.report.findings).eql([]);
    should([archive.silent, archive.twice, archive.invented]).eql([[], [], []]);
    should(archive.stored).equal(archive.produced);
    should(archive.sent).be.above(KILLS / 2);
    should(archive.report.since.length).equal(archive.sent);
  });

  it(`${Math.ceil(KILLS / 5)} kills, and the ring is written around each time: all is stored or declared`, async () => {
    const { archive } = await killed(Math.ceil(KILLS / 5), 16_384, false);
    should(archive.report.findings).eql([]);
    should([archive.silent, archive.twice, archive.invented]).eql([[], [], []]);
    should(archive.declaredLost).be.above(0);
    should(archive.stored + archive.declaredLost).equal(archive.produced);
    should(archive.report.since.length).equal(archive.sent);
  });
});
