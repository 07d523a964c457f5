import should from 'should';
import { apply, knownOf } from '../../../../lib/reader/judge/apply';
import { CONTROL_RULES, RECORD_RULES } from '../../../../lib/reader/judge/decide';
import { Decision, Limits } from '../../../../lib/reader/judge/decision';
import { Observation, Seen } from '../../../../lib/reader/judge/observation';
import { PollEnd } from '../../../../lib/reader/judge/poll-end';
import { searchFrom } from '../../../../lib/reader/judge/record-search';
import { ANCHORED, Following, NewIncarnation, RingState } from '../../../../lib/reader/judge/ring-state';
import { Streak } from '../../../../lib/reader/judge/streak';
import { NoticeItem } from '../../../../lib/stream';
import { FakePlc } from '../fake-plc';
import { accepted, CAPACITY, decided, limitsOf, RECORD, REREAD_MS, ringWith, sampleOf, seen, windowOf } from './cases';

/** One line of the table: what is known and seen, and what it comes to. */
interface Expected {
  readonly name: string;
  readonly row: string;
  readonly then: PollEnd['kind'];
  readonly given: () => { state: RingState; observation: Observation; limits?: Limits };
  /** What changed, besides. `after` = what is known of the ring after the decision. */
  readonly check?: (after: Following, decision: Decision) => void;
}

const streak = (times: number, ms: number): Streak => ({ times, sinceMs: 0, ms });
const notices = ({ effects }: Decision): NoticeItem[] =>
  effects.batches.flatMap(({ notices }) => notices.map(({ beforeAbs: _, ...notice }) => notice as NoticeItem));
const records = ({ effects }: Decision): number => effects.batches.reduce((sum, batch) => sum + batch.records, 0);
const sinceLap = { kind: 'sinceLap' as const, sinceMs: 0 };

/** A ring with 5 records handed on and some more behind them, whose head was believed before. */
function ringWithMore(more: number, over: Partial<Following> = {}): { plc: FakePlc; state: Following } {
  const { plc, state } = ringWith(5, over);
  plc.fill(more);
  return { plc, state: { ...state, last: sampleOf(plc), ...over } };
}

/** A ring whose next record is broken, with good ones behind it. */
function brokenRing(over: Partial<Following> = {}, behind = 3): { plc: FakePlc; state: Following; abs: number } {
  const { plc, state } = ringWithMore(1 + behind, over);
  const abs = state.position.cursor;
  plc.writer.bytes[abs + 20] ^= 0xff;
  return { plc, state, abs };
}

/** A ring that was switched off and on, and wrote `count` records since. */
function restartedRing(count: number, over: Partial<Following> = {}, runId = 1n): { plc: FakePlc; state: Following } {
  const { plc, state } = ringWith(8, over);
  plc.powerCycle(runId);
  plc.fill(count);
  return { plc, state };
}

function restartDoubt(plc: FakePlc, times: number, ms: number, moved = false): Partial<Following> {
  return { doubts: { restart: { streak: streak(times, ms), previous: sampleOf(plc), moved } } };
}

const atMs = (ms: number): Partial<Seen> => ({ askedMs: ms, doneMs: ms });
const anchorDoubt = (times: number, ms: number, isUnexplained = false): Partial<Following> => ({
  doubts: { anchor: { streak: streak(times, ms), seqlock: 0, isUnexplained } }
});

/** Another record stands where the last one handed on should. */
function mismatchedRing(over: Partial<Following>): { plc: FakePlc; state: Following } {
  const ring = ringWith(5, over);
  ring.plc.writer.bytes[5 * RECORD - 1] ^= 0xff;
  return ring;
}

/** A ring of which 5 records were read, before the producer ran it over. */
function overrunRing(over: Partial<Following> = {}): { plc: FakePlc; state: Following } {
  const { plc, state } = ringWith(5, over);
  plc.fill(40);
  return { plc, state };
}

const ending = (plc: FakePlc, following: Following, isDrained: boolean): RingState => {
  const next: NewIncarnation = { control: accepted(sampleOf(plc)), reason: 'headAbs', anchor: 'differs' };
  return { phase: 'ending', following, next, isDrained };
};

/** A repeat that is newer than all that was handed on, and what follows it. */
function repeatedRing(
  following: readonly { source: number; seq?: number }[],
  over: Partial<Following> = {}
): { plc: FakePlc; state: Following } {
  const { plc, state } = ringWith(5, over);
  plc.append(1, { seq: 2 });
  for (const { source, seq } of following) plc.append(source, { seq });
  return { plc, state: { ...state, last: sampleOf(plc), ...over } };
}

/** Head as it is now was seen long before. */
const settled = (plc: FakePlc): Pick<Following, 'heads'> => ({ heads: [{ ms: 0, headAbs: plc.writer.headAbs }] });
const unread = (isSmaller: boolean): Observation => ({
  kind: 'unread',
  error: { ok: false, code: 'OPENOT_READ_LENGTH', message: 'short', remedy: isSmaller ? 'smaller' : 'retry' },
  isSmaller
});

const TABLE: readonly Expected[] = [
  {
    name: 'a Read that failed is tried again in a smaller size, and said',
    row: '0',
    then: 'soon',
    given: () => ({ state: ringWith(5).state, observation: unread(true) }),
    check: (_, { then, change }) => {
      should(then).have.property('trouble').with.property('code', 'OPENOT_READ_LENGTH');
      change.kind.should.equal('none');
    }
  },
  {
    name: 'a Read that failed and cannot be smaller is the failure itself',
    row: '0',
    then: 'failed',
    given: () => ({ state: ringWith(5).state, observation: unread(false) })
  },
  {
    name: 'first contact begins at the oldest record and is saved',
    row: '1',
    then: 'more',
    given: () => {
      const { plc } = ringWith(5);
      const state: RingState = { phase: 'unknown', firstIncarnation: 3 };
      return { state, observation: seen(state, plc) };
    },
    check: (after, { effects }) => {
      after.position.cursor.should.equal(0);
      after.position.incarnation.should.equal(3);
      should(effects.begin).have.properties({ cursor: 0, incarnation: 3, stream: 'plc/7' });
    }
  },
  {
    name: 'first contact at the newest record finds nothing to read yet',
    row: '1',
    then: 'idle',
    given: () => {
      const { plc } = ringWith(5);
      const state: RingState = { phase: 'unknown', firstIncarnation: 0 };
      return { state, observation: seen(state, plc), limits: limitsOf({ startFrom: 'newest' }) };
    },
    check: (after) => after.position.cursor.should.equal(5 * RECORD)
  },
  {
    name: 'first contact waits for a control block that can be believed',
    row: '1',
    then: 'unstable',
    given: () => {
      const state: RingState = { phase: 'unknown', firstIncarnation: 0 };
      return { state, observation: seen(state, ringWith(5).plc, { control: { kind: 'unstable' } }) };
    },
    check: (_, { change }) => change.kind.should.equal('none')
  },
  {
    name: 'a ring that began anew waits for its batches',
    row: '2',
    then: 'drain',
    given: () => {
      const { plc, state } = restartedRing(2);
      return { state: ending(plc, state, false), observation: { kind: 'unasked', doneMs: 9 }, limits: limitsOf({}, 1) };
    },
    check: (after, { effects }) => {
      after.position.incarnation.should.equal(0);
      effects.batches.should.eql([]);
    }
  },
  {
    name: 'a ring whose batches are settled begins, with the control block as it is by then',
    row: '2',
    then: 'more',
    given: () => {
      const { plc, state } = restartedRing(2);
      const waiting = ending(plc, state, true);
      plc.fill(3);
      return { state: waiting, observation: seen(waiting, plc), limits: limitsOf({}, 1) };
    },
    check: (after, decision) => {
      after.position.incarnation.should.equal(1);
      after.position.cursor.should.equal(0);
      after.last.snapshot.headAbs.should.equal(5 * RECORD);
      notices(decision).should.eql([{ kind: 'incarnation', from: 0, to: 1, reason: 'headAbs' }]);
      should(decision.effects.begin).have.property('incarnation', 1);
    }
  },
  {
    name: 'a quiet ring is idle, and what looked like a restart before is forgotten',
    row: '3',
    then: 'idle',
    given: () => {
      const { plc, state: quiet } = ringWith(5);
      const state = { ...quiet, doubts: { ...restartDoubt(plc, 2, 9).doubts, ...anchorDoubt(2, 9).doubts } };
      return { state, observation: seen(state, plc, { control: { kind: 'same' } }) };
    },
    check: (after, { effects }) => {
      should(after.doubts.restart).be.undefined();
      should(after.doubts.anchor).be.undefined();
      effects.hints.should.eql([{ kind: 'caughtUp', used: 0 }]);
    }
  },
  {
    name: 'a last record that stood long enough since a lap is trusted',
    row: '3',
    then: 'idle',
    given: () => {
      const { plc, state } = ringWith(5, { trust: sinceLap });
      return { state, observation: seen(state, plc, { control: { kind: 'same' }, ...atMs(REREAD_MS) }) };
    },
    check: (after) => after.trust.should.eql(ANCHORED)
  },
  ...(
    [
      ['an update that goes on', { kind: 'updating', frozen: true, seqlock: 9 }, 'updating'],
      ['looks that never agree', { kind: 'unstable' }, 'unstable'],
      [
        'what is no control block',
        { kind: 'invalid', error: { code: 'OPENOT_CONTROL_INCONSISTENT', message: 'no' } },
        'refused'
      ]
    ] as const
  ).map(([name, control, then]): Expected => ({
    name: `${name} decides nothing`,
    row: '4',
    then,
    given: () => {
      const { plc, state } = ringWith(5, anchorDoubt(2, 9));
      return { state, observation: seen(state, plc, { control }) };
    },
    check: (after, { change }) => {
      change.kind.should.equal('none');
      should(after.doubts.anchor?.streak).eql(streak(2, 9));
    }
  })),
  {
    name: 'a ring of another size than configured is refused',
    row: '5',
    then: 'refused',
    given: () => {
      const { plc, state } = ringWith(5);
      return {
        state,
        observation: seen(state, plc, { facts: { ok: true, ringBytes: 2 * CAPACITY, granularity: 1, about: [] } })
      };
    },
    check: (_, { then }) => should(then).have.property('error').with.property('code', 'OPENOT_RING_SIZE')
  },
  {
    name: 'an incarnation that had begun before the last stop begins with its number',
    row: '6',
    then: 'more',
    given: () => {
      const { plc, state } = ringWith(5);
      const position = state.position.draft();
      position.nextIncarnation = 4;
      return { state: { ...state, position }, observation: seen(state, plc) };
    },
    check: (after, decision) => {
      after.position.incarnation.should.equal(4);
      notices(decision).should.eql([{ kind: 'incarnation', from: 0, to: 4, reason: 'resumed' }]);
    }
  },
  {
    name: 'wait: a head that fell is doubted first',
    row: '7',
    then: 'soon',
    given: () => {
      const { plc, state } = restartedRing(2);
      return { state, observation: seen(state, plc) };
    },
    check: (after, { then }) => {
      should(after.doubts.restart?.streak).eql(streak(1, 0));
      after.position.cursor.should.equal(8 * RECORD);
      should(then).eql({ kind: 'soon', ms: 50 });
    }
  },
  {
    name: 'wait: after a second it is told',
    row: '7',
    then: 'soon',
    given: () => {
      const { plc, state } = restartedRing(2);
      return {
        state: { ...state, ...restartDoubt(plc, 1, 0) },
        observation: seen(state, plc, atMs(1000))
      };
    },
    check: (_, { then }) => should(then).have.property('trouble').with.property('code', 'OPENOT_CONTROL_WENT_BACK')
  },
  {
    name: 'decided: three polls over a second, and the last record is not there any more',
    row: '7',
    then: 'more',
    given: () => {
      const { plc, state } = restartedRing(2);
      return { state: { ...state, ...restartDoubt(plc, 2, 500) }, observation: seen(state, plc, atMs(1000)) };
    },
    check: (after, decision) => {
      after.position.incarnation.should.equal(1);
      after.position.cursor.should.equal(0);
      after.doubts.should.eql({});
      after.learnt.should.eql({});
      notices(decision).should.eql([{ kind: 'incarnation', from: 0, to: 1, reason: 'headAbs' }]);
    }
  },
  {
    name: 'decided: what the new life overwrote is a lap',
    row: '7',
    then: 'more',
    given: () => {
      const { plc, state } = ringWith(40);
      plc.powerCycle();
      plc.fill(30);
      return { state: { ...state, ...restartDoubt(plc, 2, 500) }, observation: seen(state, plc, atMs(1000)) };
    },
    check: (after, decision) => {
      after.position.cursor.should.equal(after.last.snapshot.oldestAbs);
      notices(decision).should.eql([
        { kind: 'incarnation', from: 0, to: 1, reason: 'headAbs' },
        { kind: 'lap', fromAbs: 0, toAbs: after.position.cursor, lostCountDelta: after.last.snapshot.lostCount }
      ]);
    }
  },
  {
    name: 'decided: a run id that rose needs no waiting where the last record is gone',
    row: '7',
    then: 'more',
    given: () => {
      const { plc, state } = restartedRing(2, {}, 2n);
      return { state, observation: seen(state, plc) };
    },
    check: (after) => after.position.incarnation.should.equal(1)
  },
  {
    name: 'decided: with batches on their way it ends first',
    row: '7',
    then: 'drain',
    given: () => {
      const { plc, state } = restartedRing(2, {}, 2n);
      return { state, observation: seen(state, plc), limits: limitsOf({}, 1) };
    },
    check: (_, { change, effects }) => {
      change.kind.should.equal('end');
      should(effects.begin).be.undefined();
    }
  },
  {
    name: 'forgotten: a control block that came forward again ends the doubt',
    row: '11',
    then: 'idle',
    given: () => {
      const { plc, state } = ringWith(5);
      plc.seqlock += 2;
      return { state: { ...state, ...restartDoubt(plc, 2, 900) }, observation: seen(state, plc) };
    },
    check: (after) => should(after.doubts.restart).be.undefined()
  },
  {
    name: "wait: another record in the last one's place is doubted first",
    row: '8',
    then: 'soon',
    given: () => {
      const { plc, state } = mismatchedRing({});
      return { state, observation: seen(state, plc) };
    },
    check: (after, { effects }) => {
      should(after.doubts.anchor).eql({ streak: streak(1, 0), seqlock: 10, isUnexplained: false });
      effects.isReread.should.be.true();
    }
  },
  {
    name: 'wait: an image that nothing confirms does not count',
    row: '8',
    then: 'soon',
    given: () => {
      const { plc, state } = mismatchedRing(anchorDoubt(3, 900));
      const control = accepted(sampleOf(plc), { confirmed: false });
      return { state, observation: seen(state, plc, { control, ...atMs(9000) }) };
    },
    check: (after) => should(after.doubts.anchor?.streak).eql(streak(3, 900))
  },
  {
    name: 'wait: a ring that was out of sight may be another one, and that is not forgotten',
    row: '8',
    then: 'soon',
    given: () => {
      const { plc, state } = mismatchedRing({ ...anchorDoubt(1, 0), wasAnchored: false });
      return { state, observation: seen(state, plc) };
    },
    check: (after) => should(after.doubts.anchor?.isUnexplained).be.true()
  },
  {
    name: 'decided: four polls and as long as a copy may be old',
    row: '8',
    then: 'more',
    given: () => {
      const { plc, state } = mismatchedRing(anchorDoubt(3, 900));
      return { state, observation: seen(state, plc, atMs(REREAD_MS)) };
    },
    check: (after, decision) => {
      after.position.incarnation.should.equal(1);
      notices(decision).should.eql([{ kind: 'incarnation', from: 0, to: 1, reason: 'fingerprint' }]);
    }
  },
  {
    name: 'decided: since a lap only the fingerprint is dropped',
    row: '8',
    then: 'more',
    given: () => {
      const { plc, state } = mismatchedRing({ ...anchorDoubt(3, 900), trust: sinceLap });
      return { state, observation: seen(state, plc, atMs(REREAD_MS)) };
    },
    check: (after, decision) => {
      after.position.incarnation.should.equal(0);
      should(after.position.fingerprint).be.undefined();
      should(after.doubts.anchor).be.undefined();
      notices(decision).should.eql([]);
    }
  },
  {
    name: 'decided: a mismatch that nothing explains, when its place is overwritten',
    row: '8',
    then: 'more',
    given: () => {
      const { plc, state } = overrunRing(anchorDoubt(1, 0, true));
      return { state, observation: seen(state, plc, atMs(100)) };
    },
    check: (_, decision) => should(notices(decision)[0]).have.properties({ to: 1, reason: 'fingerprint' })
  },
  {
    name: 'forgotten: the last record stands again',
    row: '11',
    then: 'idle',
    given: () => {
      const { plc, state } = ringWith(5, { ...anchorDoubt(3, 900, true), wasAnchored: false });
      plc.seqlock += 2;
      return { state, observation: seen(state, plc) };
    },
    check: (after) => {
      should(after.doubts.anchor).be.undefined();
      after.wasAnchored.should.be.true();
    }
  },
  {
    name: 'the anchor is asked for before anything is handed on',
    row: '9',
    then: 'more',
    given: () => {
      const { plc, state } = ringWithMore(2);
      return { state, observation: seen(state, plc, { anchor: undefined }) };
    },
    check: (after) => after.position.cursor.should.equal(5 * RECORD)
  },
  {
    name: 'a lap moves the cursor to the oldest record and counts what was not read',
    row: '14',
    then: 'more',
    given: () => {
      const { plc, state } = overrunRing();
      const { oldestAbs } = plc.writer;
      return { state, observation: seen(state, plc, { window: windowOf(plc, oldestAbs, oldestAbs + 200) }) };
    },
    check: (after, decision) => {
      const { oldestAbs, lostCount } = after.last.snapshot;
      notices(decision)[0].should.eql({
        kind: 'lap',
        fromAbs: 5 * RECORD,
        toAbs: oldestAbs,
        lostCountDelta: lostCount - 5
      });
      after.trust.should.eql({ kind: 'sinceLap', sinceMs: 1 });
      after.position.cursor.should.not.be.below(oldestAbs);
    }
  },
  {
    name: 'a lap over what was read to the last record is silent',
    row: '13',
    then: 'more',
    given: () => {
      const { plc, state } = ringWith(23);
      // The gap at the lap's end is all that lies between.
      plc.fill(23);
      const position = state.position.draft();
      position.written = plc.writer.lostCount;
      return { state: { ...state, position }, observation: seen(state, plc, { window: windowOf(plc, 0, 0) }) };
    },
    check: (after, decision) => {
      notices(decision).should.eql([]);
      after.position.cursor.should.equal(after.last.snapshot.oldestAbs);
    }
  },
  {
    name: 'wait: an oldest that no second reading bears out forbids, and moves nothing',
    row: '10',
    then: 'more',
    given: () => {
      const { plc, state } = ringWithMore(3);
      const control = accepted(sampleOf(plc), { oldestAbs: 6 * RECORD });
      return { state, observation: seen(state, plc, { control, anchor: undefined }) };
    },
    check: (after, decision) => {
      after.position.cursor.should.equal(5 * RECORD);
      notices(decision).should.eql([]);
      records(decision).should.equal(0);
    }
  },
  {
    name: 'decided: fewer records overwritten than were read is another life',
    row: '10',
    then: 'more',
    given: () => {
      const { plc, state } = ringWith(5);
      plc.fill(40);
      const position = state.position.draft();
      position.written = 1000;
      return { state: { ...state, position }, observation: seen(state, plc) };
    },
    check: (after, decision) => {
      after.position.incarnation.should.equal(1);
      should(notices(decision)[0]).have.properties({ kind: 'incarnation', reason: 'lostCount' });
    }
  },
  {
    name: 'a control block that moved without a record leaves the reader idle, and is believed',
    row: '11',
    then: 'idle',
    given: () => {
      const { plc, state } = ringWith(5);
      plc.seqlock += 2;
      return { state, observation: seen(state, plc) };
    },
    check: (after) => after.last.seqlock.should.equal(12)
  },
  {
    name: 'a head that only a later sample shows is read with the next poll',
    row: '11',
    then: 'more',
    given: () => {
      const { plc, state } = ringWith(5);
      const first = sampleOf(plc);
      plc.fill(2);
      const control = accepted(sampleOf(plc), { index: 1 });
      return { state, observation: seen(state, plc, { first, control }) };
    },
    check: (after) => after.position.cursor.should.equal(5 * RECORD)
  },
  {
    name: 'a search that found the same record twice ends with one notice',
    row: '12',
    then: 'more',
    given: () => {
      const { plc, state, abs } = brokenRing();
      const place = { abs, reason: 'OPENOT_WIRE_CRC_MISMATCH' as const, message: 'broken' };
      const search = { ...searchFrom(abs, place), candidate: abs + RECORD };
      return { state: { ...state, search }, observation: seen(state, plc) };
    },
    check: (after, decision) => {
      should(after.search).be.undefined();
      after.position.cursor.should.equal(6 * RECORD);
      notices(decision).should.eql([
        { kind: 'skipped', fromAbs: 5 * RECORD, toAbs: 6 * RECORD, reason: 'OPENOT_WIRE_CRC_MISMATCH' }
      ]);
      decision.effects.errors.map(({ code }) => code).should.eql(['OPENOT_RING_SKIPPED']);
    }
  },
  {
    name: 'a search whose place is not in the window stays as it is',
    row: '12',
    then: 'more',
    given: () => {
      const { plc, state, abs } = brokenRing();
      const search = searchFrom(abs, { abs, reason: 'OPENOT_WIRE_CRC_MISMATCH', message: 'broken' });
      return {
        state: { ...state, search },
        observation: seen(state, plc, { window: windowOf(plc, abs + RECORD, abs + RECORD) })
      };
    },
    check: (after) => should(after.search).have.property('abs', 5 * RECORD)
  },
  {
    name: 'a window that lies elsewhere is read again',
    row: '13',
    then: 'more',
    given: () => {
      const { plc, state } = ringWithMore(3);
      return { state, observation: seen(state, plc, { window: windowOf(plc, 6 * RECORD, 8 * RECORD) }) };
    },
    check: (after, decision) => {
      after.position.cursor.should.equal(5 * RECORD);
      records(decision).should.equal(0);
    }
  },
  {
    name: 'all records up to head are handed on, and a doubt about their place is forgotten',
    row: '14',
    then: 'idle',
    given: () => {
      const { plc, state } = ringWithMore(3, { doubts: { place: streak(3, 20) } });
      return { state, observation: seen(state, plc) };
    },
    check: (after, decision) => {
      records(decision).should.equal(3);
      after.position.cursor.should.equal(8 * RECORD);
      should(after.doubts.place).be.undefined();
      decision.effects.batches[0].state.cursor.should.equal(8 * RECORD);
    }
  },
  {
    name: 'more: a window that ends before head asks for larger ones',
    row: '14',
    then: 'more',
    given: () => {
      const { plc, state } = ringWithMore(6);
      const fromAbs = state.position.cursor - 4;
      return { state, observation: seen(state, plc, { window: windowOf(plc, fromAbs, fromAbs + 2 * RECORD + 4) }) };
    },
    check: (_, decision) => {
      records(decision).should.equal(2);
      decision.effects.hints.map(({ kind }) => kind).should.containEql('behind');
    }
  },
  {
    name: 'full: no more batches than may be on their way',
    row: '14',
    then: 'full',
    given: () => {
      const { plc, state } = ringWithMore(4);
      return { state, observation: seen(state, plc), limits: limitsOf({ maxInFlight: 2, maxRecords: 1 }, 1) };
    },
    check: (after, decision) => {
      records(decision).should.equal(1);
      after.position.cursor.should.equal(6 * RECORD);
    }
  },
  {
    name: 'wait: a gap that head had not passed before is held for the next poll',
    row: '14',
    then: 'more',
    given: () => {
      const { plc, state } = ringWith(5);
      plc.append(1, { seq: 9 });
      return { state, observation: seen(state, plc) };
    },
    check: (after, decision) => {
      records(decision).should.equal(0);
      after.last.snapshot.headAbs.should.equal(6 * RECORD);
    }
  },
  {
    name: 'decided: the same gap, now that head had passed it',
    row: '14',
    then: 'idle',
    given: () => {
      const { plc, state } = ringWith(5);
      plc.append(1, { seq: 9 });
      return { state: { ...state, last: sampleOf(plc) }, observation: seen(state, plc) };
    },
    check: (_, decision) => {
      records(decision).should.equal(1);
      should(notices(decision)[0]).have.properties({ kind: 'loss', firstSeq: 5, lastSeq: 8, count: 4 });
    }
  },
  {
    name: 'wait: an older record of a source not met may be of the lap before',
    row: '14',
    then: 'soon',
    given: () => {
      const { plc, state } = ringWith(5);
      plc.timeNs -= 500_000_000n;
      plc.append(2);
      return { state: { ...state, last: sampleOf(plc) }, observation: seen(state, plc) };
    },
    check: (after, decision) => {
      should(after.doubts.place).eql({ times: 1, sinceMs: 1, ms: 0 });
      records(decision).should.equal(0);
    }
  },
  {
    name: 'decided: the same record, once no copy can be that old',
    row: '14',
    then: 'idle',
    given: () => {
      const { plc, state } = ringWith(5, { doubts: { place: streak(9, 4900) } });
      plc.timeNs -= 500_000_000n;
      plc.append(2);
      return {
        state: { ...state, last: sampleOf(plc), ...settled(plc) },
        observation: seen(state, plc, atMs(REREAD_MS))
      };
    },
    check: (after, decision) => {
      records(decision).should.equal(1);
      should(after.doubts.place).be.undefined();
    }
  },
  {
    name: 'wait: a record that does not check is read again',
    row: '15',
    then: 'soon',
    given: () => {
      const { plc, state } = brokenRing();
      return { state, observation: seen(state, plc) };
    },
    check: (after, { effects, then }) => {
      should(after.doubts.place).eql({ times: 1, sinceMs: 1, ms: 0 });
      effects.isReread.should.be.true();
      should(then).eql({ kind: 'soon', ms: 50 });
    }
  },
  {
    name: 'wait: at the last of these readings a larger window is asked for, and after a second it is told',
    row: '15',
    then: 'soon',
    given: () => {
      const { plc, state } = brokenRing({ doubts: { place: streak(7, 900) } });
      return { state, observation: seen(state, plc, atMs(1000)) };
    },
    check: (_, { effects, then }) => {
      effects.hints.should.eql([{ kind: 'needs', bytes: limitsOf().settings.maxChunk }]);
      should(then).have.property('trouble').with.property('code', 'OPENOT_RING_STALE');
    }
  },
  {
    name: 'wait: what is proven must be proven in two readings',
    row: '15',
    then: 'soon',
    given: () => {
      const { plc, state } = brokenRing({ doubts: { place: streak(8, 500) } });
      return { state, observation: seen(state, plc, atMs(600)) };
    },
    check: (after) => after.learnt.should.have.property('provenAbs', 5 * RECORD)
  },
  {
    name: 'decided: proven twice, the search begins',
    row: '15',
    then: 'more',
    given: () => {
      const { plc, state } = brokenRing({ doubts: { place: streak(9, 500) }, learnt: { provenAbs: 5 * RECORD } });
      return { state, observation: seen(state, plc, atMs(600)) };
    },
    check: (after) => {
      should(after.search).have.properties({ fromAbs: 5 * RECORD, candidate: 6 * RECORD });
      should(after.doubts.place).be.undefined();
      after.position.cursor.should.equal(5 * RECORD);
    }
  },
  {
    name: 'decided: a second repeat that is later than all that was read begins the seqs anew',
    row: '15',
    then: 'more',
    given: () => {
      const { plc, state } = repeatedRing([{ source: 1, seq: 3 }], { doubts: { place: streak(9, 4900) } });
      return { state: { ...state, ...settled(plc) }, observation: seen(state, plc, atMs(REREAD_MS)) };
    },
    check: (after, decision) => {
      after.position.incarnation.should.equal(1);
      after.position.cursor.should.equal(5 * RECORD);
      notices(decision).should.eql([{ kind: 'incarnation', from: 0, to: 1, reason: 'seq' }]);
    }
  },
  {
    name: 'decided: the same since a lap is searched instead',
    row: '15',
    then: 'more',
    given: () => {
      const { plc, state } = repeatedRing([{ source: 1, seq: 3 }], {
        doubts: { place: streak(9, 4900) },
        trust: { kind: 'sinceLap', sinceMs: 4000 }
      });
      return { state: { ...state, ...settled(plc) }, observation: seen(state, plc, atMs(REREAD_MS)) };
    },
    check: (after) => {
      after.position.incarnation.should.equal(0);
      should(after.search).have.property('fromAbs', 5 * RECORD);
    }
  },
  {
    name: 'forgotten: the place reads well again',
    row: '14',
    then: 'idle',
    given: () => {
      const { plc, state } = ringWithMore(2, { doubts: { place: streak(8, 3000) } });
      return { state, observation: seen(state, plc, atMs(3100)) };
    },
    check: (after) => should(after.doubts.place).be.undefined()
  }
];

describe('a decision of the reader', () => {
  for (const { name, row, then, given, check } of TABLE)
    it(`row ${row}, ${then}: ${name}`, () => {
      const { state, observation, limits } = given();
      const decision = decided(state, observation, limits);
      [decision.row, decision.then.kind].should.eql([row, then]);
      const after = knownOf(apply(state, decision.change));
      if (after === undefined) should(decision.change.kind).equal('none');
      check?.(after as Following, decision);
    });

  it('is tested for every row of the table', () => {
    const rows = [...CONTROL_RULES, ...RECORD_RULES].map(({ row }) => row);
    rows.filter((row) => !TABLE.some((line) => line.row === row)).should.eql([]);
  });
});
