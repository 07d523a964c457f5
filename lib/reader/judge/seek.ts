import { ReaderError } from '../status';
import { anchorOf, checkAnchor } from './anchor';
import { Case } from './case';
import { Decision, Limits } from './decision';
import { believe, notUsable, readFailed, sizeDiffers } from './control-rules';
import { followingFrom, newPosition } from './first-contact';
import { Observation } from './observation';
import { signOfRestart } from './restart';
import { ANCHORED, NO_DOUBTS, RingState } from './ring-state';
import { seekOutside, seekRestarting } from './troubles';

/** Where to go on: a position, or one of the ends of what the ring retains. */
export type SeekTarget = number | 'oldest' | 'newest';

/** A position that cannot be gone to. */
export interface SeekRefusal {
  readonly kind: 'outside';
  readonly error: ReaderError;
}

/** What must be known before: the place of the last record handed on, where it has to be looked at. */
export type SeekCheck = Decision | SeekRefusal | { readonly kind: 'possible'; readonly anchorAbs: number | undefined };

/** First step: whether the ring that was just looked at can be the one we know, and the target lies in it. */
export function checkSeek(state: RingState, observation: Observation, limits: Limits, to: SeekTarget): SeekCheck {
  const c = new Case(state, observation, limits);
  const then = readFailed(c) ?? notUsable(c) ?? sizeDiffers(c);
  if (then !== undefined) return c.decided('seek', then);
  const base = c.accepted.base;
  const target = targetOf(to, base.snapshot);
  const { oldestAbs, headAbs } = base.snapshot;
  if (target < oldestAbs || target > headAbs) return { kind: 'outside', error: seekOutside(target, base) };
  if (state.phase === 'unknown') return { kind: 'possible', anchorAbs: undefined };
  const { position, doubts } = c.now;
  const isDoubted = doubts.restart !== undefined || doubts.anchor !== undefined;
  const isEnding = state.phase === 'ending' || position.nextIncarnation > position.incarnation;
  if (isEnding || isDoubted || signOfRestart(base, position) !== undefined)
    return { kind: 'outside', error: seekRestarting() };
  return { kind: 'possible', anchorAbs: anchorOf(position, base.snapshot.oldestAbs) };
}

/** Second step, with the four bytes of the anchor: where they differ, this is not decided now. */
export function seekRing(
  state: RingState,
  observation: Observation,
  limits: Limits,
  to: SeekTarget,
  anchor: { readonly abs: number | undefined; readonly found: number | undefined; readonly reason?: string }
): Decision | SeekRefusal {
  const c = new Case(state, observation, limits);
  const base = c.accepted.base;
  const target = targetOf(to, base.snapshot);
  if (state.phase === 'ending') return { kind: 'outside', error: seekRestarting() };
  if (state.phase === 'unknown') {
    const position = newPosition(state, limits.settings, base);
    position.seek(target);
    const first = new Case(followingFrom(position, base), observation, limits);
    return { ...sought(first), change: { kind: 'begin', following: first.now } };
  }
  if (anchor.abs !== undefined && checkAnchor(state.position, anchor.found, base.snapshot.oldestAbs) !== 'stands')
    return { kind: 'outside', error: seekRestarting() };
  const { cursor } = state.position;
  const position = state.position.draft();
  position.seek(target);
  if (target > cursor)
    c.note({ kind: 'skipped', fromAbs: cursor, toAbs: target, reason: anchor.reason ?? 'OPENOT_SEEK' }, target);
  c.follow({ position, search: undefined, trust: ANCHORED, doubts: NO_DOUBTS, learnt: {} });
  return sought(c);
}

/** The control block is believed as it is: everything before the target is given up anyway. */
function sought(c: Case): Decision {
  c.control = c.accepted;
  c.anchor = 'none';
  c.isCorrected = true;
  const { evicted } = c.now;
  believe(c);
  c.follow({ evicted });
  const decision = c.decided('seek', { kind: 'more' });
  return { ...decision, effects: { ...decision.effects, begin: c.position.toSaved() } };
}

const targetOf = (to: SeekTarget, { oldestAbs, headAbs }: { oldestAbs: number; headAbs: number }): number =>
  to === 'oldest' ? oldestAbs : to === 'newest' ? headAbs : to;
