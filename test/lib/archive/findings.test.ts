import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { VerifyReport, verifyArchive } from '../../../lib/archive';
import { Findings } from '../../../lib/archive/verify/findings';
import { plantArchive } from '../../support/archive/plant';
import { ArchiveFolder } from '../../support/archive/real-archive';

describe('Findings of one cause', () => {
  const told = (findings: Findings): unknown[] =>
    findings.grouping.groups().map(({ kind, stream, count, first, last }) => [kind, stream, count, first, last]);

  it('are one group with its range, its count and the first three', () => {
    const findings = new Findings();
    for (let index = 0; index < 500; index++) findings.add({ kind: 'entry-changed', message: `${index}`, index });
    told(findings).should.eql([['entry-changed', undefined, 500, 0, 499]]);
    findings.grouping
      .groups()[0]
      .examples.map(({ message }) => message)
      .should.eql(['0', '1', '2']);
  });

  it('are groups of their own by kind, by stream, and where they lie more than a bundle apart', () => {
    const findings = new Findings();
    findings.add({ kind: 'repeat', message: '', index: 5, stream: 'a' });
    findings.add({ kind: 'repeat', message: '', index: 6, stream: 'b' });
    findings.add({ kind: 'position', message: '', index: 7, stream: 'a' });
    findings.add({ kind: 'repeat', message: '', index: 261, stream: 'a' });
    findings.add({ kind: 'repeat', message: '', index: 518, stream: 'a' });
    findings.add({ kind: 'checkpoint', message: '' });
    told(findings).should.eql([
      ['repeat', 'a', 2, 5, 261],
      ['repeat', 'b', 1, 6, 6],
      ['position', 'a', 1, 7, 7],
      ['repeat', 'a', 1, 518, 518],
      ['checkpoint', undefined, 1, undefined, undefined]
    ]);
  });

  it('stay few in memory, whatever there is to find, and all are counted', () => {
    const findings = new Findings();
    for (let i = 0; i < 5_000; i++) findings.add({ kind: 'record', message: '', index: i * 1_000 });
    findings.grouping.groups().length.should.equal(200);
    findings.grouping
      .groups()
      .reduce((sum, { count }) => sum + count, 0)
      .should.equal(5_000);
    findings.kept.length.should.equal(1_000);
    findings.count.should.equal(5_000);
  });
});

describe('A verification tells', () => {
  let folder: ArchiveFolder;
  let report: VerifyReport;
  before(async () => {
    folder = await plantArchive();
    report = await folder.verify();
  });
  after(() => folder.remove());

  it('the times of the first and the last record of each stream, by both clocks', () => {
    // A source makes its records 1,000 ns apart; source 11 has 168 in line 2, and the last record is its 167th.
    report.streams.map(({ times }) => times?.first.sourceTimeNs).should.eql(['0', '0']);
    report.streams.map(({ times }) => Number(times?.last.sourceTimeNs) > 160_000).should.eql([true, true]);
    report.streams
      .map(({ times }) => times?.last.receivedNs)
      .should.eql(['1780000000000000000', '1780000000000000000']);
    report.streams.map(({ times }) => times?.last.isUnsynced).should.eql([false, false]);
  });

  it('the name of each source, out of the archived definition', () => {
    report.streams[0].sources
      .map(({ sourceId, name }) => [sourceId, name])
      .should.eql([
        [10, 'R-101 batch control'],
        [11, 'R-101 temperature control TIC-101'],
        [12, 'R-101 charging and level LIC-101']
      ]);
  });

  it('a change of two bundles for each other as one cause, and what follows from it in a few groups', async () => {
    const swapped = join(folder.root, 'swapped');
    cpSync(folder.folder, swapped, { recursive: true });
    cpSync(join(folder.folder, 'tile/entries/000'), join(swapped, 'tile/entries/001'));
    cpSync(join(folder.folder, 'tile/entries/001'), join(swapped, 'tile/entries/000'));
    const { groups, findingCount, findings } = await folder.verify({ folder: swapped });
    findingCount.should.be.above(700);
    findings.length.should.equal(findingCount);
    groups.length.should.be.below(15);
    groups
      .filter(({ kind }) => kind === 'entry-changed')
      .map(({ count, first, last }) => [count, first, last])
      .should.eql([[512, 0, 511]]);
    groups.reduce((sum, { count }) => sum + count, 0).should.equal(findingCount);
  });

  it('all findings, where all are asked for', async () => {
    const changed = join(folder.root, 'changed');
    cpSync(folder.folder, changed, { recursive: true });
    for (const [from, to] of [
      ['000', '001'],
      ['001', '002'],
      ['002', '000']
    ])
      cpSync(join(folder.folder, 'tile/entries', from), join(changed, 'tile/entries', to));
    const first = await verifyArchive(folder.source(changed));
    const all = await verifyArchive(folder.source(changed), { keepsAll: true });
    first.findings.length.should.equal(1_000);
    all.findings.length.should.equal(all.findingCount).and.equal(first.findingCount).and.above(1_000);
  });
});
