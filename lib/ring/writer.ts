import { RingError, ringError } from './ring-error';

/** Whose record it is. */
export interface RecordId {
  readonly runId: bigint;
  readonly sourceId: number;
  readonly seq: bigint;
}

/** Consecutive seqs of one run and source that the producer evicted, both ends included. */
export interface DroppedRange {
  readonly runId: bigint;
  readonly sourceId: number;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly count: number;
}

/** Room for one record: what it costs is decided, its bytes are not written. */
export interface Reservation {
  readonly ok: true;
  /** Absolute position where the record will begin. */
  readonly abs: number;
  readonly length: number;
  /** What was evicted for it, in ring order. */
  readonly evicted: DroppedRange[];
}

/** What a ring begins with. */
export interface WriterOptions {
  /** Position of the first byte ever written, 0 by default. */
  readonly startAbs?: number;
  /** The ring's memory, of `capacity` bytes; zeros by default. */
  readonly bytes?: Uint8Array;
}

interface Entry extends RecordId {
  readonly abs: number;
}

/**
 * The producer's side of a ring (docs/format.md 8): wrap markers, eviction, the count of what was lost.
 *
 * `reserve` and `commit` are apart because of the order in which a producer publishes: `oldestAbs` and `lostCount`
 * after `reserve`, before any byte is written; `headAbs` after `commit`. A reader that looks at oldest again after
 * it read bytes then knows which of them may have been overwritten.
 */
export class RingWriter {
  /** The ring's memory: physical index = absolute position mod capacity. */
  readonly bytes: Uint8Array;
  /** One past the last committed byte. */
  headAbs: number;
  /** Start of the oldest retained record; as soon as room is reserved, without those that make way. */
  oldestAbs: number;
  /** Records evicted so far. */
  lostCount = 0;

  private entries: Entry[] = [];
  private firstEntry = 0;
  private reserved: Reservation | undefined;

  constructor(
    readonly capacity: number,
    options: WriterOptions = {}
  ) {
    this.bytes = options.bytes ?? new Uint8Array(capacity);
    if (this.bytes.length !== capacity)
      throw new RangeError(`the ring's memory must have ${capacity} bytes, found ${this.bytes.length}`);
    this.headAbs = this.oldestAbs = options.startAbs ?? 0;
  }

  /** Number of records that the ring retains. */
  get retained(): number {
    return this.entries.length - this.firstEntry;
  }

  /**
   * Makes room for a record of `length` bytes: evicts, and moves `oldestAbs` and `lostCount`, which the producer
   * publishes now. No byte is written and head stays. A reservation that is not committed is replaced by the next.
   */
  reserve(length: number): Reservation | RingError {
    if (length > this.capacity) return ringError({ kind: 'recordExceedsCapacity', length, capacity: this.capacity });
    const phys = this.headAbs % this.capacity;
    const abs = phys + length <= this.capacity ? this.headAbs : this.headAbs - phys + this.capacity;
    const evicted = this.evictBefore(Math.max(0, abs + length - this.capacity));
    this.oldestAbs = this.retained > 0 ? this.entries[this.firstEntry].abs : abs;
    this.reserved = { ok: true, abs, length, evicted };
    return this.reserved;
  }

  /**
   * Writes the record of the last reservation, with the wrap marker before it where it begins a new lap, and
   * moves head past it.
   * @throws Error when nothing of this length was reserved.
   */
  commit(encoded: Uint8Array, id: RecordId): void {
    const { reserved } = this;
    if (reserved === undefined || reserved.length !== encoded.length)
      throw new Error(`reserve ${encoded.length} bytes before they are committed`);
    this.reserved = undefined;
    // One byte marks the gap; the rest of the tail keeps what an earlier lap left there.
    if (reserved.abs !== this.headAbs) this.bytes[this.headAbs % this.capacity] = 0;
    this.bytes.set(encoded, reserved.abs % this.capacity);
    this.entries.push({ abs: reserved.abs, runId: id.runId, sourceId: id.sourceId, seq: id.seq });
    this.headAbs = reserved.abs + encoded.length;
  }

  /** `reserve` and `commit` in one, where nobody reads in between. */
  append(encoded: Uint8Array, id: RecordId): Reservation | RingError {
    const reserved = this.reserve(encoded.length);
    if (reserved.ok) this.commit(encoded, id);
    return reserved;
  }

  private evictBefore(floor: number): DroppedRange[] {
    const evicted: DroppedRange[] = [];
    while (this.retained > 0 && this.entries[this.firstEntry].abs < floor) {
      joinDropped(evicted, this.entries[this.firstEntry]);
      this.firstEntry++;
      this.lostCount++;
    }
    // Entries leave at the front: moved together only once half of the array is empty.
    if (this.firstEntry > 64 && this.firstEntry * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.firstEntry);
      this.firstEntry = 0;
    }
    return evicted;
  }
}

/**
 * Adds an evicted record to the list: it extends the last range when it is that range's next seq, else it begins one.
 */
export function joinDropped(ranges: DroppedRange[], id: RecordId): void {
  const last = ranges.length > 0 ? ranges[ranges.length - 1] : undefined;
  if (last !== undefined && last.runId === id.runId && last.sourceId === id.sourceId && last.lastSeq + 1n === id.seq) {
    ranges[ranges.length - 1] = { ...last, lastSeq: id.seq, count: last.count + 1 };
  } else {
    ranges.push({ runId: id.runId, sourceId: id.sourceId, firstSeq: id.seq, lastSeq: id.seq, count: 1 });
  }
}
