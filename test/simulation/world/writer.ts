import { Slot } from '../../../lib/wire';

/*
 * The bytes of a logger, written from docs/format.md alone: what the reader is tested against must not come from the
 * code that it reads with.
 */

/** One record, as docs/format.md 1 lays it out. It always has a CRC. */
export interface RecordFields {
  readonly flags: number;
  readonly sourceTimeNs: bigint;
  readonly runId: bigint;
  readonly seq: bigint;
  readonly sourceId: number;
  readonly eventTypeId: number;
  readonly slots: readonly Slot[];
}

/** `OOT2`, as a little-endian word. */
const SYNC = 0x32544f4f;
const HAS_CRC = 8;

/** The record's bytes. */
export function recordBytes(record: RecordFields): Uint8Array {
  const size = record.slots.reduce((sum, { payload }) => sum + 4 + padded(payload.length), 40) + 4;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, SYNC, true);
  view.setUint16(4, size, true);
  view.setUint16(6, record.flags | HAS_CRC, true);
  view.setBigUint64(8, record.sourceTimeNs, true);
  view.setBigUint64(16, record.runId, true);
  view.setBigUint64(24, record.seq, true);
  view.setUint32(32, record.sourceId, true);
  view.setUint32(36, record.eventTypeId, true);
  let at = 40;
  for (const { key, type, payload } of record.slots) {
    view.setUint16(at, key, true);
    bytes.set([type, payload.length], at + 2);
    bytes.set(payload, at + 4);
    at += 4 + padded(payload.length);
  }
  view.setUint32(at, crc32c(bytes.subarray(0, at)), true);
  return bytes;
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;

/** Of each byte value, the eight steps of the reflected polynomial 0x82F63B78. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C (docs/format.md 1). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The ring (docs/format.md 8): where the next record goes, and what has to go for it. */
export class Ring {
  headAbs: number;
  oldestAbs: number;
  lostCount = 0;
  /** Starts of the records that are retained. */
  private readonly starts: number[] = [];

  constructor(
    readonly bytes: Uint8Array,
    startAbs: number
  ) {
    this.headAbs = this.oldestAbs = startAbs;
  }

  get capacity(): number {
    return this.bytes.length;
  }

  /** Where a record of this length will begin. What it overwrites counts as lost from now on; nothing is written. */
  reserve(length: number): number {
    const { capacity, headAbs, starts } = this;
    if (length > capacity) throw new RangeError(`a record of ${length} bytes in a ring of ${capacity}`);
    const inLap = headAbs % capacity;
    const abs = inLap + length <= capacity ? headAbs : headAbs - inLap + capacity;
    while (starts.length > 0 && starts[0] < abs + length - capacity) {
      starts.shift();
      this.lostCount++;
    }
    this.oldestAbs = starts[0] ?? abs;
    return abs;
  }

  /** The zero byte at head, where the record at `abs` begins the next lap. */
  mark(abs: number): void {
    if (abs !== this.headAbs) this.bytes[this.headAbs % this.capacity] = 0;
  }

  /** One piece of a record, by its position. */
  store(abs: number, piece: Uint8Array): void {
    this.bytes.set(piece, abs % this.capacity);
  }

  /** The record at `abs` is written in full. */
  commit(abs: number, length: number): void {
    this.starts.push(abs);
    this.headAbs = abs + length;
  }
}

/** Where the fields of the control block that change stand (docs/format.md 7). */
const AT = {
  headAbs: 24,
  oldestAbs: 32,
  lostCount: 40,
  runId: 48,
  epochId: 56,
  epochFirstAbs: 64,
  definitionHash: 72,
  prevDefinitionHash: 80
} as const;

/** The 88 bytes of the control block, stored field by field; a position is two stores of 32 bits. */
export class ControlBlock {
  readonly bytes = new Uint8Array(88);
  private readonly view = new DataView(this.bytes.buffer);

  /** As at the start of a controller. */
  reset(bufferId: number, capacity: number, startAbs: number): void {
    this.bytes.fill(0);
    this.view.setUint32(0, SYNC, true);
    this.bytes[4] = 2;
    this.view.setUint32(8, bufferId, true);
    this.view.setUint32(12, capacity, true);
    for (const field of ['headAbs', 'oldestAbs', 'epochFirstAbs'] as const) this.u64(field, BigInt(startAbs));
  }

  /** The seqlock: odd at the beginning of an update, even at its end. */
  tick(): void {
    this.view.setUint32(16, this.view.getUint32(16, true) + 1, true);
  }

  half(field: 'headAbs' | 'oldestAbs' | 'lostCount', half: 'low' | 'high', value: number): void {
    if (half === 'low') this.view.setUint32(AT[field], value % 2 ** 32, true);
    else this.view.setUint32(AT[field] + 4, Math.floor(value / 2 ** 32), true);
  }

  u64(field: 'headAbs' | 'oldestAbs' | 'runId' | 'epochId' | 'epochFirstAbs', value: bigint): void {
    this.view.setBigUint64(AT[field], value, true);
  }

  hash(field: 'definitionHash' | 'prevDefinitionHash', hex: string): void {
    this.bytes.set(Buffer.from(hex, 'hex'), AT[field]);
  }
}
