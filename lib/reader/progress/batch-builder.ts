import { BatchFacts, KnownEpoch, Notice, NoticeItem, Segment, Snapshot } from '../../ring';
import { RecordView } from '../../wire';
import { Batch } from '../batch';

/** A run of records that lie back to back in one window. */
interface Run {
  readonly bytes: Uint8Array;
  start: number;
  end: number;
}

/** What a batch says about its ring, besides what the builder gathered. */
export interface BatchContext {
  readonly stream: string;
  readonly incarnation: number;
  readonly bufferId: number;
  readonly snapshot: Snapshot;
  readonly epochs: KnownEpoch[];
  readonly receiveTimeNs: bigint;
}

/** Gathers the records and notices of one batch; copies each byte once, when the batch is built. */
export class BatchBuilder {
  records = 0;
  /** Bytes of whole records gathered. */
  bytes = 0;
  private runs: Run[] = [];
  private segments: Segment[] = [];
  private notices: Notice[] = [];
  private endAbs = -1;
  private newest: RecordView | undefined;

  get isEmpty(): boolean {
    return this.records === 0 && this.notices.length === 0;
  }

  add(abs: number, record: RecordView): void {
    const last = this.runs.length > 0 ? this.runs[this.runs.length - 1] : undefined;
    if (last !== undefined && this.endAbs === abs && last.bytes === record.bytes && last.end === record.start)
      last.end += record.length;
    else {
      // Records of two windows that follow one another are one segment: only a jump begins a new one.
      if (this.endAbs !== abs) this.segments.push({ offset: this.bytes, abs });
      this.runs.push({ bytes: record.bytes, start: record.start, end: record.start + record.length });
    }
    this.endAbs = abs + record.length;
    this.bytes += record.length;
    this.records++;
    this.newest = record;
  }

  note(item: NoticeItem, beforeAbs: number): void {
    this.notices.push({ ...item, beforeAbs });
  }

  /** Source time of the newest record gathered, nanoseconds. */
  get newestTimeNs(): bigint | undefined {
    return this.newest?.sourceTimeNs;
  }

  /** The batch, with a payload of its own; the builder begins anew. */
  build(serial: number, context: BatchContext): Batch {
    // Not from the pool: whoever keeps or clones the payload would keep or clone its neighbours.
    const payload = Buffer.alloc(this.bytes);
    let at = 0;
    for (const run of this.runs) {
      payload.set(run.bytes.subarray(run.start, run.end), at);
      at += run.end - run.start;
    }
    const facts: BatchFacts = {
      stream: context.stream,
      incarnation: context.incarnation,
      bufferId: context.bufferId,
      snapshot: { ...context.snapshot },
      epochs: context.epochs,
      receiveTimeNs: context.receiveTimeNs.toString(),
      segments: this.segments,
      notices: this.notices
    };
    const batch = { serial, payload, facts, records: this.records };
    this.records = this.bytes = 0;
    this.runs = [];
    this.segments = [];
    this.notices = [];
    this.endAbs = -1;
    this.newest = undefined;
    return batch;
  }
}
