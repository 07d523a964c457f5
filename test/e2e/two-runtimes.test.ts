import should from 'should';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countByIdentity, readDocuments } from './support/documents';
import { appendTo, chain } from './support/flows';
import { Plc, startPlc } from './support/plc';
import { until } from './support/process';
import { Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';

describe('two runtimes on one user directory', function () {
  let userDir: string;
  let plc: Plc;
  let first: Runtime | undefined;
  let second: Runtime | undefined;

  before(async () => {
    plc = await startPlc({ rate: 100, ringBytes: 1 << 20 });
    userDir = await makeUserDirectory();
  });
  after(async () => {
    first?.kill();
    second?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  it(
    'the second reader is refused aloud while the first one lives, and goes on from its state when it ' + 'was killed',
    async () => {
      const output = join(userDir, 'documents.ndjson');
      const flows = [
        ...chain({
          endpoint: plc.endpointUrl,
          controlNode: plc.controlNodeId,
          ringNode: plc.ringNodeIds.join('\n'),
          definition: { source: 'json', json: plc.simulator.definitionText() },
          after: [['append']]
        }),
        appendTo('append', output)
      ];
      writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows));
      const identities = (): Map<string, number> => countByIdentity(readDocuments(output));

      first = await Runtime.start(userDir);
      await until(
        'the first documents',
        () => identities().size > 20,
        () => first!.log
      );
      second = await Runtime.start(userDir);
      await until(
        'the refusal',
        () => second!.log.includes('OPENOT_STATE_LOCKED'),
        () => second!.log
      );
      const size = identities().size;
      await until('more documents of the first', () => identities().size > size + 100);
      // Of two that read, every record would come twice.
      should([...identities()].filter(([, times]) => times !== 1)).eql([]);

      first.kill();
      const then = identities().size;
      await until(
        'documents of the second',
        () => identities().size > then + 100,
        () => second!.log
      );
      plc.simulator.command('stop-producer');
      const produced = plc.simulator.statistics().written;
      await until(
        'the rest',
        () => identities().size >= produced,
        () => second!.log
      );
      should(identities().size).equal(produced);
      should(readDocuments(output).filter(({ kind }) => kind === 'loss')).eql([]);
    }
  );
});
