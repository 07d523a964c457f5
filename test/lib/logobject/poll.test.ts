import { strict as assert } from 'node:assert';
import { createPoll, type LogContent, type LogPosition, type PollOutcome, ticksOfMs } from '../../../lib/logobject';
import { factsAt, positionAt, recordAt, recordsFrom, ticksAt } from './support/records';

const SETTINGS = { overlapMs: 10_000, startFrom: 'oldest' } as const;
const DIRTY = { lateBy: ticksOfMs(10_000) };

/** A poll of one page. */
const poll = (before: LogPosition | undefined, second: number, page: readonly LogContent[]): PollOutcome => {
  const one = createPoll(before, factsAt(second), SETTINGS);
  one.page(page);
  return one.finish();
};
const textsOf = ({ records }: Pick<PollOutcome, 'records'>): (string | undefined)[] =>
  records.map(({ content }) => content.message.text);
const verdictsOf = ({ gaps }: Pick<PollOutcome, 'gaps'>): string[] => gaps.map(({ verdict }) => verdict);

describe('one poll of a log', () => {
  it('asks for everything at first contact, then from the overlap before the newest record to the device clock', () => {
    const first = createPoll(undefined, factsAt(100), SETTINGS);
    assert.deepEqual([first.start, first.end], [0n, ticksAt(100)]);
    const { position } = poll(undefined, 100, [recordAt(95)]);
    const next = createPoll(position, factsAt(110), SETTINGS);
    assert.deepEqual([next.start, next.end], [ticksAt(85), ticksAt(110)]);
  });

  it('hands on what is new only, in the order of time', () => {
    const { position } = poll(undefined, 100, recordsFrom(95, 99));
    const outcome = poll(position, 110, [...recordsFrom(95, 99), recordAt(103), recordAt(101)]);
    assert.deepEqual(textsOf(outcome), ['at 101', 'at 103']);
    assert.equal(outcome.repeated, 5);
  });

  it('counts equal records: one more of them is one more record, with the next number', () => {
    const { position } = poll(undefined, 100, [recordAt(99), recordAt(99)]);
    const { records } = poll(position, 110, [recordAt(99), recordAt(99), recordAt(99)]);
    assert.deepEqual(
      records.map(({ number }) => number),
      [2]
    );
  });

  it('hands on nothing of what was there where reading begins now', () => {
    const first = createPoll(undefined, factsAt(100), { ...SETTINGS, startFrom: 'newest' });
    first.page(recordsFrom(95, 99));
    const { records, position } = first.finish();
    assert.deepEqual(records, []);
    assert.deepEqual(textsOf(poll(position, 110, [...recordsFrom(95, 99), recordAt(101)])), ['at 101']);
  });

  it('reports a gap from the last time read to the first one after it where nothing comes again', () => {
    const { position } = poll(undefined, 100, recordsFrom(95, 99));
    const { gaps } = poll(position, 110, recordsFrom(104, 109));
    assert.deepEqual(gaps, [{ after: ticksAt(99), before: ticksAt(104), verdict: 'overflow' }]);
  });

  it('begins new counts with other settings, and says so', () => {
    const { position } = poll(undefined, 100, recordsFrom(95, 99));
    const other = createPoll(position, factsAt(110, { fingerprint: 'other' }), SETTINGS);
    assert.deepEqual(other.notices, ['settings-changed']);
    other.page(recordsFrom(95, 99));
    assert.equal(textsOf(other.finish()).length, 5);
  });

  it('says that the clock was set back, and asks for all that it can have shown', () => {
    const { position } = poll(undefined, 100, recordsFrom(95, 99));
    const back = createPoll(position, { ...factsAt(110), deviceTicks: ticksAt(50) }, SETTINGS);
    assert.deepEqual(back.notices, ['clock-stepped-back']);
    assert.deepEqual([back.start, back.end], [ticksAt(30), ticksAt(110) + ticksOfMs(3)]);
  });

  describe('where the clock was set back by less than half the overlap', () => {
    const { position } = poll(undefined, 100, recordsFrom(90, 99));
    /** Its clock shows 98 where it would have shown 102. */
    const facts = { ...factsAt(102), deviceTicks: ticksAt(98) };

    it('asks for what it stamped before that and is ahead of it now, and says nothing', () => {
      const back = createPoll(position, facts, SETTINGS);
      assert.deepEqual(back.notices, []);
      assert.deepEqual([back.start, back.end], [ticksAt(86), ticksAt(102) + ticksOfMs(3)]);
      back.page([...recordsFrom(90, 99), recordAt(101)]);
      const outcome = back.finish();
      assert.deepEqual(textsOf(outcome), ['at 101']);
      assert.equal(outcome.position.watermark, ticksAt(98));
      const ahead = createPoll(outcome.position, { ...factsAt(103), deviceTicks: ticksAt(99) }, SETTINGS);
      assert.equal(ahead.end, ticksAt(99));
      const later = poll(outcome.position, 110, [...recordsFrom(90, 99), recordAt(101), recordAt(105)]);
      assert.deepEqual([textsOf(later), later.gaps], [['at 105'], []]);
    });

    it('asks for it again where that poll did not get to its end', () => {
      const back = createPoll(position, { ...factsAt(130), deviceTicks: ticksAt(126) }, SETTINGS);
      back.page([...recordsFrom(90, 99), recordAt(120)]);
      const part = back.take();
      assert.ok(part !== undefined);
      const next = createPoll(part.position, { ...factsAt(131), deviceTicks: ticksAt(127) }, SETTINGS);
      assert.equal(next.end, ticksAt(131) + ticksOfMs(3));
    });

    it('counts what is entered since as late by as much', () => {
      const back = createPoll(position, facts, SETTINGS);
      back.page(recordsFrom(90, 99));
      assert.equal(back.finish().position.lateBy, ticksOfMs(4_000));
    });
  });

  it('reports the span before and after bytes that are no record', () => {
    const one = createPoll(undefined, factsAt(100), SETTINGS);
    one.page([recordAt(90)]);
    one.unreadable();
    one.page([recordAt(95)]);
    assert.deepEqual(one.finish().gaps, [{ after: ticksAt(90), before: ticksAt(95), verdict: 'unreadable' }]);
  });

  it('asks for the first records again after more than one page', () => {
    const one = createPoll(undefined, factsAt(100), SETTINGS);
    one.page(recordsFrom(90, 94));
    assert.equal(one.asksFirstAgain, false);
    one.page(recordsFrom(95, 99));
    assert.equal(one.asksFirstAgain, true);
    one.firstAgain(recordsFrom(90, 99));
    assert.equal(one.asksFirstAgain, false);
    assert.deepEqual(verdictsOf(one.finish()), []);
  });

  it('can hand on before its end only what stands in order, and its position says how far', () => {
    const one = createPoll(undefined, factsAt(100), SETTINGS);
    one.page(recordsFrom(80, 85));
    const part = one.take();
    assert.equal(part?.records.length, 6);
    assert.equal(part?.position.completeTo, ticksAt(85));
    assert.equal(one.take(), undefined);
    const unordered = createPoll(undefined, factsAt(100), SETTINGS);
    unordered.page([recordAt(95), recordAt(80)]);
    assert.equal(unordered.take(), undefined);
  });
});

describe('a poll of events', () => {
  const heard = (heldFrom: bigint): PollOutcome => {
    const { position } = poll(undefined, 100, recordsFrom(95, 99));
    const one = createPoll(position, factsAt(110, { heldFrom }), SETTINGS);
    one.page([recordAt(108)]);
    return one.finish();
  };

  it('reports no gap where all since the last poll were heard, though nothing comes again', () =>
    assert.deepEqual(heard(ticksAt(100)).gaps, []));

  it('reports one, from the overlap before the last poll to when all were heard again', () =>
    assert.deepEqual(heard(ticksAt(105)).gaps, [{ after: ticksAt(90), before: ticksAt(105), verdict: 'unwatched' }]));
});

describe('a record that comes again in a log whose records are late', () => {
  it('proves nothing where only the last poll read it: it may have been entered behind what is unread', () => {
    // x at 99.9 was entered before r at 98, while the poll of second 99.5 went on, and is evicted before the next one.
    const late = recordAt(98, 'late');
    const { position } = poll(positionAt(90, { ...DIRTY, seen: new Map() }), 99.5, [recordAt(97), late]);
    assert.deepEqual(verdictsOf(poll(position, 110, [late, ...recordsFrom(104, 109)])), ['overflow']);
  });

  it('proves that nothing is missing where a poll before the last one read it, whatever was evicted before it', () => {
    const first = poll(positionAt(90, { ...DIRTY, seen: new Map() }), 98, recordsFrom(90, 97));
    const second = poll(first.position, 100, recordsFrom(92, 99));
    assert.deepEqual(verdictsOf(second), ['overflow']);
    const third = poll(second.position, 102, recordsFrom(94, 101));
    assert.deepEqual(verdictsOf(third), []);
    assert.equal(third.position.lateBy, DIRTY.lateBy);
  });

  it('proves nothing where a poll that read it again did not get to its end: what is unread may be older', () => {
    const first = poll(positionAt(90, { ...DIRTY, seen: new Map() }), 98, recordsFrom(90, 97));
    const killed = createPoll(first.position, factsAt(120), SETTINGS);
    killed.page([recordAt(97), ...recordsFrom(98, 112)]);
    killed.page([recordAt(113)]);
    killed.firstAgain([recordAt(97), ...recordsFrom(98, 106)]);
    const { position } = killed.take() ?? assert.fail('nothing could be taken');
    assert.equal([...position.seen.values()].filter(({ settled }) => settled > 0).length, 0);
  });

  it('proves it to the look at the first records as well', () => {
    const first = poll(positionAt(90, { ...DIRTY, seen: new Map() }), 98, recordsFrom(90, 97));
    const second = poll(first.position, 100, recordsFrom(92, 99));
    const look = (firstNow: readonly LogContent[]): string[] => {
      const third = createPoll(second.position, factsAt(102), SETTINGS);
      third.page(recordsFrom(93, 97));
      third.page(recordsFrom(98, 101));
      third.firstAgain(firstNow);
      return verdictsOf(third.finish());
    };
    assert.deepEqual(look(recordsFrom(95, 101)), []);
    assert.deepEqual(look(recordsFrom(98, 101)), ['overflow-while-reading']);
  });
});
