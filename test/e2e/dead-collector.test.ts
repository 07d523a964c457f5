import should from 'should';
import { DeadRun, runDeadCollector } from './support/dead-collector';

/* Five minutes of it: test/long/dead-collector.test.ts. */
describe('a dead collector, and the other branches of its reader', () => {
  const all = ({ produced }: DeadRun): object[] => Array.from({ length: 3 }, () => ({ records: produced }));

  it('with wait stop until it is back; the reader says for whom it waits and why, and nothing is missing', async () => {
    const waits = /^waits for 'collector' \(refused, \d+ s\)$/;
    const run = await runDeadCollector('wait', 50, 0, (reader) => waits.test(reader));
    should(run.reader).match(waits);
    should(run.otlp).match(/^connection refused since \d\d:\d\d: \S+( k)? wait$/);
    // What is under way, and no more.
    should(run.meanwhile[0] - run.before[0]).be.below(50 * 16);
    should(run.have).match(all(run));
    should(run.have.slice(0, 2)).match([{ twice: 0 }, { twice: 0 }]);
    should(run.errors).eql(['OPENOT_OTLP_UNREACHABLE']);
  });

  it('with best effort go on: their rows are written, and the collector gets all when it is back', async () => {
    const run = await runDeadCollector('bestEffort', 50, 3000, (_reader, newRows) => newRows >= 200);
    should(run.reader).not.match(/waits/);
    should(run.otlp).match(/^connection refused since \d\d:\d\d: \S+( k)? wait$/);
    should(run.have).match(all(run));
    should(run.have.slice(0, 2)).match([{ twice: 0 }, { twice: 0 }]);
    should(run.errors).eql(['OPENOT_OTLP_UNREACHABLE']);
  });
});
