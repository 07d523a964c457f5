import { strict as assert } from 'node:assert';
import { createPoll, type LogContent, type PollFacts, ticksOfMs } from '../../../lib/logobject';

const SETTINGS = { overlapMs: 10_000, startFrom: 'oldest' } as const;
const BEGIN_MS = 13_000_000_000_000;

const ticksAt = (second: number): bigint => ticksOfMs(BEGIN_MS + second * 1000);
const record = (second: number, text = `at ${second}`): LogContent => ({
  ticks: ticksAt(second).toString(),
  severity: 100,
  message: { text }
});
const facts = (second: number, stepMs: number): PollFacts => ({
  deviceTicks: ticksAt(second),
  hostMs: second * 1000,
  clock: { offsetMs: 0, errorMs: 1, stepMs },
  fingerprint: '',
  fields: 31
});

/** Entered while the first poll went on, after records that this poll did not ask for. */
const late = record(95, 'late');
const seconds = (from: number, to: number): LogContent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => record(from + i));

/** A poll at 100 s, then one at 110 s that has read two pages, up to 102 s, when it looks. Verdicts of the second. */
function looksAt(first: readonly LogContent[], stepMs = 1): string[] {
  const before = createPoll(undefined, facts(100, stepMs), SETTINGS);
  before.page([...seconds(90, 94), late, ...seconds(95, 99)]);
  const poll = createPoll(before.finish().position, facts(110, stepMs), SETTINGS);
  poll.page([...seconds(90, 94), late, ...seconds(95, 99)]);
  poll.page(seconds(101, 102));
  assert.ok(poll.asksFirstAgain);
  poll.firstAgain(first);
  return poll.finish().gaps.map(({ verdict }) => verdict);
}

describe('the look at the first records of a log', () => {
  it('finds nothing where they are the first still, or others that were read follow each other', () => {
    assert.deepEqual(looksAt(seconds(90, 94)), []);
    assert.deepEqual(looksAt([...seconds(92, 94), late, ...seconds(95, 99)]), []);
  });

  it('is not deceived by a late record that outlives the ones around it', () =>
    assert.deepEqual(looksAt([late, ...seconds(105, 108)]), ['overflow-while-reading']));

  it('takes no order from Times that the clock cannot tell apart', () => {
    assert.deepEqual(looksAt([record(98), record(99)], 500), []);
    assert.deepEqual(looksAt([record(98), record(99)], 3_000), ['overflow-while-reading']);
  });
});
