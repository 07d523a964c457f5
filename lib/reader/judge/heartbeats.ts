import { EventType, Key, nextSlot, Offset, readU16, readU32, RecordView, SLOT_HEADER_LENGTH } from '../../wire';

/** Sources whose heartbeats are known, at most: the first ones. */
export const MAX_HEARTBEATS = 64;

/**
 * What sources promised after this record: milliseconds between two heartbeats by source id (docs/format.md 1,
 * Heartbeat). The map given is left as it is.
 */
export function promisesAfter(promised: ReadonlyMap<number, number>, record: RecordView): ReadonlyMap<number, number> {
  if (record.eventTypeId !== EventType.Heartbeat) return promised;
  const { sourceId } = record;
  const interval = intervalOf(record);
  if (interval === promised.get(sourceId)) return promised;
  const after = new Map(promised);
  if (interval === undefined) after.delete(sourceId);
  else if (promised.size < MAX_HEARTBEATS || promised.has(sourceId)) after.set(sourceId, interval);
  return after;
}

/** Milliseconds between two heartbeats of the record's source; undefined where it does not say. */
function intervalOf({ bytes, start, slotsEnd }: RecordView): number | undefined {
  for (let at = start + Offset.slots; at < slotsEnd; at = nextSlot(bytes, at)) {
    if (readU16(bytes, at) !== Key.intervalMs || bytes[at + 3] !== 4) continue;
    const interval = readU32(bytes, at + SLOT_HEADER_LENGTH);
    return interval > 0 ? interval : undefined;
  }
  return undefined;
}
