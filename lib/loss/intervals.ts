/** Ranges of seqs of one (run, source), and how their loss is known (docs/format.md 9). */
import { insertRange, Range } from '../base';
import { LossBasis } from '../stream/items';

/** The seqs `first` to `last`, both included. */
export type SeqRange = Range;

/** A range of lost seqs and how it is known. */
export interface LossInterval extends SeqRange {
  readonly basis: LossBasis;
}

/**
 * The ascending, disjoint list with `added` in it: what overlaps or touches it becomes one interval, which is
 * authoritative when any part was. `list` is left as it is.
 */
export const insertInterval = (list: readonly LossInterval[], added: LossInterval): LossInterval[] =>
  insertRange(list, added, (into, other) => (other.basis === 'authoritative' ? other : into));
