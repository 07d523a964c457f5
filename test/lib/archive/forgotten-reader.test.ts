import { ArchiveFolder } from '../../support/archive/real-archive';
import { StreamMaker } from '../../support/archive/stream-maker';

describe('An archive behind a reader whose state was removed', () => {
  let folder: ArchiveFolder;
  beforeEach(() => (folder = new ArchiveFolder()));
  afterEach(() => folder.remove());

  /** Two lives of a ring, then a reader that begins at incarnation 0 again, at a later place of the ring. */
  async function forgotten(): Promise<void> {
    const archive = await folder.opened();
    const first = new StreamMaker('plc').records(6);
    const batches = [first.batch(), first.restart().records(9).batch()];
    const second = new StreamMaker('plc').records(12);
    second.batch();
    batches.push(second.records(3).batch());
    second.runId = 2;
    batches.push(second.restart().records(3).batch());
    for (const { payload, facts } of batches)
      ((await archive.takeBatch(payload, facts)) === undefined).should.be.true();
    await archive.close();
  }

  it('says so before incarnations go back, and what follows is counted anew', async () => {
    await forgotten();
    const report = await folder.verify();
    report.findings.should.eql([]);
    report.notes.map(({ code }) => code).should.eql(['forget']);
    report.notes[0].text.should.match(/incarnation 0 again, after 1: its saved state was removed/);
    report.streams[0].records.should.equal(6 + 9 + 3 + 3);
  });
});
