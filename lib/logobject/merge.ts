/** Something that has a place in time. */
export interface Timed {
  /** Time less the offset of the clock that gave it, milliseconds. */
  readonly correctedMs: number;
}

/** A record with the server it came from. */
export interface Merged<R> {
  readonly source: number;
  readonly record: R;
}

/**
 * Puts the records of several servers into one order: by corrected time, then server, then as received. Pages go in as
 * they come; a record comes out when no server can bring an earlier one any more. Of each server it holds what it has
 * not given out, and its last page.
 */
export class LogMerge<R extends Timed> {
  private readonly sources: { waiting: R[]; safeBelow: number; ended: boolean }[];

  constructor(count: number) {
    this.sources = Array.from({ length: count }, () => ({ waiting: [], safeBelow: -Infinity, ended: false }));
  }

  /** The next page of a server. Within a page and the one after it records may stand out of order. */
  page(source: number, records: readonly R[]): void {
    const one = this.sources[source];
    if (records.length === 0) return;
    one.safeBelow = Math.max(
      one.safeBelow,
      records.reduce((least, { correctedMs }) => Math.min(least, correctedMs), Infinity)
    );
    one.waiting = [...one.waiting, ...records].sort((a, b) => a.correctedMs - b.correctedMs);
  }

  /** A server brings nothing before this time any more, but for what stands out of order: a page without a hit. */
  reached(source: number, correctedMs: number): void {
    const one = this.sources[source];
    if (one.waiting.length === 0) one.safeBelow = Math.max(one.safeBelow, correctedMs);
  }

  /** A server has no more pages, or failed. */
  end(source: number): void {
    this.sources[source].ended = true;
  }

  /** Whether more pages of that server are needed before anything can come out. */
  needs(source: number): boolean {
    const { ended, waiting, safeBelow } = this.sources[source];
    return !ended && (waiting.length === 0 || waiting[0].correctedMs >= safeBelow);
  }

  /** The records whose place is certain, in order. */
  take(): Merged<R>[] {
    const out: Merged<R>[] = [];
    const at = this.sources.map(() => 0);
    for (;;) {
      let next = 0;
      let earliest: Head<R> = this.head(0, at[0]);
      for (let source = 1; source < this.sources.length; source++) {
        const head = this.head(source, at[source]);
        if (head.notBeforeMs < earliest.notBeforeMs) {
          next = source;
          earliest = head;
        }
      }
      if (earliest.record === undefined) break;
      out.push({ source: next, record: earliest.record });
      at[next]++;
    }
    this.sources.forEach((one, source) => (one.waiting = one.waiting.slice(at[source])));
    return out;
  }

  /** The next record of a server where its place is certain, or when the server may still bring one. */
  private head(source: number, at: number): Head<R> {
    const { waiting, safeBelow, ended } = this.sources[source];
    const record = waiting[at] as R | undefined;
    if (record !== undefined && (ended || record.correctedMs < safeBelow))
      return { notBeforeMs: record.correctedMs, record };
    return { notBeforeMs: ended ? Infinity : safeBelow, record: undefined };
  }
}

interface Head<R> {
  readonly notBeforeMs: number;
  readonly record: R | undefined;
}
