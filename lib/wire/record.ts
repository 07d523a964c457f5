import { Flag, HEADER_LENGTH, Offset, SLOT_HEADER_LENGTH } from './header';
import { readSafeU64, readU16, readU32, readU64 } from './u64';

/** One TLV slot. `payload` is a view of the record's bytes, never a copy. */
export interface Slot {
  readonly key: number;
  readonly type: number;
  readonly payload: Uint8Array;
}

/**
 * A verified record, as a view: `bytes[start, start + length)`. Nothing is copied and nothing beyond the
 * header's place is read until someone asks. Whoever keeps a view keeps the whole buffer alive.
 */
export class RecordView {
  readonly ok = true as const;

  constructor(
    readonly bytes: Uint8Array,
    /** Offset of the record's first byte in `bytes`. */
    readonly start: number,
    /** Total record length in bytes: header, slots and CRC trailer. */
    readonly length: number,
    /** Offset in `bytes` one past the last slot (before the CRC trailer). */
    readonly slotsEnd: number,
    readonly slotCount: number
  ) {}

  get flags(): number {
    return readU16(this.bytes, this.start + Offset.flags);
  }
  get hasCrc(): boolean {
    return (this.flags & Flag.HasCrc) !== 0;
  }
  /** Nanoseconds since the Unix epoch. */
  get sourceTimeNs(): bigint {
    return readU64(this.bytes, this.start + Offset.sourceTimeNs);
  }
  get runId(): bigint {
    return readU64(this.bytes, this.start + Offset.runId);
  }
  get seq(): bigint {
    return readU64(this.bytes, this.start + Offset.seq);
  }
  /** The seq as a number, -1 above 2^53-1. */
  get safeSeq(): number {
    return readSafeU64(this.bytes, this.start + Offset.seq);
  }
  get sourceId(): number {
    return readU32(this.bytes, this.start + Offset.sourceId);
  }
  get eventTypeId(): number {
    return readU32(this.bytes, this.start + Offset.eventTypeId);
  }

  /** The slots in record order, made anew at each call; payloads are views. */
  slots(): Slot[] {
    const { bytes, slotsEnd } = this;
    const slots: Slot[] = [];
    for (let at = this.start + HEADER_LENGTH; at < slotsEnd; at = nextSlot(bytes, at)) {
      // A plain view is several times cheaper to make than a subarray, which asks for the species first.
      slots.push({
        key: readU16(bytes, at),
        type: bytes[at + 2],
        payload: new Uint8Array(bytes.buffer, bytes.byteOffset + at + SLOT_HEADER_LENGTH, bytes[at + 3])
      });
    }
    return slots;
  }

  /** Offset in `bytes` of the payload of the first slot with this key and width, or -1. For lifecycle records. */
  payloadOf(key: number, width: number): number {
    for (let at = this.start + HEADER_LENGTH; at < this.slotsEnd; at = nextSlot(this.bytes, at)) {
      if (readU16(this.bytes, at) === key && this.bytes[at + 3] === width) return at + SLOT_HEADER_LENGTH;
    }
    return -1;
  }

  /** As `payloadOf`, of the last such slot. */
  lastPayloadOf(key: number, width: number): number {
    let found = -1;
    for (let at = this.start + HEADER_LENGTH; at < this.slotsEnd; at = nextSlot(this.bytes, at)) {
      if (readU16(this.bytes, at) === key && this.bytes[at + 3] === width) found = at + SLOT_HEADER_LENGTH;
    }
    return found;
  }
}

/** Offset of the slot header after the one at `at`. The record must have been verified. */
export function nextSlot(bytes: Uint8Array, at: number): number {
  return at + SLOT_HEADER_LENGTH + ((bytes[at + 3] + 3) & ~3);
}
