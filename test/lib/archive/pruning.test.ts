import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Archive } from '../../../lib/archive';
import { reactorDefinition } from '../../support/archive/definition';
import { ArchiveFolder } from '../../support/archive/real-archive';
import { StreamMaker } from '../../support/archive/stream-maker';

const DAY = 86_400_000;

describe('An archive that keeps its entries for some days', function () {
  this.timeout(120_000);
  let folder: ArchiveFolder;
  let archive: Archive;
  let streams: StreamMaker[];
  beforeEach(async () => {
    folder = new ArchiveFolder();
    folder.keep = 2 * DAY;
    const { hash, held } = await reactorDefinition();
    folder.definitions = new Map([[hash, held]]);
    streams = ['line 1', 'line 2'].map((name) => new StreamMaker(name, 1 << 20));
    streams[0].definitionHash = hash;
    streams[1].definitionHash = '0123456789abcdef';
    archive = await folder.opened();
  });
  afterEach(async () => {
    await archive.close();
    folder.remove();
  });

  /** One day: losses, a restart of the second stream, a checkpoint. */
  const day = async (): Promise<void> => {
    folder.laterMs += DAY;
    await archive.prune();
    for (const stream of streams)
      for (let i = 0; i < 3; i++) {
        const { payload, facts } = stream.records(70).lose(2, 1).batch();
        await archive.takeBatch(payload, facts);
        await archive.checkpoint();
      }
  };
  const sizeOf = (note: string): number => Number(note.split('\n')[1]);
  const bundle = (index: number): string => join(folder.folder, 'tile/entries', String(index).padStart(3, '0'));

  it('prunes what is older, says so, and what is left verifies, with every checkpoint above the minimum', async () => {
    for (let i = 0; i < 5; i++) await day();
    await archive.close();
    const { minimum } = await folder.verify();
    minimum.should.be.above(500);
    (minimum % 256).should.equal(0);
    readFileSync(join(folder.folder, 'minimum'), 'utf8').should.equal(`${minimum}\n`);
    for (let i = 0; i < minimum / 256; i++) existsSync(bundle(i)).should.be.false(`bundle ${i}`);
    existsSync(bundle(minimum / 256)).should.be.true();
    existsSync(join(folder.folder, 'tile/0/000')).should.be.false();
    const since = folder.checkpoints.filter((note) => sizeOf(note) >= minimum);
    since.length.should.be.above(5);
    const report = await folder.verify({ since });
    report.findings.should.eql([]);
    report.since.length.should.equal(since.length);
    report.notes.filter(({ code }) => code === 'pruned').length.should.be.above(0);
    report.definitions.length.should.equal(1);
    report.missingDefinitions.should.eql(['0123456789abcdef']);
    const older = await folder.verify({ since: [folder.checkpoints.find((note) => sizeOf(note) > 1) ?? ''] });
    older.findings.map(({ kind }) => kind).should.eql(['since']);
    archive = await folder.opened();
    await day();
    await archive.close();
    const later = await folder.verify();
    later.minimum.should.be.aboveOrEqual(minimum);
    const left = since.filter((note) => sizeOf(note) >= later.minimum);
    (await folder.verify({ since: left })).findings.should.eql([]);
    archive = await folder.opened();
  });

  it('counts on behind what was pruned: a gap that nothing declares is found', async () => {
    for (let i = 0; i < 5; i++) await day();
    const { payload, facts } = streams[0].records(3).lose(4, 1).records(3).batch();
    await archive.takeBatch(payload, { ...facts, notices: [] });
    await archive.close();
    const report = await folder.verify();
    report.minimum.should.be.above(0);
    report.findings.map(({ kind, stream }) => `${kind} ${stream}`).should.containEql('gap-without-notice line 1');
    archive = await folder.opened();
  });

  it('is found out where somebody else removed entries and wrote the file', async () => {
    folder.keep = 0;
    for (let i = 0; i < 3; i++) await day();
    await archive.close();
    for (const file of [bundle(0), join(folder.folder, 'tile/0/000')]) rmSync(file);
    writeFileSync(join(folder.folder, 'minimum'), '256\n');
    const report = await folder.verify();
    report.minimum.should.equal(256);
    report.findings.map(({ kind, path }) => `${kind} ${path}`).should.containEql('missing minimum');
    archive = await folder.opened();
  });

  it('keeps everything where it is told to, however late it is, and whatever the clock of the machine says', async () => {
    await archive.close();
    folder.keep = 0;
    archive = await folder.opened();
    for (let i = 0; i < 4; i++) await day();
    await archive.close();
    const report = await folder.verify();
    [report.minimum, report.findings].should.eql([0, []]);
    existsSync(join(folder.folder, 'minimum')).should.be.false();
    archive = await folder.opened();
  });
});
