import { crc32c } from '../base';
import { wireError, WireError } from './errors';
import { CRC_LENGTH, Flag, HEADER_LENGTH, Offset, SLOT_HEADER_LENGTH, SYNC_WORD } from './header';
import { hexText } from './hex';
import { RecordView } from './record';
import { readU16, readU32 } from './u64';

/**
 * Checks the record that begins at `bytes[start]` and returns a view of it, or what is wrong, in the
 * order of docs/format.md 6. Bytes after the record are not an error. Never throws, never reads at or
 * beyond `end`, never copies; run time is linear in the record's length.
 *
 * @example
 * ```ts
 * import { decodeRecord, describeWireError } from '@openot/node-red/wire';
 *
 * const record = decodeRecord(Buffer.from('0102', 'hex'));
 * if (record.ok) console.log(record.eventTypeId, record.seq, record.slots());
 * else console.log(describeWireError(record));
 * ```
 */
export function decodeRecord(bytes: Uint8Array, start = 0, end = bytes.length): RecordView | WireError {
  const available = end - start;
  if (available < HEADER_LENGTH) return wireError({ kind: 'truncated', needed: HEADER_LENGTH, available });
  if (readU32(bytes, start) !== SYNC_WORD) return wireError({ kind: 'wrongSync', found: hexText(bytes, start, 4) });
  const length = readU16(bytes, start + Offset.totalLength);
  if (length < HEADER_LENGTH) return wireError({ kind: 'invalidLength', totalLength: length, available });
  if (length > available) return wireError({ kind: 'truncated', needed: length, available });
  let slotsEnd = start + length;
  if ((readU16(bytes, start + Offset.flags) & Flag.HasCrc) !== 0) {
    if (length < HEADER_LENGTH + CRC_LENGTH)
      return wireError({ kind: 'invalidLength', totalLength: length, available });
    slotsEnd -= CRC_LENGTH;
    const expected = readU32(bytes, slotsEnd);
    const actual = crc32c(bytes, start, slotsEnd);
    if (expected !== actual) return wireError({ kind: 'crcMismatch', expected, actual });
  }
  return checkSlots(bytes, start, length, slotsEnd);
}

function checkSlots(bytes: Uint8Array, start: number, length: number, slotsEnd: number): RecordView | WireError {
  let count = 0;
  let at = start + HEADER_LENGTH;
  while (at < slotsEnd) {
    if (slotsEnd - at < SLOT_HEADER_LENGTH) return wireError({ kind: 'invalidSlot', offset: at - start });
    const payloadEnd = at + SLOT_HEADER_LENGTH + bytes[at + 3];
    const next = at + SLOT_HEADER_LENGTH + ((bytes[at + 3] + 3) & ~3);
    if (next > slotsEnd) return wireError({ kind: 'invalidSlot', offset: at - start });
    for (let padding = payloadEnd; padding < next; padding++) {
      if (bytes[padding] !== 0) return wireError({ kind: 'invalidPadding', offset: padding - start });
    }
    count++;
    at = next;
  }
  return new RecordView(bytes, start, length, slotsEnd, count);
}
