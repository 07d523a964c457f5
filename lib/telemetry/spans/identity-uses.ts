import { BoundedMap } from '../../base';
import { compareDecimal } from '../decimal';
import type { SpanIds } from './api';

/** One use of an identity. */
export interface Opening {
  /** The record that opened it. */
  readonly sourceId: number;
  readonly seq: number;
  /** Decimal text. */
  readonly startNs: string;
  readonly ids: SpanIds;
}

/** Of an identity that is used again and again: the first, which has the plain ids, and the latest. */
const MAX_USES = 8;

/**
 * Remembers how identities were used: by it a second opening of the same identity is known as such and gets a span id
 * of
 * its own, and records that come after the end still find their trace.
 */
export class IdentityUses {
  /** By the trace id of the identity; the one used longest ago first. */
  private readonly uses: BoundedMap<string, Opening[]>;

  constructor(most: number) {
    this.uses = new BoundedMap(most);
  }

  /** All that is known, oldest first. */
  entries(): Iterable<readonly [string, readonly Opening[]]> {
    return this.uses;
  }

  of(key: string): readonly Opening[] {
    return this.uses.get(key) ?? [];
  }

  /** A use began, or ended: what is over is used last, however long ago it began. */
  put(key: string, opening: Opening): void {
    const uses = this.uses.get(key) ?? [];
    if (
      !uses.some(
        ({ sourceId, seq, startNs }) =>
          sourceId === opening.sourceId && seq === opening.seq && startNs === opening.startNs
      )
    ) {
      if (uses.length >= MAX_USES) uses.splice(1, 1);
      uses.push(opening);
    }
    this.uses.set(key, uses);
  }

  /**
   * The use that a record belongs to: the last one that began before it. What comes before all of them belongs to the
   * first.
   */
  at(key: string, sourceId: number, seq: number, timeNs: string): SpanIds | undefined {
    const uses = this.of(key);
    for (let n = uses.length - 1; n >= 0; n--) {
      const use = uses[n];
      if (use.sourceId === sourceId ? use.seq <= seq : compareDecimal(use.startNs, timeNs) <= 0) return use.ids;
    }
    return uses[0]?.ids;
  }
}
