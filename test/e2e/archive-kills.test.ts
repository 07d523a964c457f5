import should from 'should';
import { archiveLine, archiveSums, withArchive } from './support/killed-archive';
import { faultsOf, finish, KilledFlow } from './support/killed-flow';
import { Plc, startPlc } from './support/plc';
import { sleep } from './support/process';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';
import { rounds } from '../support/rounds';

/** With OPENOT_THOROUGH three; test/long/archive-kills.test.ts kills it fifty times. */
const KILLS = rounds(1, 3);

describe('a runtime that is killed (kill -9) while its archive writes', function () {
  let plc: Plc | undefined;
  let userDir: string | undefined;
  let flow: KilledFlow | undefined;

  afterEach(async () => {
    if (flow?.isRunning) await flow.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  it(`kills (${KILLS}): all is stored once, and every checkpoint that was sent verifies against the final log`, async () => {
    plc = await startPlc({ rate: 100, ringBytes: 1 << 21, truthLimit: 1_000_000, heartbeatInterval: 500 });
    userDir = await makeUserDirectory();
    flow = new KilledFlow(userDir, plc, withArchive(userDir));
    for (let life = 0; life < KILLS; life++) {
      await flow.start();
      await flow.writes();
      await sleep(400 * life);
      await flow.kill();
    }
    const sums = await finish(flow, plc);
    const archive = await archiveSums(userDir, plc);
    console.log(`      ${archiveLine(archive)}`);
    should(faultsOf(sums)).eql([]);
    should(archive.report.findings).eql([]);
    should([archive.silent, archive.twice, archive.invented]).eql([[], [], []]);
    should(archive.stored).equal(archive.produced);
    should(archive.sent).be.above(0);
    should(archive.report.since.length).equal(archive.sent);
  });
});
