import { KnownEpoch, Snapshot } from '../../ring';
import { Notice, NoticeItem, Segment } from '../../stream';
import { RecordView } from '../../wire';
import { PlausibleSample } from '../observe/control-sample';
import { SavedState } from '../progress/saved-state';
import { RingPosition } from './ring-position';

/** Records that lie back to back in one window. */
interface Stretch {
  readonly bytes: Uint8Array;
  start: number;
  end: number;
}

/** One batch as it was decided: its bytes still lie in the windows that were read. */
export interface BatchDraft {
  readonly stretches: readonly { readonly bytes: Uint8Array; readonly start: number; readonly end: number }[];
  readonly records: number;
  /** Of whole records. */
  readonly bytes: number;
  readonly segments: Segment[];
  readonly notices: Notice[];
  /** Source time of the newest record, nanoseconds; undefined where there are only notices. */
  readonly newestTimeNs: bigint | undefined;
  readonly incarnation: number;
  readonly snapshot: Snapshot;
  readonly epochs: KnownEpoch[];
  /** The checkpoint after it. */
  readonly state: SavedState;
}

/** What one decision gathers: records and notices in order, closed into batches. Lives no longer than the decision. */
export class Gathering {
  readonly batches: BatchDraft[] = [];
  /** Of the batch that is open. */
  records = 0;
  bytes = 0;
  private stretches: Stretch[] = [];
  private segments: Segment[] = [];
  private notices: Notice[] = [];
  private endAbs = -1;
  private newest: RecordView | undefined;

  /** `free` = batches that may be on their way besides those that are. */
  constructor(private readonly free: number) {}

  /** Nothing was gathered. */
  get isEmpty(): boolean {
    return this.batches.length === 0 && this.isOpenEmpty;
  }

  private get isOpenEmpty(): boolean {
    return this.records === 0 && this.notices.length === 0;
  }

  add(abs: number, record: RecordView): void {
    const last = this.stretches.length > 0 ? this.stretches[this.stretches.length - 1] : undefined;
    if (last !== undefined && this.endAbs === abs && last.bytes === record.bytes && last.end === record.start)
      last.end += record.length;
    else {
      // Records of two windows that follow one another are one segment: only a jump begins a new one.
      if (this.endAbs !== abs) this.segments.push({ offset: this.bytes, abs });
      this.stretches.push({ bytes: record.bytes, start: record.start, end: record.start + record.length });
    }
    this.endAbs = abs + record.length;
    this.bytes += record.length;
    this.records++;
    this.newest = record;
  }

  note(item: NoticeItem, beforeAbs: number): void {
    this.notices.push({ ...item, beforeAbs });
  }

  /** Closes the batch, if there is anything in it; false when no further one may be begun before some are settled. */
  close(position: RingPosition, last: PlausibleSample): boolean {
    if (this.isOpenEmpty) return true;
    const { records, bytes, stretches, segments, notices } = this;
    this.batches.push({
      stretches,
      records,
      bytes,
      segments,
      notices,
      newestTimeNs: this.newest?.sourceTimeNs,
      incarnation: position.incarnation,
      snapshot: last.snapshot,
      epochs: position.epochs.known(),
      state: position.toSaved()
    });
    this.records = this.bytes = 0;
    this.stretches = [];
    this.segments = [];
    this.notices = [];
    this.endAbs = -1;
    this.newest = undefined;
    return this.batches.length < this.free;
  }
}
