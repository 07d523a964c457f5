import should from 'should';
import { DeadRun, runDeadCollector } from '../e2e/support/dead-collector';

/** Events a second, and seconds that the collector is dead. */
const RATE = 20;
const DEAD_S = Number(process.env.OPENOT_DEAD_SECONDS ?? 300);

describe(`a collector that is dead for ${DEAD_S} s at ${RATE} events a second, behind a reader with three branches`, () => {
  it('stops them all with wait, and none with best effort; the sums close in both', async () => {
    const [wait, bestEffort] = await Promise.all([
      runDeadCollector('wait', RATE, DEAD_S * 1000, () => true),
      runDeadCollector('bestEffort', RATE, DEAD_S * 1000, () => true)
    ]);
    const line = ({ before, meanwhile, reader, otlp, produced, have, errors }: DeadRun): string =>
      `rows meanwhile ${meanwhile[0] - before[0]}, lines ${meanwhile[1] - before[1]}; reader "${reader}"; ` +
      `otlp "${otlp}"; produced ${produced}, ` +
      `have ${have.map(({ records, twice }) => `${records} (${twice} twice)`).join(', ')}; ` +
      `errors ${errors.join(', ')}`;
    console.log(`      wait: ${line(wait)}\n      best effort: ${line(bestEffort)}`);
    for (const { have, produced, errors } of [wait, bestEffort]) {
      should(have.map(({ records }) => records)).eql([produced, produced, produced]);
      should(have.slice(0, 2).map(({ twice }) => twice)).eql([0, 0]);
      should(errors).eql(['OPENOT_OTLP_UNREACHABLE']);
    }
    should(wait.reader).match(/^waits for 'collector' \(refused, \d+ min\)$/);
    should(bestEffort.meanwhile[0] - bestEffort.before[0]).be.above((RATE * DEAD_S) / 2);
  });
});
