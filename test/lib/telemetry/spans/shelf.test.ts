import should from 'should';
import type { Span } from '../../../../lib/telemetry/otlp-types';
import { RecordKey, Shelf } from '../../../../lib/telemetry/spans/shelf';

const limits = { spans: 100, bytes: 1e6, mostSpans: 4, mostBytes: 1e6 };
const record = (stream: string, seq: number): RecordKey => ({ stream, incarnation: 0, runId: '1', sourceId: 1, seq });
const span = (spanId: string): Span => ({ spanId, name: spanId }) as Span;

describe('the shelf of spans that are not settled', () => {
  it('looks at no other stream when one is settled', () => {
    const shelf = new Shelf(limits);
    let looks = 0;
    const watched = { ...record('a', 1) };
    Object.defineProperty(watched, 'stream', { enumerable: true, get: () => (looks++, 'a') });
    shelf.put(watched, span('1'));
    shelf.put(record('b', 1), span('2'));
    const before = looks;
    should(shelf.settle(record('b', 9))).equal(1);
    shelf.abandon(record('c', 9));
    should([looks - before, shelf.size]).eql([0, 1]);
    should(shelf.settle(record('a', 1))).equal(1);
    should(shelf.size).equal(0);
  });

  it('settles what came after the oldest was forgotten, and after all of a stream went', () => {
    const shelf = new Shelf(limits);
    const ids = (): string[] => shelf.all().map(({ spanId }) => spanId);
    shelf.put(record('a', 1), span('1'));
    shelf.put(record('a', 1), span('2'));
    shelf.put(record('b', 1), span('3'));
    shelf.put(record('a', 2), span('4'));
    should(shelf.put(record('b', 2), span('5'))).equal(1);
    should(shelf.put(record('c', 1), span('6'))).equal(1);
    should(ids()).eql(['3', '4', '5', '6']);
    should([shelf.settle(record('a', 1)), shelf.settle(record('a', 2)), shelf.settle(record('a', 2))]).eql([0, 1, 0]);
    shelf.put(record('a', 3), span('7'));
    should(shelf.settle(record('b', 1))).equal(1);
    should(shelf.settle(record('a', 3))).equal(1);
    should(ids()).eql(['5', '6']);
    should(shelf.closedBy(record('b', 2)).map(({ spanId }) => spanId)).eql(['5']);
  });
});
