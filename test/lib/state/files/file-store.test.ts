import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { fileStore } from '../../../../lib/state/files';

describe('state: a file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'openot-store-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('a store that was never saved is undefined; what was saved comes back; removed is as never saved', async () => {
    const store = fileStore(join(folder, 'deep', 'er', 'state.bin'));
    should(await store.load()).be.undefined();
    await store.save(Uint8Array.of(1, 2, 3));
    should(await store.load()).eql(Uint8Array.of(1, 2, 3));
    await store.save(Uint8Array.of(4));
    should(await store.load()).eql(Uint8Array.of(4));
    await store.remove();
    await store.remove();
    should(await store.load()).be.undefined();
  });

  it('a crash while saving leaves the old bytes: a half-written file beside it is never read', async () => {
    const path = join(folder, 'state.bin');
    const store = fileStore(path);
    await store.save(Uint8Array.of(1, 2, 3));
    writeFileSync(path + '.new', 'half');
    should(await store.load()).eql(Uint8Array.of(1, 2, 3));
    await store.save(Uint8Array.of(5));
    should(readdirSync(folder)).eql(['state.bin']);
  });

  it('saves that overlap end with the last one, whole', async () => {
    const path = join(folder, 'state.bin');
    const store = fileStore(path);
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.save(new Uint8Array(10_000).fill(i))));
    should(readFileSync(path).equals(Buffer.alloc(10_000, 19))).be.true();
  });

  it('what exists but cannot be read, or a place that cannot be written, is an error', async () => {
    writeFileSync(join(folder, 'file'), '');
    should(existsSync(folder)).be.true();
    await should(fileStore(folder).load()).be.rejected();
    await should(fileStore(join(folder, 'file', 'state.bin')).save(Uint8Array.of(1))).be.rejected();
    const store = fileStore(join(folder, 'file', 'state.bin'));
    await should(store.save(Uint8Array.of(1))).be.rejected();
    await should(store.load()).be.rejected();
  });
});
