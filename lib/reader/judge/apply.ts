import { Change } from './decision';
import { Following, RingState } from './ring-state';

/** The state after a decision. Pure: the state given stays as it is. */
export function apply(state: RingState, change: Change): RingState {
  switch (change.kind) {
    case 'none':
      return state;
    case 'follow':
      return { ...followingOf(state), ...change.set };
    case 'begin':
      return change.following;
    case 'end':
      return {
        phase: 'ending',
        following: { ...followingOf(state), ...change.set },
        next: change.next,
        isDrained: false
      };
  }
}

/** The batches of the former life are settled, or were waited for long enough. */
export const drained = (state: RingState): RingState =>
  state.phase === 'ending' ? { ...state, isDrained: true } : state;

/** The link came up: what stands in the ring now is to be seen. */
export const outOfSight = (state: RingState): RingState =>
  state.phase === 'following' ? { ...state, wasAnchored: false } : state;

/** Whether the ring looks like another one in a way that must not be forgotten. */
export function isSuspected(state: RingState): boolean {
  const known = knownOf(state);
  return known?.doubts.anchor?.isUnexplained === true && known.trust.kind === 'anchored';
}

/** The part of the state that tells of a ring that was seen; undefined before that. */
export const knownOf = (state: RingState): Following | undefined =>
  state.phase === 'unknown' ? undefined : state.phase === 'ending' ? state.following : state;

function followingOf(state: RingState): Following {
  const known = knownOf(state);
  if (known === undefined) throw new Error('a ring that was never seen cannot be gone on with');
  return known;
}
