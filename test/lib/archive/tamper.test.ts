import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundleOf,
  entriesOfBundle,
  Finding,
  FindingKind,
  leafHash,
  parseVkey,
  signCheckpoint,
  TreeEdge,
  verifyArchive,
  vkeyOf
} from '../../../lib/archive';
import { keyOf } from '../../../lib/archive/files';
import { decodeRecord } from '../../../lib/wire';
import { plantArchive } from '../../support/archive/plant';
import { ArchiveFolder } from '../../support/archive/real-archive';

describe('Tampering with an archive', function () {
  this.timeout(120_000);
  let folder: ArchiveFolder;
  let kept: string;

  before(async () => {
    folder = await plantArchive();
    kept = `${folder.root}/kept`;
    cpSync(folder.folder, kept, { recursive: true });
  });
  beforeEach(() => {
    rmSync(folder.folder, { recursive: true, force: true });
    cpSync(kept, folder.folder, { recursive: true });
  });
  after(() => folder.remove());

  const path = (name: string): string => join(folder.folder, name);
  const flip = (name: string, at: number): void => {
    const bytes = readFileSync(path(name));
    bytes[at < 0 ? bytes.length + at : at] ^= 0x01;
    writeFileSync(path(name), bytes);
  };
  const change = (name: string, how: (bytes: Buffer) => Uint8Array): void =>
    writeFileSync(path(name), how(readFileSync(path(name))));
  const findings = async (since: readonly string[] = []): Promise<readonly Finding[]> => {
    const report = await folder.verify({ since });
    report.ok.should.equal(report.findingCount === 0);
    return report.findings;
  };
  const kinds = async (since: readonly string[] = []): Promise<FindingKind[]> => [
    ...new Set((await findings(since)).map(({ kind }) => kind))
  ];
  const partial = (level: string): string =>
    folder
      .files()
      .filter((name) => name.startsWith(`tile/${level}/`) && name.includes('.p/'))
      .at(-1) as string;

  it('is not found where there was none', async () => {
    const report = await folder.verify({ since: folder.checkpoints.slice(0, 3) });
    report.findings.should.eql([]);
    report.ok.should.be.true();
    report.unsigned.should.equal(20);
    report.since.length.should.equal(3);
    report.definitions.length.should.equal(1);
  });

  it('with a byte of an entry is named by its index', async () => {
    const bundle = entriesOfBundle(readFileSync(path('tile/entries/001'))) as Buffer[];
    const before = bundle.slice(0, 77).reduce((sum, { length }) => sum + 2 + length, 0);
    // In the base64 of the record, where JSON stays JSON.
    flip('tile/entries/001', before + 2 + bundle[77].length - 8);
    const found = await findings();
    found.some(({ kind, index }) => kind === 'entry-changed' && index === 256 + 77).should.be.true();
    found.some(({ kind, message }) => kind === 'entry-changed' && /after it was signed/.test(message)).should.be.true();
    // Its CRC does not hold any more, and the verifier says where.
    const record = found.find(({ kind }) => kind === 'record');
    (record?.index ?? 0).should.equal(256 + 77);
    String(record?.stream).should.match(/^line [12]$/);
    // Both say whose record it is.
    const [, original] = /"bytes":"([^"]+)"/.exec(bundle[77].toString('utf8')) as unknown as [string, string];
    const view = decodeRecord(Buffer.from(original, 'base64'));
    if (!view.ok) throw new Error(view.kind);
    const names = { runId: view.runId.toString(), sourceId: view.sourceId, seq: view.safeSeq };
    for (const kind of ['entry-changed', 'record']) {
      const { stream, runId, sourceId, seq } = found.find((one) => one.kind === kind) as Finding;
      ({ stream, runId, sourceId, seq }).should.eql({ stream: record?.stream, ...names }, kind);
    }
  });

  it('with a byte of an entry of the last, partial bundle is found', async () => {
    flip(partial('entries'), -9);
    const found = await findings();
    found.some(({ kind }) => kind === 'root').should.be.true();
    found.some(({ kind }) => kind === 'entry-changed').should.be.true();
  });

  it('with a length in a bundle is found', async () => {
    flip('tile/entries/000', 1);
    (await kinds()).should.containEql('bundle');
  });

  it('with a hash in a tile is found, and told from an entry that was changed', async () => {
    flip('tile/0/001', 32 * 5 + 3);
    const found = await findings();
    found.map(({ kind, index }) => [kind, index]).should.eql([['tile-changed', 261]]);
  });

  it('with a hash in the last, partial tile is found, and told from an entry that was changed', async () => {
    flip(partial('0'), 32 * 2 + 1);
    const found = await findings();
    found.map(({ kind, path: at }) => [kind, at]).should.eql([['tile-changed', partial('0')]]);
  });

  it('with a hash of a tile above is found', async () => {
    flip(partial('1'), 40);
    const found = await findings();
    found.map(({ kind }) => kind).should.eql(['tile-changed']);
  });

  it('with the text, the signature or the root of the checkpoint is found', async () => {
    const length = readFileSync(path('checkpoint')).length;
    for (const at of [2, folder.origin.length + 1, folder.origin.length + 12, length - 20]) {
      flip('checkpoint', at);
      (await kinds()).includes('checkpoint').should.be.true(`byte ${at}`);
      flip('checkpoint', at);
    }
  });

  it('with a definition file is found', async () => {
    const name = folder.files().find((file) => file.startsWith('definitions/')) as string;
    flip(name, 100);
    (await findings()).map(({ kind }) => kind).should.eql(['content', 'definition']);
    rmSync(path(name));
    (await findings()).map(({ kind }) => kind).should.eql(['missing', 'definition']);
  });

  it('with the journal is found, wherever it is', async () => {
    const { length } = readFileSync(path('journal'));
    for (let at = 0; at < length; at += 97) {
      flip('journal', at);
      (await kinds()).includes('journal').should.be.true(`byte ${at}`);
      flip('journal', at);
    }
  });

  it('by removing, inserting, swapping or cutting off entries is found', async () => {
    const rewrite = (how: (entries: Buffer[]) => Buffer[]): void =>
      change('tile/entries/002', (bytes) => bundleOf(how(entriesOfBundle(bytes) as Buffer[])));
    const ways: ((entries: Buffer[]) => Buffer[])[] = [
      (entries) => entries.filter((_, i) => i !== 100),
      (entries) => [...entries.slice(0, 100), entries[99], ...entries.slice(100)],
      (entries) => [...entries.slice(0, 100), entries[101], entries[100], ...entries.slice(102)],
      (entries) => entries.slice(0, 200)
    ];
    for (const way of ways) {
      rewrite(way);
      const found = await findings();
      found.length.should.be.above(0);
      found.every(({ index = 0, kind }) => kind === 'root' || index >= 512).should.be.true();
      cpSync(join(kept, 'tile/entries/002'), path('tile/entries/002'));
    }
  });

  it('by removing a file is found, each of them named', async () => {
    for (const name of [
      'tile/entries/000',
      'tile/0/001',
      partial('1'),
      partial('entries'),
      partial('0'),
      'checkpoint'
    ]) {
      rmSync(path(name));
      const found = await findings();
      found.some(({ kind, path: at }) => kind === 'missing' && at === name).should.be.true(name);
      cpSync(join(kept, name), path(name));
    }
  });

  it('by writing an entry anew with all hashes above it is found by the signature', async () => {
    forge(folder.folder, keyOf(Buffer.alloc(32, 9)));
    (await kinds()).should.containEql('checkpoint');
  });

  it('by who holds the key is not found, and is found with a checkpoint that left before', async () => {
    forge(folder.folder, folder.key);
    (await findings()).should.eql([]);
    (await kinds([folder.checkpoints[1]])).should.eql(['since']);
  });

  it('by signing with another key is found, unless nobody says whose key it must be', async () => {
    const other = keyOf(Buffer.alloc(32, 9));
    forge(folder.folder, other);
    const parsed = parseVkey(vkeyOf(other.signer(folder.origin)));
    if (!parsed.ok) throw new Error(parsed.message);
    (await verifyArchive(folder.source(), { keys: [parsed.verifier] })).ok.should.be.true();
    const trusting = await verifyArchive(folder.source());
    trusting.trust.should.equal('folder');
    trusting.ok.should.be.true();
    (await folder.verify()).ok.should.be.false();
  });

  it(
    'by going back to an older state of the folder is found with a newer checkpoint, and by the archive ' + 'itself',
    async () => {
      // The first checkpoint's tiles and nothing else.
      const older = folder.checkpoints[1];
      writeFileSync(path('checkpoint'), older);
      const found = await findings([folder.checkpoints[2]]);
      found.some(({ kind, message }) => kind === 'since' && /went back/.test(message)).should.be.true();
      rmSync(path('tile'), { recursive: true });
      const outcome = await folder.archive().open();
      outcome.ok.should.be.false();
      if (!outcome.ok) outcome.code.should.equal('OPENOT_ARCHIVE_WENT_BACK');
    }
  );

  it('by copying the folder to another runtime does not go on there', async () => {
    const other = new ArchiveFolder();
    cpSync(folder.folder, other.folder, { recursive: true });
    const outcome = await other.archive().open();
    outcome.ok.should.be.false();
    if (!outcome.ok) outcome.code.should.equal('OPENOT_ARCHIVE_WENT_BACK');
    // The one way out: a log of its own that names the other one, whose files stay.
    const archive = await other.opened(true);
    await archive.close();
    const report = await other.verify({ vkey: vkeyOf(other.key.signer(`${other.origin}/2`)) });
    report.findings.should.eql([]);
    report.previous?.origin.should.equal(other.origin);
    existsSync(join(other.folder, 'before/1/checkpoint')).should.be.true();
    (await other.verify({ folder: join(other.folder, 'before/1') })).ok.should.be.true();
    other.remove();
  });
});

/** Changes one entry and makes everything above it anew, as somebody with this key can. */
function forge(folder: string, key: ReturnType<typeof keyOf>): void {
  const names = readdirSync(join(folder, 'tile/entries')).filter((name) => !name.endsWith('.p'));
  const all = names.flatMap((name) => entriesOfBundle(readFileSync(join(folder, 'tile/entries', name))) as Buffer[]);
  const last = readdirSync(join(folder, 'tile/entries')).find((name) => name.endsWith('.p')) as string;
  const width = Math.max(...readdirSync(join(folder, 'tile/entries', last)).map(Number));
  all.push(...(entriesOfBundle(readFileSync(join(folder, 'tile/entries', last, String(width)))) as Buffer[]));
  const text = all[300].toString('utf8').replace('"received":"1780', '"received":"1781');
  all[300] = Buffer.from(text, 'utf8');
  const edge = new TreeEdge(({ level, index }, bytes) =>
    writeFileSync(join(folder, `tile/${level}/00${index}`), bytes)
  );
  for (const entry of all) edge.add(leafHash(entry));
  for (const { tile, bytes } of edge.partials())
    writeFileSync(join(folder, `tile/${tile.level}/00${tile.index}.p/${tile.width}`), bytes);
  writeFileSync(join(folder, 'tile/entries/001'), bundleOf(all.slice(256, 512)));
  const origin = readFileSync(join(folder, 'checkpoint'), 'utf8').split('\n')[0];
  const note = signCheckpoint({ origin, size: all.length, root: edge.root() }, key.signer(origin));
  writeFileSync(join(folder, 'checkpoint'), note);
}
