import type { ClockLimits } from './api';

/** The newest record of one read of the ring. Nanoseconds. */
export interface ReadSample {
  readonly receiveNs: bigint;
  readonly sourceNs: bigint;
  readonly records: number;
  /**
   * When it was last known that nothing was left unread: these records were written later. Undefined where nobody
   * knows.
   */
  readonly drainedNs: bigint | undefined;
}

/** What is known of an offset (receive time minus source time: below 0 the clock is ahead). Nanoseconds. */
export interface OffsetBounds {
  /** The smallest offset: the clock's own plus however long the record took. A clock is at least this far ahead. */
  readonly offsetNs: bigint;
  /** The clock is at least so far behind; undefined while too little is known. */
  readonly behindNs: bigint | undefined;
  /** The newest record of the latest read. */
  readonly latest: Pick<ReadSample, 'receiveNs' | 'sourceNs'>;
}

/**
 * Recent reads. A record that was read late shows nothing, since it may have waited in the ring; but one that was
 * written
 * after the ring was known to be read out, and says that it is older than that, comes from a clock that is behind.
 */
export class OffsetWindow {
  private samples: ReadSample[] = [];

  constructor(private readonly limits: ClockLimits) {}

  get isEmpty(): boolean {
    return this.samples.length === 0;
  }

  add(sample: ReadSample): void {
    const last = this.samples.at(-1);
    // One read may come in several messages.
    if (last !== undefined && last.receiveNs === sample.receiveNs && last.drainedNs === sample.drainedNs) {
      this.samples[this.samples.length - 1] = {
        ...last,
        sourceNs: last.sourceNs > sample.sourceNs ? last.sourceNs : sample.sourceNs,
        records: last.records + sample.records
      };
      return;
    }
    const from = sample.receiveNs - BigInt(this.limits.windowMs) * 1_000_000n;
    this.samples = [...this.samples.filter(({ receiveNs }) => receiveNs >= from), sample].slice(-this.limits.reads);
  }

  /** The clock was set: what it said before is over. */
  clear(): void {
    this.samples = [];
  }

  bounds(): OffsetBounds | undefined {
    const latest = this.samples.at(-1);
    if (latest === undefined) return undefined;
    let offsetNs = offsetOf(latest);
    let behindNs: bigint | undefined;
    let records = 0;
    for (const sample of this.samples) {
      if (offsetOf(sample) < offsetNs) offsetNs = offsetOf(sample);
      if (sample.drainedNs === undefined) continue;
      const behind = sample.drainedNs - sample.sourceNs;
      records += sample.records;
      if (behindNs === undefined || behind < behindNs) behindNs = behind;
    }
    return { offsetNs, behindNs: records < this.limits.records ? undefined : behindNs, latest };
  }
}

const offsetOf = ({ receiveNs, sourceNs }: ReadSample): bigint => receiveNs - sourceNs;
