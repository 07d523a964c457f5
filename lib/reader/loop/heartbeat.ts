import { EventType, Key, nextSlot, Offset, readU16, readU32, RecordView, SLOT_HEADER_LENGTH } from '../../wire';
import { ReaderError } from '../status';

/** Heartbeats that may be missed before the controller counts as silent. */
const MISSED = 3;
/** Sources whose heartbeats are known, at most: the first ones. */
export const MAX_HEARTBEATS = 64;

/**
 * Knows when the controller wrote last, and so whether it has gone silent: sources promise something at an interval
 * (docs/format.md 1, Heartbeat), and `promised` holds what they promised, milliseconds by source id.
 */
export class HeartbeatWatch {
  private newsMs: number | undefined;

  /** A record was handed on. */
  passed(record: RecordView, promised: Map<number, number>, nowMs: number): void {
    this.newsMs = nowMs;
    if (record.eventTypeId !== EventType.Heartbeat) return;
    const interval = intervalOf(record);
    if (interval === undefined) promised.delete(record.sourceId);
    else if (promised.size < MAX_HEARTBEATS || promised.has(record.sourceId)) promised.set(record.sourceId, interval);
  }

  /** Nothing could be seen until now: the silence begins to count here. */
  seesAgain(nowMs: number): void {
    this.newsMs = nowMs;
  }

  /** What is wrong when nothing new stands in the ring now. */
  silence(promised: ReadonlyMap<number, number>, nowMs: number): ReaderError | undefined {
    if (promised.size === 0 || this.newsMs === undefined) return undefined;
    const interval = Math.min(...promised.values());
    const silentMs = nowMs - this.newsMs;
    if (silentMs <= MISSED * interval) return undefined;
    return {
      code: 'OPENOT_PLC_SILENT',
      message: `the controller announced a heartbeat every ${interval} ms and wrote nothing for more than ${MISSED} of them, although it answers: is its program running, and its logger?`
    };
  }
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
