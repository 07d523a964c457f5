import { RingRecord, readRing } from './read-ring';

/** A ring in shared memory, as a consumer in the same machine sees it. */
export interface SharedRing {
  readonly bytes: Uint8Array;
  /** Undefined when no stable control block could be read. */
  control(): { readonly headAbs: number; readonly oldestAbs: number } | undefined;
  /** Oldest as it is now. */
  oldest(): number;
}

export interface PollResult {
  readonly records: RingRecord[];
  readonly lapped: boolean;
}

/**
 * The consumer of the conformance runs: the walk of docs/format.md 8, which recovers where live memory changes under
 * it.
 */
export class LiveConsumer {
  cursor = 0;
  retries = 0;
  rejected = 0;
  lappedBatches = 0;

  constructor(private readonly ring: SharedRing) {}

  /** @throws Error for an error that no overwriting explains. */
  poll(): PollResult {
    const control = this.ring.control();
    if (control === undefined) {
      this.retries++;
      return { records: [], lapped: false };
    }
    const result = readRing(
      this.ring.bytes,
      { cursor: this.cursor, ...control },
      { rereadOldest: () => this.ring.oldest(), recheck: 'beforeDecode' }
    );
    if (result.ok) {
      if (result.lapped) this.lappedBatches++;
      this.cursor = result.nextCursor;
      return { records: result.records, lapped: result.lapped };
    }
    if (result.kind === 'overwrittenMidRead') {
      this.cursor = result.oldestAbs;
      this.retries++;
      return { records: [], lapped: true };
    }
    if (result.kind === 'wire' && this.ring.oldest() > this.cursor) {
      this.cursor = this.ring.oldest();
      this.rejected++;
      return { records: [], lapped: false };
    }
    throw new Error(result.kind);
  }
}
