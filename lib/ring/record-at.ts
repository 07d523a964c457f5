// Module by module, not through the folder's index: re-exports are getters, which cost a third of a walk's speed.
import { decodeRecord } from '../wire/decode';
import { WireError, wireError } from '../wire/errors';
import { Flag, HEADER_LENGTH, Offset, SYNC_WORD } from '../wire/header';
import { RecordView } from '../wire/record';
import { readU16, readU32 } from '../wire/u64';
import { RingError, ringError } from './ring-error';

/**
 * A record that is not whole yet: `needed` bytes must be there, counted from its start (40 until its length is known).
 */
export interface HeldBack {
  readonly ok: 'heldBack';
  readonly needed: number;
}

/**
 * The record at `bytes[at]`, whose absolute position is `abs`, in the order of checks of docs/format.md 8.
 * `room` = bytes from here to the end of the lap; `available` = bytes from here that may be looked at.
 * A record within its lap that is not whole in `available` is held back: that is no error.
 */
export function recordAt(
  bytes: Uint8Array,
  at: number,
  abs: number,
  room: number,
  available: number
): RecordView | RingError | HeldBack {
  if (room < HEADER_LENGTH) return ringError({ kind: 'recordCrossesBoundary', abs });
  if (available < HEADER_LENGTH) return { ok: 'heldBack', needed: HEADER_LENGTH };
  if (readU32(bytes, at) !== SYNC_WORD) return located(abs, decodeRecord(bytes, at, at + HEADER_LENGTH));
  const length = readU16(bytes, at + Offset.totalLength);
  if (length < HEADER_LENGTH)
    return located(abs, wireError({ kind: 'invalidLength', totalLength: length, available: room }));
  if (length > room) return ringError({ kind: 'recordCrossesBoundary', abs });
  if (length > available) return { ok: 'heldBack', needed: length };
  // Without a CRC nothing tells a record from bytes that were overwritten while they were read.
  if ((readU16(bytes, at + Offset.flags) & Flag.HasCrc) === 0) return ringError({ kind: 'missingCrc', abs });
  return located(abs, decodeRecord(bytes, at, at + length));
}

function located(abs: number, result: RecordView | WireError): RecordView | RingError {
  return result.ok ? result : ringError({ kind: 'wire', abs, error: result });
}
