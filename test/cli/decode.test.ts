import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDocumenter } from '../../lib/document';
import { reactorDefinition } from '../support/archive/definition';
import { ArchiveFolder } from '../support/archive/real-archive';
import { StreamMaker } from '../support/archive/stream-maker';
import { openot } from '../support/cli/openot';

describe('openot decode', function () {
  this.timeout(300_000);
  let archive: ArchiveFolder;
  /** What a flow would have written of the same batches. */
  const strict: string[] = [];
  before(async () => {
    archive = new ArchiveFolder();
    const { hash, held } = await reactorDefinition();
    archive.definitions = new Map([[hash, held]]);
    const documents = createDocumenter({ definitions: [held.bytes], profile: 'strict' });
    const opened = await archive.opened();
    for (const name of ['line 1', 'line 2']) {
      const stream = Object.assign(new StreamMaker(name), { definitionHash: hash, firstSource: 10, epochId: 3 });
      for (let i = 0; i < 2; i++) {
        const batch = stream.records(6).lose(2, 11).batch();
        strict.push(...documents.texts(batch));
        await opened.takeBatch(batch.payload, batch.facts);
      }
    }
    await opened.close();
  });
  after(() => archive.remove());

  it('brings back the very documents that left a flow: buffer, epoch, losses and all', async () => {
    strict.length.should.equal(26);
    const { code, lines, error } = await openot(['decode', archive.folder, '--format', 'strict']);
    [code, error].should.eql([0, '']);
    lines.should.eql(strict);
    strict[0].should.containEql('"epoch":{"id":3,').and.containEql('"bufferId":9');
  });

  it('writes lines for people, each with the entry and the name that openot prove takes', async () => {
    const { code, lines } = await openot(['decode', archive.folder, '--stream', 'line 2', '--source', '11']);
    code?.should.equal(0);
    lines
      .map((line) => line.replace(/^entry [0-9]+ {2}/, '').replace(/ {2}.*/, ''))
      .should.match({
        length: 5
      });
    lines[0].should.match(/^entry [0-9]+ {2}line 2\/0\/1\/11\/0 {2}1970-01-01T00:00:00\.000000000Z R-101 temp/);
    lines[2].should.match(/2 records of R-101 temperature control TIC-101 lost/);
  });

  it('selects by stream, by the name of a source, by run, and by time with an offset', async () => {
    const of = async (...more: string[]): Promise<number> =>
      (await openot(['decode', archive.folder, '--format', 'json', ...more])).lines.length;
    (await of('--stream', 'line 1')).should.equal(13);
    (await of('--source', 'R-101 batch control')).should.equal(8);
    (await of('--run', '2')).should.equal(0);
    (await of('--to', '1970-01-01T00:00:00Z')).should.equal(0);
    (await of('--from', '1970-01-01T02:00:00+02:00')).should.equal(26);
  });

  it('keeps what it has no definition for as placeholders, and ends with 1 where the archive should have it', async () => {
    const name = archive.files().find((file) => file.startsWith('definitions/')) as string;
    rmSync(join(archive.folder, name));
    const { code, lines, error } = await openot(['decode', archive.folder, '--format', 'json']);
    code?.should.equal(1);
    error.should.match(/^definitions\/[0-9a-f]{64}\.json is not there: the records of the definition/);
    lines.filter((line) => line.startsWith('{"kind":"placeholder"')).length.should.equal(24);
  });

  it('takes records as bytes or text on standard input, and says where they end', async () => {
    const { payload } = new StreamMaker().records(3).batch();
    for (const input of [payload, payload.toString('hex'), payload.toString('base64')]) {
      const { code, lines } = await openot(['decode', '-', '--format', 'strict'], { input });
      [code, lines.length].should.eql([0, 3]);
    }
    const file = join(archive.root, 'torn.bin');
    writeFileSync(file, payload.subarray(0, payload.length - 1));
    const torn = await openot(['decode', file]);
    [torn.code, torn.lines.length].should.eql([1, 2]);
    torn.error.should.match(/^at byte [0-9]+ of the payload: /);
  });
});
