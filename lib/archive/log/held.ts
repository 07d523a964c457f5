/** Of this part of a ring more may be remembered than can still be read. */
const SLACK = 1 / 8;

/** Where records that may come again stand in the log, by their position in the ring. */
export class HeldRecords {
  private readonly indexes = new Map<number, number>();
  private sweptTo = 0;

  /** A copy that stays as it is. */
  copy(): ReadonlyMap<number, number> {
    return new Map(this.indexes);
  }

  /** Index of the entry that holds the record of this position; undefined where none does. */
  get(abs: number): number | undefined {
    return this.indexes.get(abs);
  }

  /** The record [abs, end) is held by the entry of this index. What a ring of this capacity overwrote is forgotten. */
  add(abs: number, end: number, index: number, capacity: number): void {
    this.indexes.delete(abs);
    this.indexes.set(abs, index);
    // Not at each record: a map passes over what was removed in front of it.
    if (end - this.sweptTo > capacity * SLACK) this.sweep(end, capacity);
  }

  clear(): void {
    this.indexes.clear();
    this.sweptTo = 0;
  }

  /** Positions and indexes in turn. */
  toJSON(): number[] {
    return [...this.indexes].flat();
  }

  /** Takes what `toJSON` gave. */
  take(pairs: ReadonlyMap<number, number>): void {
    for (const [abs, index] of pairs) this.indexes.set(abs, index);
  }

  private sweep(end: number, capacity: number): void {
    this.sweptTo = end;
    for (const abs of this.indexes.keys()) {
      if (abs >= end - capacity) break;
      this.indexes.delete(abs);
    }
  }
}
