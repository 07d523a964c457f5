import { completenessOf } from '../support/archive/completeness';

const SEEDS = Number(process.env.OPENOT_COMPLETENESS_SEEDS ?? 200);
const RECORDS = Number(process.env.OPENOT_COMPLETENESS_RECORDS ?? 2_000);
const GROUP = 20;

/** As test/lib/archive/completeness.test.ts, with more seeds and longer histories. */
describe(`An archive behind readers in the fault simulator: ${SEEDS} seeds of ${RECORDS} records`, function () {
  this.timeout(3_600_000);
  const sums = { records: 0, hidden: 0, missed: 0 };
  const causes: Record<string, number> = {};

  for (let from = 1; from <= SEEDS; from += GROUP) {
    it(`seeds ${from} to ${Math.min(SEEDS, from + GROUP - 1)}: no silent gap is accepted, nothing is accused falsely`, async () => {
      const wrong: string[] = [];
      for (let seed = from; seed < from + GROUP && seed <= SEEDS; seed++) {
        const one = await completenessOf(seed, RECORDS);
        wrong.push(...one.wrong);
        sums.records += one.records;
        sums.hidden += one.hidden;
        sums.missed += one.missed;
        for (const [cause, count] of Object.entries(one.causes)) causes[cause] = (causes[cause] ?? 0) + count;
      }
      wrong.should.eql([]);
    });
  }

  after(() => console.log(`      ${JSON.stringify(sums)}, counting began ${JSON.stringify(causes)}`));
});
