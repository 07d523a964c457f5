/** What a record itself says about loss of its own (run, source): docs/format.md 9. */
import {
  EventType,
  Key,
  nextSlot,
  Offset,
  readSafeU64,
  readU16,
  readU32,
  readU64,
  RecordView,
  SLOT_HEADER_LENGTH
} from '../wire';
import { SeqRange } from './intervals';

/**
 * The range a RecordsDropped record names, or undefined when it is none or does not parse: `count` (4 bytes),
 * `firstLostSeq` and `lastLostSeq` (8 bytes), the last slot of each wins, tags are not looked at, and the count
 * must be that of the range. The part above 2^53-1 is cut off: no such seq is ever accounted for.
 */
export function droppedRange(record: RecordView): SeqRange | undefined {
  if (record.eventTypeId !== EventType.RecordsDropped) return undefined;
  const countAt = record.lastPayloadOf(Key.count, 4);
  const firstAt = record.lastPayloadOf(Key.firstLostSeq, 8);
  const lastAt = record.lastPayloadOf(Key.lastLostSeq, 8);
  if (countAt < 0 || firstAt < 0 || lastAt < 0) return undefined;
  const first = readSafeU64(record.bytes, firstAt);
  if (first < 0) return undefined;
  const exactLast = readU64(record.bytes, lastAt);
  // Exact, because the difference of two large doubles could be off by one and so equal the count by accident.
  if (exactLast - BigInt(first) + 1n !== BigInt(readU32(record.bytes, countAt))) return undefined;
  const last = readSafeU64(record.bytes, lastAt);
  return exactLast < BigInt(first) ? undefined : { first, last: last < 0 ? Number.MAX_SAFE_INTEGER : last };
}

/**
 * True when the record is a SourceHighWater whose produced count equals its own seq: everything of its source
 * below that seq was produced, so a gap in front of it is known by the producer's word. Any other value is not a
 * checkpoint.
 */
export function isCheckpoint(record: RecordView): boolean {
  if (record.eventTypeId !== EventType.SourceHighWater) return false;
  const { bytes, start, slotsEnd } = record;
  const seq = record.safeSeq;
  for (let at = start + Offset.slots; at < slotsEnd; at = nextSlot(bytes, at)) {
    if (
      readU16(bytes, at) === Key.producedCount &&
      bytes[at + 3] === 8 &&
      readSafeU64(bytes, at + SLOT_HEADER_LENGTH) === seq
    )
      return true;
  }
  return false;
}
