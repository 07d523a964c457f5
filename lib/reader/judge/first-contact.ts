import { PlausibleSample } from '../observe/control-sample';
import { ReaderSettings } from '../settings';
import { Case } from './case';
import { withHead } from './head-history';
import { PollEnd } from './poll-end';
import { RingPosition } from './ring-position';
import { ANCHORED, Following, NO_DOUBTS, Unknown } from './ring-state';

/** No saved state: where the ring stands now is where reading begins. */
export function firstContact(c: Case): PollEnd | undefined {
  const { control, doneMs } = c.seen;
  if (c.state.phase !== 'unknown' || control.kind !== 'accepted') return undefined;
  const { settings } = c.limits;
  const { base, confirmed } = control;
  const position = newPosition(c.state, settings, base);
  position.begin(settings.startFrom);
  if (confirmed) position.epochs.observeSnapshot(base.snapshot);
  const heads = withHead([], settings.rereadMs, base.snapshot.headAbs, doneMs);
  // Saved at once: a restart must not choose another newest record to begin at.
  c.firstContact({ ...followingFrom(position, base), heads }, position.toSaved());
  return position.cursor < base.snapshot.headAbs ? { kind: 'more' } : { kind: 'idle' };
}

/** Nothing is known but the ring's identity. */
export function newPosition(
  { firstIncarnation }: Unknown,
  settings: ReaderSettings,
  base: PlausibleSample
): RingPosition {
  const { stream, host } = settings;
  const position = new RingPosition(stream === '' ? `${host}/${base.bufferId}` : stream, base);
  position.incarnation = firstIncarnation;
  return position;
}

/** A ring that is followed from this position on, with nothing suspected. */
export const followingFrom = (position: RingPosition, last: PlausibleSample, resumedMs = 0): Following => ({
  phase: 'following',
  position,
  last,
  doubts: NO_DOUBTS,
  trust: ANCHORED,
  wasAnchored: false,
  lappedOutOfSight: false,
  learnt: {},
  heads: [],
  evicted: 0,
  resumedMs
});
