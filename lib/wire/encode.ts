import { crc32c } from '../base';
import { wireError, WireError } from './errors';
import {
  CRC_LENGTH,
  Flag,
  HEADER_LENGTH,
  MAX_PAYLOAD_LENGTH,
  MAX_RECORD_LENGTH,
  Offset,
  SLOT_HEADER_LENGTH,
  SYNC_WORD
} from './header';
import { Slot } from './record';
import { writeU16, writeU32, writeU64 } from './u64';

/** A record to be written. The CRC is appended when `flags` has HasCrc; a record in a ring always has it. */
export interface RecordInput {
  readonly flags: number;
  readonly sourceTimeNs: bigint;
  readonly runId: bigint;
  readonly seq: bigint;
  readonly sourceId: number;
  readonly eventTypeId: number;
  readonly slots: readonly Slot[];
}

/** Encoded length in bytes of a record with these slots, or why it cannot be encoded (docs/format.md 6). */
export function encodedLength(slots: readonly Slot[], hasCrc: boolean): number | WireError {
  let len = HEADER_LENGTH + (hasCrc ? CRC_LENGTH : 0);
  for (const slot of slots) {
    if (slot.payload.length > MAX_PAYLOAD_LENGTH)
      return wireError({ kind: 'slotTooLong', key: slot.key, len: slot.payload.length });
    len += SLOT_HEADER_LENGTH + ((slot.payload.length + 3) & ~3);
  }
  return len > MAX_RECORD_LENGTH ? wireError({ kind: 'recordTooLong', len }) : len;
}

/**
 * The record's bytes, or why it cannot be encoded.
 *
 * @example
 * ```ts
 * import { encodeRecord, EventType, Flag } from '@openot/node-red/wire';
 *
 * const bytes = encodeRecord({
 *   flags: Flag.HasCrc,
 *   sourceTimeNs: BigInt(Date.now()) * 1_000_000n,
 *   runId: 1n,
 *   seq: 0n,
 *   sourceId: 10,
 *   eventTypeId: EventType.Message,
 *   slots: []
 * });
 * if (bytes instanceof Uint8Array) console.log(Buffer.from(bytes).toString('hex'));
 * ```
 */
export function encodeRecord(record: RecordInput): Uint8Array | WireError {
  const hasCrc = (record.flags & Flag.HasCrc) !== 0;
  const length = encodedLength(record.slots, hasCrc);
  if (typeof length !== 'number') return length;
  const bytes = new Uint8Array(length);
  writeU32(bytes, Offset.sync, SYNC_WORD);
  writeU16(bytes, Offset.totalLength, length);
  writeU16(bytes, Offset.flags, record.flags);
  writeU64(bytes, Offset.sourceTimeNs, record.sourceTimeNs);
  writeU64(bytes, Offset.runId, record.runId);
  writeU64(bytes, Offset.seq, record.seq);
  writeU32(bytes, Offset.sourceId, record.sourceId);
  writeU32(bytes, Offset.eventTypeId, record.eventTypeId);
  let at: number = Offset.slots;
  for (const slot of record.slots) {
    writeU16(bytes, at, slot.key);
    bytes[at + 2] = slot.type;
    bytes[at + 3] = slot.payload.length;
    bytes.set(slot.payload, at + SLOT_HEADER_LENGTH);
    at += SLOT_HEADER_LENGTH + ((slot.payload.length + 3) & ~3);
  }
  if (hasCrc) writeU32(bytes, at, crc32c(bytes, 0, at));
  return bytes;
}
