import should from 'should';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countByIdentity, endsWhole, readDocuments } from './support/documents';
import { appendTo, chain } from './support/flows';
import { Plc, startPlc } from './support/plc';
import { sleep, until } from './support/process';
import { FlowNode, Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';
import { rounds } from '../support/rounds';

const STOPS = rounds(3, 10);

describe(`a runtime that is stopped in order and started again ${STOPS} times while the controller produces`, function () {
  let userDir: string;
  let plc: Plc;
  let runtime: Runtime | undefined;
  let output: string;

  before(async () => {
    // The ring holds what is made while a busy machine starts a runtime again and again.
    plc = await startPlc({ rate: 100, ringBytes: 1 << 22 });
    userDir = await makeUserDirectory();
    output = join(userDir, 'documents.ndjson');
    const flows = [
      ...chain({
        endpoint: plc.endpointUrl,
        controlNode: plc.controlNodeId,
        ringNode: plc.ringNodeIds.join('\n'),
        definition: { source: 'json', json: plc.simulator.definitionText() },
        after: [['append']]
      }),
      // No Catch node here: what our nodes complain of must reach the log, where it is looked for.
      appendTo('append', output)
    ];
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows));
  });
  after(async () => {
    runtime?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  // A failed test must not leave a runtime behind that the next one would share its files with.
  afterEach(() => runtime?.kill());

  it('gives every (run, source, seq) exactly once at the output of openot-doc', async () => {
    for (let round = 0; round < STOPS; round++) {
      const before = readDocuments(output).length;
      runtime = await Runtime.start(userDir);
      await until(
        `documents of round ${round}`,
        () => readDocuments(output).length > before + 20,
        () => runtime!.log
      );
      // Different moments within a poll, the hand-over between nodes included.
      await sleep((370 / STOPS) * round);
      await runtime.stop();
      should(runtime.complaints()).eql([]);
    }
    plc.simulator.command('stop-producer');
    const produced = plc.simulator.statistics().written;
    runtime = await Runtime.start(userDir);
    await until(
      'the rest',
      () => countByIdentity(readDocuments(output)).size >= produced,
      () => `${countByIdentity(readDocuments(output)).size} of ${produced}\n${runtime!.log}`
    );
    await runtime.stop();

    should(endsWhole(output)).be.true();
    const documents = readDocuments(output);
    const counts = countByIdentity(documents);
    should([...counts].filter(([, times]) => times !== 1)).eql([]);
    should(counts.size).equal(produced);
    should(documents.filter(({ kind }) => kind === 'loss')).eql([]);
  });

  it('does so across deploys of everything and of modified nodes too', async () => {
    plc.simulator.command('start-producer');
    runtime = await Runtime.start(userDir);
    const flows = await runtime.json<FlowNode[]>('/flows');
    for (let round = 0; round < rounds(4, 6); round++) {
      await sleep(211 + 17 * round);
      const changed = flows.map((node) => (node.id === 'decoder' ? { ...node, name: `round ${round}` } : node));
      await runtime.deploy(changed, round % 2 ? 'nodes' : 'full');
    }
    plc.simulator.command('stop-producer');
    const produced = plc.simulator.statistics().written;
    await until(
      'the rest',
      () => countByIdentity(readDocuments(output)).size >= produced,
      () => `${countByIdentity(readDocuments(output)).size} of ${produced}\n${runtime!.log}`
    );
    await runtime.stop();
    should(runtime.complaints()).eql([]);
    should(readDocuments(output).filter(({ kind }) => kind === 'loss')).eql([]);
    const counts = countByIdentity(readDocuments(output));
    should([...counts].filter(([, times]) => times !== 1)).eql([]);
    should(counts.size).equal(produced);
  });
});
