import { Completeness, completenessOf } from '../../support/archive/completeness';

const SEEDS = Number(process.env.OPENOT_COMPLETENESS_SEEDS ?? 16);
const RECORDS = Number(process.env.OPENOT_COMPLETENESS_RECORDS ?? 600);

/** The verifier's own accounting against what the fault simulator produced. */
describe(`Completeness of an archive behind readers in the fault simulator: ${SEEDS} seeds`, function () {
  this.timeout(3_600_000);
  const all: Completeness[] = [];

  it('no gap is let pass without a word, and nothing is found where all was said', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) all.push(await completenessOf(seed, RECORDS));
    all.flatMap(({ wrong }) => wrong).should.eql([]);
    all.reduce((sum, { records }) => sum + records, 0).should.be.above(SEEDS * 50);
  });

  it('a loss that is left out is found, and an archive that was away says so', () => {
    all.reduce((sum, { hidden }) => sum + hidden, 0).should.be.above(SEEDS / 4);
    all.reduce((sum, { missed }) => sum + missed, 0).should.be.above(SEEDS / 8);
  });

  it('counting began for every cause that a reader or an archive has', () => {
    const causes = new Set(all.flatMap((one) => Object.keys(one.causes)));
    [...causes].sort().should.eql(['archive-added', 'first-contact', 'newest', 'resumed', 'seek']);
  });

  after(() => {
    const sum = (of: (one: Completeness) => number): number => all.reduce((total, one) => total + of(one), 0);
    console.log(
      `      ${sum(({ records }) => records)} records, ${sum(({ hidden }) => hidden)} losses left out and found, ` +
        `${sum(({ missed }) => missed)} archives that were away`
    );
  });
});
