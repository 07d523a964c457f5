import { SkippedItem } from '../../stream';
import { FlatWindow } from '../observe/window';
import { ReaderError } from '../status';
import { BadPlace } from './accept-records';
import { RingPosition } from './ring-position';
import { searchRecord } from './search-record';

/**
 * The search for the next record behind a place that cannot be read, through as many windows as it takes: one notice in
 * the end.
 */
export interface RecordSearch {
  /** Where reading stopped. */
  readonly fromAbs: number;
  readonly place: BadPlace;
  /** Where it goes on. */
  readonly abs: number;
  /** What the first search came to: one answer that was bad in itself must not take good records with it. */
  readonly candidate?: number;
  /** Windows that began there and were too small for what begins there. */
  readonly stuck?: number;
}

/** What one window brought: nothing of it lies there, it goes on in the next one, or it is over. */
export type SearchStep =
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'on'; readonly search: RecordSearch }
  | { readonly kind: 'found'; readonly notice: SkippedItem; readonly error: ReaderError };

/** So many: then it is no record, whatever length it claims. */
const STUCK = 3;

/** Begins behind a bad place. */
export const searchFrom = (fromAbs: number, place: BadPlace): RecordSearch => ({ fromAbs, place, abs: place.abs });

/** Looks for the record in one more window; bytes from `headAbs` on are not believed. */
export function searchStep(
  search: RecordSearch,
  position: RingPosition,
  window: FlatWindow,
  headAbs: number
): SearchStep {
  const { fromAbs, place } = search;
  if (search.abs < window.fromAbs || search.abs >= window.endAbs) return { kind: 'elsewhere' };
  const isLookedAt = search.abs === place.abs || (search.stuck ?? 0) >= STUCK;
  const { abs, found } = searchRecord(position, window, search.abs, headAbs, isLookedAt);
  if (!found && abs < headAbs) {
    const { stuck = 0, ...rest } = search;
    return { kind: 'on', search: abs === search.abs ? { ...rest, stuck: stuck + 1 } : { ...rest, abs } };
  }
  if (search.candidate !== abs) return { kind: 'on', search: { ...search, candidate: abs, abs: place.abs } };
  const message =
    `positions ${fromAbs} to ${abs} of ${position.stream} could not be read as new records, however often they ` +
    `were read, and were passed over: ${place.message}`;
  return {
    kind: 'found',
    notice: { kind: 'skipped', fromAbs, toAbs: abs, reason: place.reason },
    error: { code: 'OPENOT_RING_SKIPPED', message }
  };
}
