/** Ranges of seqs of one (run, source), and the arithmetic on them (docs/format.md 9). */
import { LossBasis } from '../ring/items';

/** The seqs `first` to `last`, both included. */
export interface SeqRange {
  readonly first: number;
  readonly last: number;
}

/** A range of lost seqs and how it is known. */
export interface LossInterval extends SeqRange {
  readonly basis: LossBasis;
}

/** How many seqs a range has. */
export const countOf = (range: SeqRange): number => range.last - range.first + 1;

/** Whether two ranges have a seq in common. */
export const intersects = (a: SeqRange, b: SeqRange): boolean => a.first <= b.last && b.first <= a.last;

/**
 * The ascending, disjoint list with `added` in it: what overlaps or touches it becomes one interval, which is
 * authoritative when any part was. `list` is left as it is.
 */
export function insertInterval(list: readonly LossInterval[], added: LossInterval): LossInterval[] {
  const before: LossInterval[] = [];
  const after: LossInterval[] = [];
  let { first, last, basis } = added;
  for (const interval of list) {
    if (interval.last + 1 < first) before.push(interval);
    else if (interval.first > last + 1) after.push(interval);
    else {
      first = Math.min(first, interval.first);
      last = Math.max(last, interval.last);
      if (interval.basis === 'authoritative') basis = 'authoritative';
    }
  }
  return [...before, { first, last, basis }, ...after];
}
