import 'should';
import { inspect } from 'node:util';
import { knownOf } from '../../../../lib/reader/judge/apply';
import { decide } from '../../../../lib/reader/judge/decide';
import { Decision, Limits } from '../../../../lib/reader/judge/decision';
import { followingFrom } from '../../../../lib/reader/judge/first-contact';
import { Observation, Seen } from '../../../../lib/reader/judge/observation';
import { RingPosition } from '../../../../lib/reader/judge/ring-position';
import { Following, RingState } from '../../../../lib/reader/judge/ring-state';
import { isPlausible, PlausibleSample, takeSample } from '../../../../lib/reader/observe/control-sample';
import { AcceptedControl } from '../../../../lib/reader/observe/seqlock';
import { FlatWindow } from '../../../../lib/reader/observe/window';
import { ReaderSettings, withDefaults } from '../../../../lib/reader/settings';
import { walkWindow } from '../../../../lib/ring';
import { readU32 } from '../../../../lib/wire';
import { flatWindow } from '../../../support/flat-window';
import { FakePlc } from '../fake-plc';

/* States and observations for the tests of the judge, each as a ring of the test's own shows it. */

/** Capacity of the rings here: 23 records of 44 bytes and a gap of 12. */
export const CAPACITY = 1024;
/** Bytes of a record without slots. */
export const RECORD = 44;
/** How old a copy may be, by the defaults. */
export const REREAD_MS = 5000;

/** What a decision is allowed, with defaults. */
export const limitsOf = (settings: Partial<ReaderSettings> = {}, inFlight = 0): Limits => ({
  settings: withDefaults({ host: 'plc', ...settings }),
  inFlight
});

/** The control block of a ring, as one sample. */
export function sampleOf(plc: FakePlc): PlausibleSample {
  const sample = takeSample(plc.controlBytes());
  if (!isPlausible(sample)) throw new Error('the control block of the test is not plausible');
  return sample;
}

/** A control block that was accepted: confirmed, read together with the window. */
export const accepted = (base: PlausibleSample, over: Partial<AcceptedControl> = {}): AcceptedControl => ({
  kind: 'accepted',
  base,
  index: 0,
  confirmed: true,
  monotonic: true,
  oldestAbs: base.snapshot.oldestAbs,
  ...over
});

/** The bytes of a ring at [fromAbs, toAbs). */
export function windowOf(plc: FakePlc, fromAbs: number, toAbs: number): FlatWindow {
  const bytes = flatWindow(plc.writer.bytes, fromAbs, Math.max(fromAbs, toAbs));
  const window = new FlatWindow(fromAbs, bytes.length);
  window.add(bytes);
  return window;
}

/** Takes every record from the cursor to head as handed on. */
export function handOn(position: RingPosition, plc: FakePlc): void {
  const { cursor: fromAbs, capacity } = position;
  const { headAbs } = plc.writer;
  for (const { abs, record } of walkWindow({
    bytes: flatWindow(plc.writer.bytes, fromAbs, headAbs),
    fromAbs,
    headAbs,
    capacity
  }).records) {
    position.accounting.account(record);
    position.epochs.observeRecord(abs, record);
    position.passed(abs, record);
  }
}

/** A position at which all that the ring retains was handed on. */
export function positionAt(plc: FakePlc): RingPosition {
  const position = new RingPosition('plc/7', sampleOf(plc));
  position.begin('oldest');
  handOn(position, plc);
  return position;
}

/** A ring of which all that it retains was handed on, with nothing suspected. */
export const followed = (plc: FakePlc, over: Partial<Following> = {}): Following => ({
  ...followingFrom(positionAt(plc), sampleOf(plc)),
  wasAnchored: true,
  ...over
});

/** A ring with `count` records of source 1, all of them handed on. */
export function ringWith(count: number, over: Partial<Following> = {}): { plc: FakePlc; state: Following } {
  const plc = new FakePlc(CAPACITY);
  plc.fill(count);
  return { plc, state: followed(plc, over) };
}

/** What an observer sees of the ring as it is now, the window from the anchor to head. */
export function seen(state: RingState, plc: FakePlc, over: Partial<Seen> = {}): Seen {
  const position = knownOf(state)?.position;
  const base = sampleOf(plc);
  const end = position?.fingerprintEnd;
  const bytes = end === undefined ? undefined : flatWindow(plc.writer.bytes, end - 4, end);
  const fromAbs = position === undefined ? 0 : end === position.cursor ? end - 4 : position.cursor;
  return {
    kind: 'seen',
    askedMs: 0,
    doneMs: 1,
    control: accepted(base),
    first: base,
    window: windowOf(plc, fromAbs, Math.min(plc.writer.headAbs, fromAbs + CAPACITY)),
    anchor: bytes === undefined ? undefined : readU32(bytes, 0),
    tailFreshUntil: 0,
    facts: undefined,
    ...over
  };
}

/** Everything in a value, as text. */
export const shown = (value: unknown): string =>
  inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null, compact: 10 });

/**
 * The decision; and that deciding changed neither state nor observation, and comes to the same a second time.
 */
export function decided(state: RingState, observation: Observation, limits = limitsOf()): Decision {
  // The accounting keeps the saved form of each account once it was made: made here, it is no change.
  knownOf(state)?.position.toSaved();
  const before = [shown(state), shown(observation), shown(limits)];
  const decision = decide(state, observation, limits);
  [shown(state), shown(observation), shown(limits)].should.eql(before, 'deciding changes nothing that it is given');
  shown(decide(state, observation, limits)).should.equal(shown(decision), 'the same input, the same decision');
  return decision;
}
