import should from 'should';
import { EpochTracker, KnownEpoch, MAX_KNOWN_EPOCHS } from '../../../lib/ring';
import { decodeRecord, EventType, Key, RecordView } from '../../../lib/wire';
import {
  bytesSlot,
  encoded,
  highWaterSlots,
  startedSlots,
  TestRecord,
  udintSlot,
  ulintSlot
} from '../../support/records';

const view = (record: TestRecord): RecordView => decodeRecord(encoded(record)) as RecordView;
/** Hash of one letter: `a` is aaaaaaaaaaaaaaaa. */
const hash = (letter: string): string => letter.repeat(16);
const hashBytes = (letter: string): Uint8Array => Buffer.from(hash(letter), 'hex');
const at = (epochId: number, firstAbs: number, letter: string): KnownEpoch => ({
  epochId,
  firstAbs,
  hash: hash(letter)
});

const look = (
  epochId: number,
  epochFirstAbs: number,
  current: string,
  previous: string
): Parameters<EpochTracker['observeSnapshot']>[0] => ({
  epochId,
  epochFirstAbs,
  definitionHash: hash(current),
  prevDefinitionHash: hash(previous)
});
const message = (rest: TestRecord = {}): RecordView => view({ sourceId: 5, ...rest });
const changed = (seq: number, from: string, to: string, epochId: number, rest: TestRecord = {}): RecordView =>
  view({
    sourceId: 0,
    seq,
    eventTypeId: EventType.DefinitionChanged,
    slots: [
      bytesSlot(Key.defHashOld, hashBytes(from)),
      bytesSlot(Key.defHashNew, hashBytes(to)),
      ulintSlot(Key.epochId, epochId)
    ],
    ...rest
  });
const started = (seq: number, cold = false, runId = 1): RecordView =>
  view({ sourceId: 0, seq, runId, eventTypeId: EventType.LoggerStarted, slots: startedSlots(cold) });
const stopped = (seq: number): RecordView => view({ sourceId: 0, seq, eventTypeId: EventType.LoggerStopped });

/** Feeds records at the given positions. */
function observe(tracker: EpochTracker, ...records: [number, RecordView][]): EpochTracker {
  for (const [abs, record] of records) tracker.observeRecord(abs, record);
  return tracker;
}

describe('known epochs from the control block', () => {
  it('the current one, and with the next look the one before', () => {
    const tracker = new EpochTracker();
    tracker.known().should.eql([]);
    tracker.observeSnapshot(look(4, 100, 'a', 'f'));
    tracker.known().should.eql([at(4, 100, 'a')]);
    tracker.observeSnapshot(look(4, 100, 'a', 'f'));
    tracker.observeSnapshot(look(5, 900, 'b', 'a'));
    tracker.known().should.eql([at(4, 100, 'a'), at(5, 900, 'b')]);
  });

  it('an epoch that came and went between two looks leaves no way back', () => {
    const tracker = new EpochTracker();
    tracker.observeSnapshot(look(4, 100, 'a', 'f'));
    // a -> b -> a -> c: the previous hash is known, but not the place where that epoch began.
    tracker.observeSnapshot(look(7, 900, 'c', 'a'));
    tracker.known().should.eql([at(7, 900, 'c')]);
  });

  it('its pairs, read afterwards without a gap, close the chain', () => {
    const tracker = new EpochTracker();
    tracker.observeSnapshot(look(4, 100, 'a', 'f'));
    observe(tracker, [100, started(0)], [152, message()]);
    tracker.observeSnapshot(look(6, 900, 'c', 'b'));
    observe(tracker, [200, stopped(1)], [300, changed(2, 'a', 'b', 5)], [400, started(3)]);
    tracker.known().should.eql([at(4, 100, 'a'), at(5, 400, 'b'), at(6, 900, 'c')]);
  });

  it('a previous hash that is not that of the known epoch breaks the chain', () => {
    const tracker = new EpochTracker();
    tracker.observeSnapshot(look(4, 100, 'a', 'f'));
    tracker.observeSnapshot(look(5, 900, 'c', 'b'));
    tracker.known().should.eql([at(5, 900, 'c')]);
  });

  it('a hash that changes within one epoch makes that epoch unknown, for good', () => {
    const tracker = new EpochTracker();
    tracker.observeSnapshot(look(4, 100, 'a', 'f'));
    tracker.observeSnapshot(look(4, 100, 'b', 'f'));
    tracker.known().should.eql([]);
    tracker.observeSnapshot(look(4, 100, 'a', 'f'));
    tracker.known().should.eql([]);
    tracker.observeSnapshot(look(5, 900, 'c', 'a'));
    tracker.known().should.eql([at(5, 900, 'c')]);
  });

  it('epochs never go back: if they do, what was known is forgotten', () => {
    for (const back of [look(3, 950, 'a', 'f'), look(5, 800, 'b', 'a'), look(6, 899, 'c', 'b')]) {
      const tracker = new EpochTracker();
      tracker.observeSnapshot(look(4, 100, 'a', 'f'));
      tracker.observeSnapshot(look(5, 900, 'b', 'a'));
      tracker.observeSnapshot(back);
      tracker
        .known()
        .map(({ epochId }) => epochId)
        .should.eql([back.epochId]);
    }
  });

  it('a cold start that leaves the epoch as it is: the epoch goes on from where it began', () => {
    const tracker = new EpochTracker();
    tracker.observeSnapshot(look(4, 100, 'a', 'f'));
    tracker.observeSnapshot(look(4, 500, 'a', 'a'));
    tracker.known().should.eql([at(4, 100, 'a')]);
    tracker.observeSnapshot(look(5, 900, 'b', 'a'));
    tracker.known().should.eql([at(4, 100, 'a'), at(5, 900, 'b')]);
  });

  it('a cold start that counts as an epoch with the same definition', () => {
    const tracker = new EpochTracker();
    tracker.observeSnapshot(look(4, 100, 'a', 'f'));
    tracker.observeSnapshot(look(5, 500, 'a', 'a'));
    tracker.known().should.eql([at(4, 100, 'a'), at(5, 500, 'a')]);
  });

  it('hashes that are not advertised are facts like others', () => {
    const tracker = new EpochTracker();
    tracker.observeSnapshot(look(1, 0, '0', '0'));
    tracker.observeSnapshot(look(2, 300, '0', '0'));
    tracker.known().should.eql([at(1, 0, '0'), at(2, 300, '0')]);
  });
});

describe('known epochs from what was read', () => {
  it('a pair tells where the new epoch begins, and what was read before belongs to the old one', () => {
    const tracker = observe(
      new EpochTracker(),
      [50, message()],
      [94, message()],
      [200, changed(7, 'a', 'b', 3)],
      [300, started(8)],
      [352, message()]
    );
    tracker.known().should.eql([at(2, 50, 'a'), at(3, 300, 'b')]);
  });

  it('a ring that holds three epochs at first contact', () => {
    const tracker = new EpochTracker();
    tracker.observeSnapshot(look(3, 900, 'c', 'b'));
    tracker.known().should.eql([at(3, 900, 'c')]);
    observe(tracker, [50, message()], [200, changed(1, 'a', 'b', 2)], [300, started(2)]);
    tracker.known().should.eql([at(1, 50, 'a'), at(2, 300, 'b'), at(3, 900, 'c')]);
  });

  it('a LoggerStarted at position 0 begins the first epoch', () => {
    const tracker = observe(
      new EpochTracker(),
      [0, started(0, true)],
      [52, message()],
      [200, changed(1, 'a', 'b', 2)],
      [300, started(2)]
    );
    tracker.known().should.eql([at(1, 0, 'a'), at(2, 300, 'b')]);
  });

  it('a LoggerStarted alone is a boundary of which nothing is known', () => {
    // The DefinitionChanged before it was overwritten: records before 100 may be of any epoch.
    const tracker = observe(
      new EpochTracker(),
      [50, message()],
      [100, started(5)],
      [152, message()],
      [200, changed(6, 'b', 'c', 3)],
      [300, started(7)]
    );
    tracker.known().should.eql([at(2, 100, 'b'), at(3, 300, 'c')]);
  });

  it('a gap ends the stretch and undoes a change that waits', () => {
    const between = observe(new EpochTracker(), [50, message()], [200, changed(7, 'a', 'b', 3)]);
    between.gap();
    observe(between, [300, started(8)]);
    between.known().should.eql([]);
    const before = observe(new EpochTracker(), [50, message()]);
    before.gap();
    observe(before, [150, message()], [200, changed(7, 'a', 'b', 3)], [300, started(8)]);
    before.known().should.eql([at(2, 150, 'a'), at(3, 300, 'b')]);
  });

  it('a record of the logger that is missing ends the stretch, too', () => {
    const tracker = observe(
      new EpochTracker(),
      [50, stopped(3)],
      [94, message()],
      [150, stopped(6)],
      [200, changed(7, 'b', 'c', 3)],
      [300, started(8)]
    );
    tracker.known().should.eql([at(2, 150, 'b'), at(3, 300, 'c')]);
    const lostStart = observe(new EpochTracker(), [50, changed(3, 'a', 'b', 3)], [300, started(6)]);
    lostStart.known().should.eql([]);
  });

  it('other sources may lose what they want', () => {
    const tracker = observe(
      new EpochTracker(),
      [50, message({ seq: 3 })],
      [94, message({ seq: 90 })],
      [150, stopped(6)],
      [200, changed(7, 'b', 'c', 3)],
      [300, started(8)]
    );
    tracker.known().should.eql([at(2, 50, 'b'), at(3, 300, 'c')]);
  });

  it('a run that changes without a LoggerStarted hides a boundary', () => {
    const tracker = observe(
      new EpochTracker(),
      [50, message()],
      [94, message({ runId: 2 })],
      [200, changed(7, 'b', 'c', 3, { runId: 2 })],
      [300, started(8, false, 2)]
    );
    tracker.known().should.eql([at(2, 94, 'b'), at(3, 300, 'c')]);
    const far = observe(
      new EpochTracker(),
      [50, message()],
      [94, message({ runId: 2n ** 32n + 1n })],
      [200, changed(7, 'b', 'c', 3, { runId: 2n ** 32n + 1n })],
      [300, started(0, true, 9)]
    );
    far.known()[0].should.eql(at(2, 94, 'b'));
  });

  it('a cold change: DefinitionChanged in the old run, LoggerStarted as seq 0 of the new one', () => {
    const cold = (seq: number): KnownEpoch[] =>
      observe(
        new EpochTracker(),
        [50, message()],
        [200, changed(7, 'a', 'b', 3)],
        [300, started(seq, true, 2)]
      ).known();
    cold(0).should.eql([at(2, 50, 'a'), at(3, 300, 'b')]);
    cold(1).should.eql([]);
  });

  it('a change that cannot be read leaves an unknown boundary', () => {
    const broken = (slots: TestRecord['slots']): KnownEpoch[] =>
      observe(
        new EpochTracker(),
        [50, message()],
        [200, changed(7, 'a', 'b', 3, { slots })],
        [300, started(8)],
        [400, changed(9, 'b', 'c', 4)],
        [500, started(10)]
      ).known();
    const whole = [
      bytesSlot(Key.defHashOld, hashBytes('a')),
      bytesSlot(Key.defHashNew, hashBytes('b')),
      ulintSlot(Key.epochId, 3)
    ];
    broken(whole).length.should.equal(3);
    for (const slots of [
      whole.slice(1),
      whole.slice(0, 2),
      [whole[0], bytesSlot(Key.defHashNew, new Uint8Array(7)), whole[2]],
      [whole[0], whole[1], udintSlot(Key.epochId, 3)],
      [whole[0], whole[1], ulintSlot(Key.epochId, 2n ** 60n)]
    ]) {
      broken(slots).should.eql([at(3, 300, 'b'), at(4, 500, 'c')]);
    }
  });

  it('a whole SHA-256 in place of the carriage hash counts by its first 8 bytes', () => {
    const long = (letter: string): Uint8Array => Buffer.concat([hashBytes(letter), Buffer.alloc(24, 7)]);
    const slots = [
      bytesSlot(Key.defHashOld, long('a')),
      bytesSlot(Key.defHashNew, long('b')),
      ulintSlot(Key.epochId, 3)
    ];
    observe(new EpochTracker(), [50, message()], [200, changed(7, 'a', 'b', 3, { slots })], [300, started(8)])
      .known()
      .should.eql([at(2, 50, 'a'), at(3, 300, 'b')]);
  });

  it('records in between do not part the pair; a second change replaces the first', () => {
    const tracker = observe(
      new EpochTracker(),
      [50, message()],
      [100, changed(7, 'a', 'x', 9)],
      [200, changed(8, 'a', 'b', 3)],
      [280, view({ sourceId: 4, eventTypeId: EventType.SourceHighWater, slots: highWaterSlots(0) })],
      [340, started(9)]
    );
    tracker.known().should.eql([at(2, 50, 'a'), at(3, 340, 'b')]);
  });

  it('where control block and records disagree, nothing is certain', () => {
    const tracker = observe(new EpochTracker(), [50, message()], [200, changed(7, 'a', 'b', 3)], [300, started(8)]);
    tracker.observeSnapshot(look(3, 300, 'c', 'a'));
    tracker.known().should.eql([]);
    const prior = new EpochTracker();
    prior.observeSnapshot(look(2, 40, 'x', 'y'));
    observe(prior, [50, message()], [200, changed(7, 'a', 'b', 3)], [300, started(8)]);
    prior.known().should.eql([at(3, 300, 'b')]);
  });

  it('a start known exactly is not moved by a stretch that began later or earlier', () => {
    const tracker = new EpochTracker();
    tracker.observeSnapshot(look(2, 40, 'a', 'f'));
    observe(tracker, [150, message()], [200, changed(7, 'a', 'b', 3)], [300, started(8)]);
    tracker.known().should.eql([at(2, 40, 'a'), at(3, 300, 'b')]);
  });

  it('epoch ids above 2^53-1 and epoch 0 do no harm', () => {
    observe(new EpochTracker(), [50, message()], [200, changed(7, 'a', 'b', 0)], [300, started(8)])
      .known()
      .should.eql([at(0, 300, 'b')]);
  });
});

describe('known epochs: state', () => {
  it('remembers the latest ones', () => {
    const tracker = new EpochTracker();
    for (let id = 1; id <= MAX_KNOWN_EPOCHS + 5; id++)
      tracker.observeSnapshot(look(id, id * 100, 'abcdef'[id % 6], 'abcdef'[(id + 5) % 6]));
    tracker
      .known()
      .map(({ epochId }) => epochId)
      .should.eql(Array.from({ length: MAX_KNOWN_EPOCHS }, (_value, i) => i + 6));
  });

  it('an epoch older than all that are remembered is not remembered in place of a later one', () => {
    const tracker = new EpochTracker();
    for (let id = 11; id <= 10 + MAX_KNOWN_EPOCHS; id++) tracker.observeSnapshot(look(id, id * 100, 'a', 'a'));
    observe(tracker, [50, message()], [200, changed(7, 'a', 'b', 3)], [300, started(8)]);
    tracker.known().length.should.equal(MAX_KNOWN_EPOCHS);
    tracker.known()[0].epochId.should.equal(11);
  });

  it('a new incarnation knows nothing', () => {
    const tracker = observe(
      new EpochTracker(),
      [50, message()],
      [200, changed(7, 'a', 'b', 3)],
      [300, started(8)],
      [352, message()]
    );
    tracker.reset();
    tracker.known().should.eql([]);
    observe(tracker, [400, changed(9, 'b', 'c', 4)], [480, started(10)]);
    tracker.known().should.eql([at(3, 400, 'b'), at(4, 480, 'c')]);
  });

  it("what it gives away is the caller's own", () => {
    const tracker = new EpochTracker();
    tracker.observeSnapshot(look(1, 0, 'a', 'f'));
    (tracker.known()[0] as { firstAbs: number }).firstAbs = 77;
    tracker.known().should.eql([at(1, 0, 'a')]);
  });

  it('is saved as plain JSON at any moment and goes on from there', () => {
    const steps: ((tracker: EpochTracker) => void)[] = [
      (tracker) => tracker.observeSnapshot(look(2, 0, 'a', 'f')),
      (tracker) => tracker.observeRecord(50, message({ runId: 2n ** 40n })),
      (tracker) =>
        tracker.observeRecord(
          94,
          view({ sourceId: 0, seq: 6, runId: 2n ** 40n, eventTypeId: EventType.LoggerStopped })
        ),
      (tracker) => tracker.observeRecord(200, changed(7, 'a', 'b', 3, { runId: 2n ** 40n })),
      (tracker) =>
        tracker.observeRecord(
          300,
          view({ sourceId: 0, seq: 8, runId: 2n ** 40n, eventTypeId: EventType.LoggerStarted })
        ),
      (tracker) => tracker.observeSnapshot(look(4, 900, 'c', 'b'))
    ];
    let saved = new EpochTracker();
    const straight = new EpochTracker();
    for (const step of steps) {
      step(saved);
      step(straight);
      const result = EpochTracker.fromJSON(JSON.parse(JSON.stringify(saved)));
      if (!result.ok) throw new Error(result.message);
      saved = result.tracker;
      saved.known().should.eql(straight.known());
      JSON.stringify(saved).should.equal(JSON.stringify(straight));
    }
    saved.known().should.eql([at(2, 0, 'a'), at(3, 300, 'b'), at(4, 900, 'c')]);
  });

  it('a damaged state is refused with the place', () => {
    const tracker = new EpochTracker();
    tracker.observeSnapshot(look(2, 0, 'a', 'f'));
    observe(tracker, [50, message()], [94, stopped(6)], [200, changed(7, 'a', 'b', 3)]);
    type Loose = Record<string, Record<string, unknown>> & { facts: Record<string, unknown>[] };
    const broken: [string, (state: Loose) => void][] = [
      ['/version', (state) => Object.assign(state, { version: 2 })],
      ['/facts', (state) => Object.assign(state, { facts: {} })],
      ['/facts/0', (state) => (state.facts[0].firstAbs = -1)],
      ['/facts/0', (state) => (state.facts[0].hash = 'AAAAAAAAAAAAAAAA')],
      ['/facts/1', (state) => state.facts.push({ ...state.facts[0] })],
      ['/latest', (state) => (state.latest.epochId = '2')],
      ['/pending', (state) => (state.pending.newHash = undefined)],
      ['/stretch', (state) => (state.stretch.runId = -1)],
      ['/stretch', (state) => (state.stretch.loggerSeq = 1.5)]
    ];
    for (const [pointer, damage] of broken) {
      const state = JSON.parse(JSON.stringify(tracker)) as Loose;
      damage(state);
      should(EpochTracker.fromJSON(state)).eql({
        ok: false,
        code: 'OPENOT_EPOCH_STATE_INVALID',
        message: `the saved epochs are damaged at ${pointer}`
      });
    }
    for (const value of [undefined, null, [], 3]) should(EpochTracker.fromJSON(value)).have.property('ok', false);
  });
});

describe('a copy of the tracker', () => {
  /** All that a tracker can be given, one after the other. */
  const given: readonly ((tracker: EpochTracker) => void)[] = [
    (tracker) => tracker.observeSnapshot(look(3, 500, 'c', 'b')),
    (tracker) => observe(tracker, [600, message()]),
    (tracker) => observe(tracker, [644, stopped(6)]),
    (tracker) => observe(tracker, [700, changed(7, 'c', 'd', 4)]),
    (tracker) => observe(tracker, [780, started(8)]),
    (tracker) => tracker.gap(),
    (tracker) => tracker.observeSnapshot(look(4, 780, 'e', 'c')),
    (tracker) => tracker.reset()
  ];
  const text = (tracker: EpochTracker): string => JSON.stringify([tracker, tracker.known()]);

  it('knows the same, and what either takes the other does not', () => {
    for (let before = 0; before <= given.length; before++) {
      const tracker = new EpochTracker();
      for (const give of given.slice(0, before)) give(tracker);
      const was = text(tracker);
      const copy = tracker.copy();
      text(copy).should.equal(was);
      for (const give of given) {
        give(copy);
        text(tracker).should.equal(was, `${before} facts`);
      }
      const taken = text(copy);
      for (const give of given.slice(0, 3)) give(tracker);
      text(copy).should.equal(taken);
    }
  });
});
