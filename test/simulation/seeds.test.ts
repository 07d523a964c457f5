import should from 'should';
import { simulate, SimulationResult } from './simulation';
import { rounds } from '../support/rounds';

const SEEDS = Number(process.env.OPENOT_SIMULATION_SEEDS ?? rounds(40, 80));
const RECORDS = Number(process.env.OPENOT_SIMULATION_RECORDS ?? 5_000);
/** Seeds in one test: so that a run that hangs shows where. */
const GROUP = 10;

/** What a seed that failed says, with the command that plays it again. */
function failureOf({ seed, violation, faults }: SimulationResult, records: number): string {
  return violation === undefined
    ? ''
    : `seed ${seed}: ${violation.checker} at ${violation.atMs.toFixed(0)} ms: ${violation.message}\n    with ` +
        `${faults.join(', ')}\n    npm run soak -- --seed ${seed} --records ${records} --trace`;
}

/*
 * The reader between a world that fails in every way and a sink that does, too (docs/reader.md): one seed decides
 * everything, the checkers look at every step.
 */
describe(`simulation: ${SEEDS} seeds of ${RECORDS} records`, function () {
  const sums = { produced: 0, delivered: 0, sessions: 0 };
  const met = new Set<string>();

  for (let from = 1; from <= SEEDS; from += GROUP) {
    it(`seeds ${from} to ${Math.min(SEEDS, from + GROUP - 1)}: nothing lost silently, nothing invented`, async () => {
      const failures: string[] = [];
      for (let seed = from; seed < from + GROUP && seed <= SEEDS; seed++) {
        const result = await simulate({ seed, records: RECORDS });
        if (result.violation !== undefined) failures.push(failureOf(result, RECORDS));
        sums.produced += result.produced;
        sums.delivered += result.delivered;
        sums.sessions += result.sessions;
        for (const fault of result.faults) met.add(fault);
      }
      should(failures).eql([]);
    });
  }

  it('the same seed is the same run', async () => {
    const first = await simulate({ seed: 7, records: 2_000 });
    should(await simulate({ seed: 7, records: 2_000 })).eql(first);
  });

  after(() =>
    console.log(
      `      ${sums.produced} records produced, ${sums.delivered} delivered, ${sums.sessions} lives of readers, ` +
        `${met.size} kinds of faults`
    )
  );
});
