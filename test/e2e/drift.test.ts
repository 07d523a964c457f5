import should from 'should';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDocuments, StrictDocument } from './support/documents';
import { appendTo, catchTo, chain } from './support/flows';
import { Plc, startPlc } from './support/plc';
import { until } from './support/process';
import { Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';

describe('a definition that changes under the reader', function () {
  let userDir: string;
  let plc: Plc;
  let runtime: Runtime;
  let output: string;
  let folder: string;

  before(async () => {
    plc = await startPlc({ rate: 100, ringBytes: 1 << 20 });
    userDir = await makeUserDirectory();
    output = join(userDir, 'documents.ndjson');
    folder = join(userDir, 'definitions');
    mkdirSync(folder);
    writeFileSync(join(folder, 'first.json'), plc.simulator.definitionText());
    const flows = [
      ...chain({
        endpoint: plc.endpointUrl,
        controlNode: plc.controlNodeId,
        ringNode: plc.ringNodeIds.join('\n'),
        definition: { source: 'folder', path: folder },
        after: [['append']]
      }),
      appendTo('append', output),
      ...catchTo(join(userDir, 'errors.txt'))
    ];
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows));
    runtime = await Runtime.start(userDir);
  });
  after(async () => {
    runtime?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  const ofEpoch = (hash: string): StrictDocument[] =>
    readDocuments(output).filter(
      ({ kind, provenance }) =>
        kind !== 'loss' && provenance.epoch.relation === 'current' && provenance.epoch.definitionHash === hash
    );

  it(
    'resolves, then gives placeholders with raw slots, then resolves again once the new file appears in ' +
      'the watched folder',
    async () => {
      const oldHash = plc.simulator.statistics().definitionHash;
      await until(
        'resolved documents',
        () => ofEpoch(oldHash).length > 50,
        () => runtime.log
      );
      should(ofEpoch(oldHash).every(({ kind }) => kind === 'event')).be.true();

      plc.simulator.command('definition-change');
      const newHash = plc.simulator.statistics().definitionHash;
      should(newHash).not.equal(oldHash);
      await until(
        'placeholders',
        () => ofEpoch(newHash).length > 30,
        () => runtime.log
      );
      for (const document of ofEpoch(newHash)) {
        should(document.kind).equal('placeholder');
        should(document.reason!.kind).equal('drift');
        should(document.rawSlots).be.an.Array();
      }

      const text = plc.simulator.definitionText();
      writeFileSync(join(userDir, 'incoming.json'), text);
      renameSync(join(userDir, 'incoming.json'), join(folder, 'second.json'));
      await until(
        'resolved documents of the new epoch',
        () => ofEpoch(newHash).filter(({ kind }) => kind === 'event').length > 30,
        () => runtime.log
      );
      const kinds = ofEpoch(newHash).map(({ kind }) => kind);
      should(kinds.slice(kinds.indexOf('event')).every((kind) => kind === 'event')).be.true();
      should(readDocuments(output).filter(({ kind }) => kind === 'loss')).eql([]);
      should(existsSync(join(userDir, 'errors.txt'))).be.false();
    }
  );
});
