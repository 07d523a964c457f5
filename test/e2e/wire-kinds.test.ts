import should from 'should';
import { Plc, startPlc } from './support/plc';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';
import { KINDS, WireKinds } from './support/wire-kinds';

const DEPLOYS = Number(process.env.OPENOT_WIRE_DEPLOYS ?? 3);

/* With 20 deploys: test/long/wire-kinds.test.ts. */
describe(`${DEPLOYS} deploys at 50 events/s with each of ${KINDS.length} kinds of wires behind openot-doc`, function () {
  let plc: Plc;
  let userDir: string;
  let wires: WireKinds | undefined;

  before(async () => {
    plc = await startPlc({ rate: 50, ringBytes: 1 << 20, truthLimit: 1_000_000 });
    plc.simulator.command('stop-producer');
    userDir = await makeUserDirectory();
  });
  after(async () => {
    wires?.runtime.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  it('every record reaches its file, once; where it is acknowledged behind a queue of others, at least once', async () => {
    wires = await WireKinds.start(plc, userDir);
    const counts = await wires.deploys(DEPLOYS).catch((error: Error) => {
      throw new Error(`${error.message}\n${wires!.runtime.log.slice(-3000)}`, { cause: error });
    });
    for (const { kind, expected, missing, twice, said } of counts)
      console.log(`      ${kind}: ${expected} expected, ${missing} missing, ${twice} twice; ${said.join(' | ')}`);
    for (const { kind, mayRepeat, expected, missing, twice, losses } of counts) {
      should(expected).be.above(20, kind);
      should({ missing, losses }).eql({ missing: 0, losses: 0 }, kind);
      if (!mayRepeat) should(twice).equal(0, kind);
    }
  });
});
