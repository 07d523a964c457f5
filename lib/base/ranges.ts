/** Ranges of whole numbers, and the arithmetic on them: ascending lists of ranges that neither overlap nor touch. */

/** The numbers `first` to `last`, both included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** How many numbers a range has. */
export const countOf = (range: Range): number => range.last - range.first + 1;

/** Whether two ranges have a number in common. */
export const intersects = (a: Range, b: Range): boolean => a.first <= b.last && b.first <= a.last;

/**
 * The list with `added` in it: what overlaps or touches it becomes one range, whose other properties `merge` decides.
 * `list` is left as it is.
 */
export function insertRange<R extends Range>(
  list: readonly R[],
  added: R,
  merge: (into: R, other: R) => R = (into) => into
): R[] {
  const before: R[] = [];
  const after: R[] = [];
  let all = added;
  for (const range of list) {
    if (range.last + 1 < all.first) before.push(range);
    else if (range.first > all.last + 1) after.push(range);
    else
      all = {
        ...merge(all, range),
        first: Math.min(all.first, range.first),
        last: Math.max(all.last, range.last)
      };
  }
  return [...before, all, ...after];
}

/** A set of positions, given as ranges [from, to). */
export class Ranges {
  private list: readonly Range[] = [];

  add(from: number, to: number): void {
    if (to > from) this.list = insertRange(this.list, { first: from, last: to - 1 });
  }

  /** The lowest position of [from, to) that is not in the set. */
  firstGap(from: number, to: number): number | undefined {
    let at = from;
    for (const { first, last } of this.list) {
      if (at >= to || first > at) break;
      at = Math.max(at, last + 1);
    }
    return at < to ? at : undefined;
  }

  /** Forgets the ranges that end at or below `position`. */
  dropBelow(position: number): void {
    this.list = this.list.filter(({ last }) => last >= position);
  }

  clear(): void {
    this.list = [];
  }
}
