import { EventType, Key, nextSlot, Offset, readU16, readU32, RecordView, SLOT_HEADER_LENGTH } from '../wire';
import { ReaderError } from './status';

/** Heartbeats that may be missed before the controller counts as silent. */
const MISSED = 3;
/** Sources whose heartbeats are known, at most: the first ones. */
const MAX_SOURCES = 64;

/** Knows how often the controller promised to write something, and so when it has gone silent (docs/format.md 1, Heartbeat). */
export class HeartbeatWatch {
  private readonly intervals = new Map<number, number>();
  private newsMs: number | undefined;

  /** A record was handed on. */
  passed(record: RecordView, nowMs: number): void {
    this.newsMs = nowMs;
    if (record.eventTypeId !== EventType.Heartbeat) return;
    const interval = intervalOf(record);
    if (interval !== undefined && (this.intervals.size < MAX_SOURCES || this.intervals.has(record.sourceId))) this.intervals.set(record.sourceId, interval);
  }

  /** Nothing could be seen until now: the silence begins to count here. */
  seesAgain(nowMs: number): void {
    this.newsMs = nowMs;
  }

  /** The ring began anew: its promises are not known yet. */
  forget(): void {
    this.intervals.clear();
  }

  /** What is wrong when nothing new stands in the ring now. */
  silence(nowMs: number): ReaderError | undefined {
    if (this.intervals.size === 0 || this.newsMs === undefined) return undefined;
    const interval = Math.min(...this.intervals.values());
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
