import { LossAccounting } from '../../loss';
import { EpochTracker } from '../../ring';
import { MAX_U64, Offset, readU32, readU64, RecordView } from '../../wire';
import { PlausibleLook, isPlausible, takeLook } from '../observe/control-sample';
import { StartFrom } from '../settings';
import { Fingerprint, SavedState, StateFile, StateResult, unreadable } from '../progress/saved-state';

/** A source time above all others: with it, any record counts as older. */
const LATEST_TIME = MAX_U64;

/** What the reader knows of its ring: everything that decides what is handed on next. */
export class Memory {
  incarnation = 0;
  /** Next position to be handed on; moved by `passed`, `jump` and `beginAnew`, and over the gap at a lap's end. */
  cursor = 0;
  /** From here to the cursor every record was handed on. */
  unbrokenFrom = 0;
  /** Head was here, as what was handed on shows. */
  reached = 0;
  /** Heartbeats that sources promised: milliseconds by source id (docs/format.md 1). */
  readonly heartbeats = new Map<number, number>();
  /** The same of an incarnation that had begun while batches of this one were unsettled. */
  private doubtAfter = 0;
  /** What starts below it may have been handed on before an unclean stop: passed over, it is indeterminate. */
  doubtUntil = 0;
  /** The lowest number that another incarnation may have: those below may have been given out. */
  nextIncarnation = 0;
  /**
   * Records written before the cursor, as the producer's lost count will say once all of them are overwritten;
   * undefined where unknown.
   */
  written: number | undefined;
  accounting = new LossAccounting();
  epochs = new EpochTracker();
  fingerprint: Fingerprint | undefined;
  /** Run of the last record handed on; runs only rise. */
  lastRunId: bigint | undefined;
  /**
   * Source time of the last record handed on, of a former incarnation too: what stood in the ring before is older. Its
   * two halves.
   */
  private timeHigh = 0;
  private timeLow = 0;
  /**
   * The latest source time handed on since the reader was started, where the clock was set back too. Its two halves.
   */
  private latestHigh = 0;
  private latestLow = 0;
  /** Sources met since the cursor jumped; within one lap of that. */
  private readonly met = new Set<number>();

  constructor(
    readonly stream: string,
    /** The ring's identity and the last accepted image. */
    public image: PlausibleLook
  ) {}

  get bufferId(): number {
    return this.image.bufferId;
  }
  get capacity(): number {
    return this.image.snapshot.bufferBytes;
  }

  /** One past the last record handed on, where its fingerprint ends. */
  get fingerprintEnd(): number | undefined {
    return this.fingerprint === undefined ? undefined : this.fingerprint.abs + this.fingerprint.length;
  }

  get lastTimeNs(): bigint {
    return (BigInt(this.timeHigh) << 32n) | BigInt(this.timeLow);
  }
  set lastTimeNs(value: bigint) {
    this.timeHigh = Number(value >> 32n);
    this.timeLow = Number(value & 0xffff_ffffn);
    this.latestHigh = value === LATEST_TIME ? 0 : this.timeHigh;
    this.latestLow = value === LATEST_TIME ? 0 : this.timeLow;
  }

  /**
   * Whether the record is new data: its seq at or above the one expected, its run none that ended before. Changes
   * nothing.
   */
  isNew(record: RecordView): boolean {
    return this.accounting.isFresh(record) && !isOldRun(record, this.lastRunId);
  }

  /** First contact. */
  begin(startFrom: StartFrom): void {
    const { headAbs, oldestAbs, lostCount } = this.image.snapshot;
    if (startFrom === 'oldest') return this.jump(oldestAbs, lostCount);
    this.jump(headAbs, undefined);
    this.accounting.startAt(this.image.runId);
    // What stands at head in an old copy may be anything of the lap before, and no record is there to compare it with.
    if (headAbs >= this.capacity) this.lastTimeNs = LATEST_TIME;
  }

  /** The record was handed on. */
  passed(abs: number, record: RecordView): void {
    const { bytes, start } = record;
    if (abs < this.unbrokenFrom + this.capacity) this.met.add(record.sourceId);
    this.cursor = abs + record.length;
    if (this.cursor > this.reached) this.reached = this.cursor;
    if (this.written !== undefined) this.written++;
    this.fingerprint = { abs, length: record.length, crc: readU32(bytes, start + record.length - 4) };
    this.timeLow = readU32(bytes, start + Offset.sourceTimeNs);
    this.timeHigh = readU32(bytes, start + Offset.sourceTimeNs + 4);
    if (this.timeHigh > this.latestHigh || (this.timeHigh === this.latestHigh && this.timeLow > this.latestLow)) {
      this.latestHigh = this.timeHigh;
      this.latestLow = this.timeLow;
    }
    if (
      this.lastRunId === undefined ||
      readU32(bytes, start + Offset.runId) !== Number(this.lastRunId & 0xffff_ffffn) ||
      readU32(bytes, start + Offset.runId + 4) !== Number(this.lastRunId >> 32n)
    ) {
      this.lastRunId = record.runId;
      // Promises of a run that is over.
      this.heartbeats.clear();
    }
  }

  /** What lies between is not read: overwritten, or no records. `seen` = the look that says so, confirmed or not. */
  passOver(cursor: number, written: number | undefined, seen: PlausibleLook | undefined): void {
    if (cursor > this.cursor && this.doubtUntil > this.cursor)
      this.accounting.doubt(seen !== undefined && seen.runId > this.image.runId ? seen.runId : this.image.runId);
    this.jump(cursor, written);
  }

  /** Told to go on at another place of the same ring: each source begins at its first record seen from there on. */
  seek(cursor: number): void {
    this.accounting = new LossAccounting();
    this.accounting.startAt(this.image.runId);
    this.fingerprint = undefined;
    this.lastRunId = undefined;
    this.lastTimeNs = 0n;
    // What was handed on before is not lost when it is overwritten now.
    this.doubtUntil = Math.max(this.doubtUntil, this.reached);
    this.jump(cursor, undefined);
  }

  /** Reading goes on at another place. */
  private jump(cursor: number, written: number | undefined): void {
    this.cursor = this.unbrokenFrom = cursor;
    this.written = written;
    this.met.clear();
    this.epochs.gap();
  }

  /** Whether the record's source time lies before that of the last record handed on. */
  isOlder(record: RecordView): boolean {
    const { bytes, start } = record;
    const high = readU32(bytes, start + Offset.sourceTimeNs + 4);
    return (
      high < this.timeHigh || (high === this.timeHigh && readU32(bytes, start + Offset.sourceTimeNs) < this.timeLow)
    );
  }

  /** Whether the record's source time lies after that of every record handed on. */
  isLatest(record: RecordView): boolean {
    const { bytes, start } = record;
    const high = readU32(bytes, start + Offset.sourceTimeNs + 4);
    return (
      high > this.latestHigh ||
      (high === this.latestHigh && readU32(bytes, start + Offset.sourceTimeNs) > this.latestLow)
    );
  }

  /**
   * Whether a record that counts as new may be one of the lap before that was never handed on: it is older than the
   * last
   * one, and what stood here one lap before was not all read. Further on, a record of the lap before is a repeat.
   */
  isDoubtful(abs: number, record: RecordView): boolean {
    if (abs >= this.unbrokenFrom + this.capacity || !this.isOlder(record)) return false;
    // In the first lap of a ring that began anew its former life may still stand, with the same seqs.
    if (this.incarnation > 0 && abs < this.capacity) return true;
    return (
      !this.met.has(record.sourceId) || record.safeSeq > this.accounting.expectedSeq(record.runId, record.sourceId)
    );
  }

  /** Another ring, or one that began anew, from `cursor` on: nothing that was known of seqs, runs and epochs holds. */
  beginAnew(image: PlausibleLook, cursor: number): void {
    // Of another ring's records no time is known.
    if (image.bufferId !== this.bufferId || image.snapshot.bufferBytes !== this.capacity) this.lastTimeNs = 0n;
    this.nextLife();
    this.image = image;
    this.accounting = new LossAccounting();
    this.epochs = new EpochTracker();
    this.fingerprint = undefined;
    this.lastRunId = undefined;
    this.heartbeats.clear();
    this.reached = 0;
    this.doubtUntil = this.doubtAfter;
    this.doubtAfter = 0;
    if (cursor > 0 && this.doubtUntil > 0) this.accounting.doubt(image.runId);
    this.jump(cursor, image.snapshot.lostCount);
  }

  /** The same bytes under new counters: the last record still stands, so reading goes on behind it. */
  goOnAnew(image: PlausibleLook, seqsBegan: boolean): void {
    this.nextLife();
    this.image = image;
    this.epochs = new EpochTracker();
    // What was handed on beyond the cursor before a stop was of the former life, or of one that was not settled.
    this.doubtUntil = Math.max(this.doubtUntil, this.doubtAfter);
    this.doubtAfter = 0;
    this.reached = this.cursor;
    if ((this.fingerprintEnd ?? 0) > this.cursor) this.fingerprint = undefined;
    if (seqsBegan) {
      this.accounting = new LossAccounting();
      // Nothing lies between the last record of the old seqs and the first of the new ones.
      this.accounting.startAt(image.runId);
      this.lastRunId = undefined;
    } else this.accounting = goneOn(this.accounting);
    this.jump(this.cursor, seqsBegan ? this.written : undefined);
  }

  /** Of the incarnation that begins next, what starts below this may have been handed on before the stop. */
  expectDoubt(abs: number): void {
    this.doubtAfter = abs;
  }

  private nextLife(): void {
    this.incarnation = Math.max(this.incarnation + 1, this.nextIncarnation);
  }

  /** Plain and complete: what a checkpoint is made of. */
  toSaved(): SavedState {
    return {
      stream: this.stream,
      bufferId: this.bufferId,
      capacity: this.capacity,
      incarnation: this.incarnation,
      cursor: this.cursor,
      ...(this.fingerprint === undefined ? {} : { fingerprint: this.fingerprint }),
      ...(this.lastRunId === undefined ? {} : { lastRunId: this.lastRunId.toString() }),
      ...(this.written === undefined ? {} : { written: this.written }),
      ...(this.heartbeats.size === 0 ? {} : { heartbeats: [...this.heartbeats] }),
      ...(this.doubtUntil > this.cursor ? { doubtUntil: this.doubtUntil } : {}),
      unbrokenFrom: this.unbrokenFrom,
      lastTimeNs: this.lastTimeNs.toString(),
      image: Buffer.from(this.image.bytes).toString('hex'),
      accounting: this.accounting.toJSON(),
      epochs: this.epochs.toJSON()
    };
  }
}

/** True when the record's run is one that ended before the last record handed on. */
function isOldRun(record: RecordView, lastRunId: bigint | undefined): boolean {
  if (lastRunId === undefined) return false;
  const { bytes, start } = record;
  const low = readU32(bytes, start + Offset.runId);
  const high = readU32(bytes, start + Offset.runId + 4);
  if (high === Number(lastRunId >> 32n) && low === Number(lastRunId & 0xffff_ffffn)) return false;
  return readU64(bytes, start + Offset.runId) < lastRunId;
}

/** The same sources, each expected to go on where it was; nothing delivered or lost yet. */
function goneOn(accounting: LossAccounting): LossAccounting {
  const state = accounting.toJSON();
  for (const run of state.runs)
    run.sources = run.sources.map(([id, , next, , , , , doubtful]) =>
      doubtful === 1 ? [id, next, next, 0, 0, [], [], 1] : [id, next, next, 0, 0, [], []]
    );
  state.totals = { delivered: 0, lost: 0, authoritative: 0 };
  const read = LossAccounting.fromJSON(state);
  if (!read.ok) throw new Error(read.message);
  return read.accounting;
}

/** The memory that a saved state describes, whole, or why it cannot be used. */
export function memoryOf({
  checkpoint: saved,
  lease
}: StateFile): { readonly ok: true; readonly memory: Memory } | Exclude<StateResult, { ok: true }> {
  const look = takeLook(Buffer.from(saved.image, 'hex'));
  if (!isPlausible(look)) return unreadable('the control block in it is not one');
  if (look.bufferId !== saved.bufferId || look.snapshot.bufferBytes !== saved.capacity)
    return unreadable('it names another ring than the control block in it');
  const accounting = LossAccounting.fromJSON(saved.accounting);
  if (!accounting.ok) return unreadable(accounting.message);
  const epochs = EpochTracker.fromJSON(saved.epochs);
  if (!epochs.ok) return unreadable(epochs.message);
  const memory = new Memory(saved.stream, look);
  memory.incarnation = saved.incarnation;
  memory.cursor = saved.cursor;
  memory.unbrokenFrom = saved.unbrokenFrom ?? saved.cursor;
  memory.written = saved.written;
  const isSameLife = lease.incarnation === saved.incarnation;
  memory.doubtUntil = Math.max(saved.doubtUntil ?? 0, isSameLife ? lease.abs : 0);
  memory.reached = Math.max(saved.cursor, isSameLife ? lease.reached : 0);
  // An incarnation that began while batches of this one were still unsettled: what it handed on has its number.
  memory.nextIncarnation = isSameLife ? 0 : lease.incarnation + 1;
  memory.expectDoubt(isSameLife ? 0 : lease.abs);
  for (const [source, ms] of saved.heartbeats ?? []) memory.heartbeats.set(source, ms);
  memory.lastTimeNs = BigInt(saved.lastTimeNs ?? 0);
  memory.accounting = accounting.accounting;
  memory.epochs = epochs.tracker;
  // The later record says more of the ring: also of a restart that went on beyond the cursor.
  memory.fingerprint = (isSameLife ? lease.fingerprint : undefined) ?? saved.fingerprint;
  memory.lastRunId = saved.lastRunId === undefined ? undefined : BigInt(saved.lastRunId);
  return { ok: true, memory };
}
