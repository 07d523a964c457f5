/** A set of positions as ranges [from, to), ascending and apart. */
export class AbsRanges {
  private ranges: [number, number][] = [];

  add(from: number, to: number): void {
    if (to <= from) return;
    const before = this.ranges.filter(([, end]) => end < from);
    const behind = this.ranges.filter(([start]) => start > to);
    const touched = this.ranges.slice(before.length, this.ranges.length - behind.length);
    const merged: [number, number] = [Math.min(from, touched[0]?.[0] ?? from), Math.max(to, touched.at(-1)?.[1] ?? to)];
    this.ranges = [...before, merged, ...behind];
  }

  /** The lowest position of [from, to) that is not in the set. */
  firstGap(from: number, to: number): number | undefined {
    let at = from;
    for (const [start, end] of this.ranges) {
      if (at >= to || start > at) break;
      at = Math.max(at, end);
    }
    return at < to ? at : undefined;
  }

  dropBelow(abs: number): void {
    while (this.ranges.length > 0 && this.ranges[0][1] <= abs) this.ranges.shift();
  }

  clear(): void {
    this.ranges = [];
  }
}
