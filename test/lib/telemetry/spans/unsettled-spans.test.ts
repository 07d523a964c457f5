import should from 'should';
import type { Span } from '../../../../lib/telemetry/otlp-types';
import { RecordKey, UnsettledSpans } from '../../../../lib/telemetry/spans/unsettled-spans';

const limits = { spans: 100, bytes: 1e6, mostSpans: 4, mostBytes: 1e6 };
const record = (stream: string, seq: number): RecordKey => ({ stream, incarnation: 0, runId: '1', sourceId: 1, seq });
const span = (spanId: string): Span => ({ spanId, name: spanId }) as Span;

describe('the unsettled of spans that are not settled', () => {
  it('looks at no other stream when one is settled', () => {
    const unsettled = new UnsettledSpans(limits);
    let looks = 0;
    const watched = { ...record('a', 1) };
    Object.defineProperty(watched, 'stream', { enumerable: true, get: () => (looks++, 'a') });
    unsettled.put(watched, span('1'));
    unsettled.put(record('b', 1), span('2'));
    const before = looks;
    should(unsettled.settle(record('b', 9))).equal(1);
    unsettled.abandon(record('c', 9));
    should([looks - before, unsettled.size]).eql([0, 1]);
    should(unsettled.settle(record('a', 1))).equal(1);
    should(unsettled.size).equal(0);
  });

  it('settles what came after the oldest was forgotten, and after all of a stream went', () => {
    const unsettled = new UnsettledSpans(limits);
    const ids = (): string[] => unsettled.all().map(({ spanId }) => spanId);
    unsettled.put(record('a', 1), span('1'));
    unsettled.put(record('a', 1), span('2'));
    unsettled.put(record('b', 1), span('3'));
    unsettled.put(record('a', 2), span('4'));
    should(unsettled.put(record('b', 2), span('5'))).equal(1);
    should(unsettled.put(record('c', 1), span('6'))).equal(1);
    should(ids()).eql(['3', '4', '5', '6']);
    should([unsettled.settle(record('a', 1)), unsettled.settle(record('a', 2)), unsettled.settle(record('a', 2))]).eql([
      0, 1, 0
    ]);
    unsettled.put(record('a', 3), span('7'));
    should(unsettled.settle(record('b', 1))).equal(1);
    should(unsettled.settle(record('a', 3))).equal(1);
    should(ids()).eql(['5', '6']);
    should(unsettled.closedBy(record('b', 2)).map(({ spanId }) => spanId)).eql(['5']);
  });
});
