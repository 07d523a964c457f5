import type { LogRecord } from '../logobject';

/** What a simulated log does that the standard allows, or that servers do all the same. Read at every call. */
export interface LogHabits {
  /** The oldest record goes when there are more. Default 1000. */
  maxRecords?: number;
  /** Milliseconds that a record is kept. Default: for ever. */
  maxStorageMs?: number;
  /** Records in a page, however many are asked for. Default 500. */
  pageLimit?: number;
  /** Records come as they were entered, not in the order of their Times. */
  unsorted?: boolean;
  /** Without EncodingMask and with every field, as some servers write them. */
  flat?: boolean;
  /** No optional field, whatever is asked for. */
  noFields?: boolean;
  /** Continuation points at a time. Default 10. */
  maxPoints?: number;
  /** How a call is answered instead, by the name of a status: `BadInternalError`. */
  fault?: string;
  /** Its events are of no type of Part 26. */
  plainEvents?: boolean;
  /** Milliseconds that every call takes. */
  delay?: number;
}

/** One call of GetRecords; times in ticks. */
export interface LogCall {
  readonly start: bigint;
  readonly end: bigint;
  readonly maxRecords: number;
  readonly minimumSeverity: number;
  readonly continuationPoint: Uint8Array | null;
}

/** A page; `body` is sent as it is, in place of the records. */
export interface LogAnswerPage {
  readonly ok: true;
  readonly records: readonly LogRecord[];
  readonly body?: Uint8Array;
  readonly continuationPoint: Uint8Array | null;
}

/** What a log answers: a page, or the name of a status. */
export type LogAnswer = LogAnswerPage | { readonly ok: false; readonly status: string };

interface Entry {
  readonly number: number;
  readonly record: LogRecord;
}

interface Point {
  readonly call: LogCall;
  readonly after: Entry;
}

const MAX_SEVERITY = 1000;

/** A log of OPC UA Part 26 in memory: conformant on the wire, with habits on request. Continuation points work once. */
export class LogStore {
  private entries: Entry[] = [];
  /** Entries that went, at the front of the array; cut off now and then. */
  private gone = 0;
  private entered = 0;
  private points = new Map<string, Point>();
  private pointNumber = 0;
  readonly counters = { calls: 0, pages: 0, evicted: 0 };
  /** Called with every record that is entered. */
  onEntered: ((record: LogRecord) => void) | undefined;

  constructor(readonly habits: LogHabits = {}) {}

  get size(): number {
    return this.entries.length - this.gone;
  }

  get maxRecords(): number {
    return this.habits.maxRecords ?? 1000;
  }

  /** Enters a record; `nowTicks` of the device's clock decides what is too old by now. */
  add(record: LogRecord, nowTicks?: bigint): void {
    this.entries.push({ number: ++this.entered, record });
    while (this.size > this.maxRecords) this.evict();
    this.onEntered?.(record);
    const { maxStorageMs } = this.habits;
    if (maxStorageMs === undefined || nowTicks === undefined) return;
    const oldest = nowTicks - BigInt(Math.round(maxStorageMs * 10_000));
    while (this.size > 0 && this.entries[this.gone].record.ticks < oldest) this.evict();
  }

  private evict(): void {
    this.gone++;
    this.counters.evicted++;
    if (this.gone < 4096 || this.gone * 2 < this.entries.length) return;
    this.entries = this.entries.slice(this.gone);
    this.gone = 0;
  }

  /** As when the server is started anew: without its points, and without its records unless it keeps them. */
  restart(keepsRecords: boolean): void {
    this.points.clear();
    if (!keepsRecords) this.entries = [];
    if (!keepsRecords) this.gone = 0;
  }

  /** Everything that is in the log now, oldest first. */
  all(): LogRecord[] {
    return this.entries.slice(this.gone).map(({ record }) => record);
  }

  getRecords(call: LogCall): LogAnswer {
    this.counters.calls++;
    const { fault } = this.habits;
    if (fault !== undefined) return { ok: false, status: fault };
    if (call.continuationPoint !== null && call.continuationPoint.length > 0) return this.next(call.continuationPoint);
    if (call.start > call.end) return { ok: false, status: 'BadInvalidArgument' };
    if (call.minimumSeverity < 1 || call.minimumSeverity > MAX_SEVERITY) return { ok: false, status: 'BadOutOfRange' };
    return this.page(call, undefined);
  }

  private next(continuationPoint: Uint8Array): LogAnswer {
    const id = Buffer.from(continuationPoint).toString('hex');
    const point = this.points.get(id);
    this.points.delete(id);
    return point === undefined
      ? { ok: false, status: 'BadContinuationPointInvalid' }
      : this.page(point.call, point.after);
  }

  releaseContinuationPoint(continuationPoint: Uint8Array): string {
    return this.points.delete(Buffer.from(continuationPoint).toString('hex')) ? 'Good' : 'BadContinuationPointInvalid';
  }

  private page(call: LogCall, after: Entry | undefined): LogAnswer {
    this.counters.pages++;
    const limit = this.habits.pageLimit ?? 500;
    const most = call.maxRecords > 0 ? Math.min(call.maxRecords, limit) : limit;
    const found = this.from(call, after, most + 1);
    const records = found.slice(0, most).map(({ record }) => record);
    if (found.length <= most) return { ok: true, records, continuationPoint: null };
    if (this.points.size >= (this.habits.maxPoints ?? 10)) return { ok: false, status: 'BadNoContinuationPoints' };
    const continuationPoint = Buffer.alloc(8);
    continuationPoint.writeBigUInt64LE(BigInt(++this.pointNumber));
    this.points.set(continuationPoint.toString('hex'), { call, after: found[most - 1] });
    return { ok: true, records, continuationPoint };
  }

  /** The next entries in range. Where the one before them was evicted, silently from the oldest on. */
  private from(call: LogCall, after: Entry | undefined, most: number): Entry[] {
    const { start, end, minimumSeverity } = call;
    const isAsked = ({ record: { ticks, severity } }: Entry): boolean =>
      ticks >= start && ticks <= end && severity >= minimumSeverity;
    const isLater = (entry: Entry): boolean =>
      after === undefined ||
      (this.habits.unsorted === true || entry.record.ticks === after.record.ticks
        ? entry.number > after.number
        : entry.record.ticks > after.record.ticks);
    if (this.habits.unsorted === true || this.isSorted()) {
      const found: Entry[] = [];
      for (let i = this.firstFrom(start, after); i < this.entries.length && found.length < most; i++) {
        const entry = this.entries[i];
        if (this.sorted && entry.record.ticks > end) break;
        if (isAsked(entry) && isLater(entry)) found.push(entry);
      }
      return found;
    }
    return this.entries
      .slice(this.gone)
      .filter((entry) => isAsked(entry) && isLater(entry))
      .sort((a, b) => (a.record.ticks < b.record.ticks ? -1 : a.record.ticks > b.record.ticks ? 1 : 0))
      .slice(0, most);
  }

  private sorted = true;
  private checkedTo = 0;

  /** Whether the entries stand in the order of their Times; looked at once for each. */
  private isSorted(): boolean {
    const last = this.entries.length > 0 ? this.entries[this.entries.length - 1].number : 0;
    for (let i = this.entries.length - 1; i > this.gone && this.entries[i].number > this.checkedTo; i--)
      if (this.entries[i].record.ticks < this.entries[i - 1].record.ticks) this.sorted = false;
    this.checkedTo = last;
    return this.sorted;
  }

  /** In a sorted log the first place that counts is found by halving; a million records are not walked for a page. */
  private firstFrom(start: bigint, after: Entry | undefined): number {
    if (after !== undefined && this.entries.length > 0)
      return Math.max(this.gone, after.number - this.entries[0].number + 1);
    if (!this.sorted || this.habits.unsorted === true) return this.gone;
    let low = this.gone;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.entries[middle].record.ticks < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A log that a server serves, and where. */
export interface ServedLog {
  readonly store: LogStore;
  /** `ServerLog`, or the name of a log of the device's own, below the folder Logs. */
  readonly name: string;
}
