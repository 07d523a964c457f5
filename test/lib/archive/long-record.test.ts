import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArchiveFolder } from '../../support/archive/real-archive';
import { StreamMaker } from '../../support/archive/stream-maker';
import { bytesSlot, encoded } from '../../support/records';

describe('An archive of a record that is too long for an entry', () => {
  let folder: ArchiveFolder;
  beforeEach(() => (folder = new ArchiveFolder()));
  afterEach(() => folder.remove());

  /** 200 slots of 255 bytes: 69 kB of base64, of at most 65,535 that an entry has. */
  const slots = Array.from({ length: 200 }, (_, i) => bytesSlot(1000 + i, new Uint8Array(255).fill(i)));

  /** Stores a long record between two short ones; the file that holds it. */
  async function stored(): Promise<string> {
    const archive = await folder.opened();
    const { payload, facts } = new StreamMaker('plc', 1 << 18).record(1).record(1, { slots }).record(1).batch();
    ((await archive.takeBatch(payload, facts)) === undefined).should.be.true();
    await archive.close();
    const name = folder.files().find((file) => file.startsWith('records/'));
    if (name === undefined) throw new Error(`no file in records/: ${folder.files().join()}`);
    return name;
  }

  it('holds its bytes in a file that is named by their hash, and verifies', async () => {
    const name = await stored();
    const bytes = readFileSync(join(folder.folder, name));
    Buffer.from(encoded({ sourceId: 1, seq: 1, timeNs: 1000n, slots }))
      .equals(bytes)
      .should.be.true();
    name.should.equal(`records/${createHash('sha256').update(bytes).digest('hex')}`);
    const report = await folder.verify();
    report.findings.should.eql([]);
    report.streams[0].records.should.equal(3);
  });

  it('is found where that file was changed, or is gone, with entry and stream', async () => {
    const name = await stored();
    const bytes = readFileSync(join(folder.folder, name));
    const places = async (): Promise<unknown[]> =>
      (await folder.verify()).findings
        .filter(({ path }) => path === name)
        .map(({ kind, index, stream }) => [kind, index, stream]);
    bytes[60] ^= 1;
    writeFileSync(join(folder.folder, name), bytes);
    (await places()).should.eql([['content', 3, 'plc']]);
    rmSync(join(folder.folder, name));
    (await places()).should.eql([['missing', 3, 'plc']]);
  });
});
