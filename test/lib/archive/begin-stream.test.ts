import { cpSync } from 'node:fs';
import { decodeRecord } from '../../../lib/wire';
import { readEntry, entriesOf } from '../../../lib/archive';
import type { BeginStreamEntry, VerifyReport } from '../../../lib/archive';
import type { Batch } from '../../../lib/reader/batch';
import { ReaderSettings } from '../../../lib/reader';
import { Findings } from '../../../lib/archive/verify/findings';
import { StreamCheck } from '../../../lib/archive/verify/stream-check';
import { ArchiveFolder } from '../../support/archive/real-archive';
import { FakePlc } from '../reader/fake-plc';
import { Rig } from '../reader/rig';

/** A reader that says nothing of what is missing: what it hands on, without its losses. */
const silent = (batch: Batch): Batch => ({
  ...batch,
  facts: { ...batch.facts, notices: batch.facts.notices.filter(({ kind }) => kind !== 'loss') }
});

describe('Where counting begins in an archive behind a real reader', () => {
  let folder: ArchiveFolder;
  beforeEach(() => (folder = new ArchiveFolder()));
  afterEach(() => folder.remove());

  /** Archives what was handed on and verifies it: the begins of counting, and what was found. */
  async function archived(batches: readonly Batch[]): Promise<{ begins: BeginStreamEntry[]; report: VerifyReport }> {
    const archive = await folder.opened();
    for (const { payload, facts } of batches) await archive.takeBatch(payload, facts);
    await archive.close();
    const report = await folder.verify();
    const begins: BeginStreamEntry[] = [];
    for await (const { bytes } of entriesOf(folder.source(), report.size)) {
      const read = readEntry(bytes);
      if (read.ok && read.entry.kind === 'begin-stream') begins.push(read.entry);
    }
    return { begins, report };
  }

  async function reading(plc: FakePlc, settings: Partial<ReaderSettings> = {}): Promise<Rig> {
    return new Rig(plc, settings).started(600);
  }

  const found = ({ findings }: VerifyReport): string[] =>
    findings.map(({ kind, runId, sourceId, seq }) => `${kind} ${runId}/${sourceId}/${seq}`);

  it('is 0 for every source at a first contact: what is missing before the first record of one is found', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    plc.append(2, { seq: 3 });
    const rig = await reading(plc);
    plc.append(3, { seq: 1 });
    await rig.clock.pass(600);
    const told = await archived(rig.batches);
    found(told.report).should.eql([]);
    told.begins
      .map(({ cause, expected }) => ({ cause, expected }))
      .should.eql([{ cause: 'first-contact', expected: [] }]);
    folder.remove();
    folder = new ArchiveFolder();
    const { report } = await archived(rig.batches.map(silent));
    found(report).should.eql(['gap-without-notice 1/2/0', 'gap-without-notice 1/3/0']);
  });

  it(
    'is the first record of each source of that run where reading began at the newest, and 0 in a later ' + 'run',
    async () => {
      const plc = new FakePlc(8192);
      plc.fill(5);
      const rig = await reading(plc, { startFrom: 'newest' });
      plc.fill(2);
      await rig.clock.pass(600);
      plc.append(2, { seq: 7 });
      plc.runId = 2n;
      plc.append(1, { seq: 0 });
      plc.append(2, { seq: 2 });
      await rig.clock.pass(600);
      const told = await archived(rig.batches);
      found(told.report).should.eql([]);
      told.begins
        .map(({ cause, expected }) => ({ cause, expected }))
        .should.eql([
          { cause: 'newest', expected: [{ runId: '1', sourceId: 1, next: 5 }] },
          { cause: 'newest', expected: [{ runId: '1', sourceId: 2, next: 7 }] }
        ]);
      folder.remove();
      folder = new ArchiveFolder();
      found((await archived(rig.batches.map(silent))).report).should.eql(['gap-without-notice 2/2/0']);
    }
  );

  it('is where the reader was told to go, forwards and backwards', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await reading(plc, { startFrom: 'newest' });
    plc.fill(2);
    await rig.clock.pass(600);
    await Promise.all([rig.reader.seek(2 * 44), rig.clock.pass(600)]);
    plc.fill(2);
    await rig.clock.pass(600);
    const { begins, report } = await archived(rig.batches);
    found(report).should.eql([]);
    report.streams[0].records.should.equal(7);
    begins
      .map(({ cause, abs }) => ({ cause, abs }))
      .should.eql([
        { cause: 'newest', abs: 5 * 44 },
        { cause: 'seek', abs: 2 * 44 },
        { cause: 'seek', abs: 7 * 44 }
      ]);
  });

  it('is behind what was passed over because it was refused, though positions go on there', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await reading(plc, { mode: 'trigger' });
    rig.reader.read();
    await rig.clock.pass(600);
    plc.fill(3);
    await Promise.all([rig.reader.seek(8 * 44, 'refused'), rig.clock.pass(600)]);
    plc.fill(2);
    rig.reader.read();
    await rig.clock.pass(600);
    rig.records.length.should.equal(7);
    const { begins, report } = await archived(rig.batches);
    found(report).should.eql([]);
    begins
      .map(({ cause, expected }) => ({ cause, expected }))
      .should.eql([
        { cause: 'first-contact', expected: [] },
        { cause: 'seek', expected: [{ runId: '1', sourceId: 1, next: 8 }] }
      ]);
    report.jumps.length.should.equal(1);
  });

  it('is 0 where the ring had been overwritten before: what is missing then is before contact, and not lost', async () => {
    const plc = new FakePlc(1024);
    plc.fill(60);
    const rig = await reading(plc);
    plc.append(1, { seq: 63 });
    await rig.clock.pass(600);
    const first = rig.records[0].seq;
    first.should.be.above(10);
    const told = await archived(rig.batches);
    found(told.report).should.eql([]);
    const [{ beforeContact, lost, records }] = told.report.streams;
    [beforeContact, lost, records].should.eql([first, 3, 60 - first + 1]);
    folder.remove();
    folder = new ArchiveFolder();
    const { report } = await archived(rig.batches.map(silent));
    found(report).should.eql(['gap-without-notice 1/1/0', 'gap-without-notice 1/1/60']);
  });

  it('is the only place where a loss is before contact: one behind a record counts as lost, whatever it says', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await reading(plc);
    plc.append(1, { seq: 9 });
    await rig.clock.pass(600);
    const lie = (batch: Batch): Batch => ({
      ...batch,
      facts: {
        ...batch.facts,
        notices: batch.facts.notices.map((notice) =>
          notice.kind === 'loss' ? { ...notice, class: 'before-contact' } : notice
        )
      }
    });
    const { report } = await archived(rig.batches.map(lie));
    const [{ beforeContact, lost }] = report.streams;
    [beforeContact, lost].should.eql([0, 4]);
  });

  it('cannot be in the middle of a source of a run that began later: such a begin is found', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await reading(plc, { startFrom: 'newest' });
    plc.fill(2);
    await rig.clock.pass(600);
    plc.runId = 2n;
    plc.append(1, { seq: 3 });
    await rig.clock.pass(600);
    const { begins, report } = await archived(rig.batches);
    found(report).should.eql([]);
    const findings = new Findings();
    const check = new StreamCheck('plc', findings, [], false);
    check.begin(begins[0], 1);
    check.begin({ ...begins[0], expected: [{ runId: '2', sourceId: 1, next: 3 }] }, 2);
    findings.kept.map(({ kind, runId }) => [kind, runId]).should.eql([['begin', '2']]);
  });

  /** A reader that is told twice to go to one place, the second time in vain: the ring goes over it. */
  async function soughtTwice(): Promise<{ rig: Rig; before: number }> {
    const plc = new FakePlc(1024);
    plc.fill(5);
    const rig = await reading(plc, { mode: 'trigger' });
    const read = async (): Promise<void> => {
      rig.reader.read();
      await rig.clock.pass(600);
    };
    await read();
    await Promise.all([rig.reader.seek(2 * 44), rig.clock.pass(600)]);
    plc.fill(1);
    await read();
    const before = rig.batches.length;
    await Promise.all([rig.reader.seek(2 * 44), rig.clock.pass(600)]);
    plc.fill(40);
    plc.append(2);
    await read();
    rig.notices.map(({ kind }) => kind).should.eql(['lap']);
    return { rig, before };
  }

  it('is a new one where the reader was told to go to the same place once more', async () => {
    const { rig } = await soughtTwice();
    const { begins, report } = await archived(rig.batches);
    found(report).should.eql([]);
    begins
      .map(({ number, cause, told }) => [number, cause, told?.cause, told?.abs])
      .should.eql([
        [1, 'first-contact', 'first-contact', 0],
        [2, 'seek', 'seek', 88],
        [3, 'seek', 'seek', 88]
      ]);
    report.jumps.map(({ expected, next }) => [expected, next]).should.eql([[6, 24]]);
  });

  it('is told once, where the archive is killed behind it, and a new one is told from it', async () => {
    const { rig, before } = await soughtTwice();
    const archive = await folder.opened();
    for (const { payload, facts } of rig.batches.slice(0, before)) await archive.takeBatch(payload, facts);
    const killed = new ArchiveFolder();
    cpSync(folder.root, killed.root, { recursive: true, filter: (name) => !name.endsWith('.lock') });
    await archive.close();
    folder.remove();
    folder = killed;
    const { begins, report } = await archived(rig.batches.slice(before - 1));
    found(report).should.eql([]);
    begins
      .map(({ number, cause }) => [number, cause])
      .should.eql([
        [1, 'first-contact'],
        [2, 'seek'],
        [3, 'seek']
      ]);
    report.notes.map(({ code }) => code).should.containEql('after-crash');
  });

  it('is where each source was when a ring went on under new counters: a gap across that is found', async () => {
    const plc = new FakePlc(1024);
    plc.fill(55);
    plc.fill(5, 2);
    const rig = await reading(plc);
    plc.lostOffset = -5;
    plc.seqlock += 2;
    await rig.clock.pass(4_000);
    plc.append(1, { seq: 57 });
    plc.append(3, { seq: 2 });
    await rig.clock.pass(2_000);
    plc.append(2, { seq: 6 });
    await rig.clock.pass(2_000);
    const told = await archived(rig.batches);
    found(told.report).should.eql([]);
    told.begins
      .filter(({ incarnation }) => incarnation === 1)
      .map(({ cause, expected }) => ({ cause, expected }))
      .should.eql([
        { cause: 'resumed', expected: [{ runId: '1', sourceId: 1, next: 55 }] },
        { cause: 'resumed', expected: [{ runId: '1', sourceId: 2, next: 5 }] }
      ]);
    folder.remove();
    folder = new ArchiveFolder();
    const life = (batch: Batch): Batch => (batch.facts.incarnation === 1 ? silent(batch) : batch);
    found((await archived(rig.batches.map(life))).report).should.eql([
      'gap-without-notice 1/1/55',
      'gap-without-notice 1/3/0',
      'gap-without-notice 1/2/5'
    ]);
  });

  it('is where the archive came in, where the reader was there before it', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await reading(plc);
    plc.fill(5);
    await rig.clock.pass(600);
    const first = rig.batches.findIndex(({ payload }) => decodeRecord(payload).ok);
    const { begins, report } = await archived(rig.batches.slice(first + 1));
    found(report).should.eql([]);
    begins
      .map(({ cause, expected }) => ({ cause, expected }))
      .should.eql([{ cause: 'archive-added', expected: [{ runId: '1', sourceId: 1, next: 5 }] }]);
  });
});
