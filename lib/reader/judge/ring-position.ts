import { LossAccounting } from '../../loss';
import { EpochTracker } from '../../ring';
import type { Began } from '../../stream';
import { MAX_U64, Offset, readU32, readU64, RecordView } from '../../wire';
import { PlausibleSample } from '../observe/control-sample';
import { StartFrom } from '../settings';
import { Fingerprint, SavedState } from '../progress/saved-state';
import { promisesAfter } from './heartbeats';

/** A source time above all others: with it, any record counts as older. */
const LATEST_TIME = MAX_U64;

/**
 * Where the reader stands in its ring, and what it knows of the records before: everything that decides what is handed
 * on next, and all that a checkpoint saves. As part of a state it is never changed; a step of the judge changes a
 * `draft`.
 */
export class RingPosition {
  incarnation = 0;
  /** Next position to be handed on; moved by `passed`, `jump` and `beginAnew`, and over the gap at a lap's end. */
  cursor = 0;
  /** From here to the cursor every record was handed on. */
  unbrokenFrom = 0;
  /**
   * The furthest position handed on, also before an unclean stop or a seek: head was here. A head before it is a
   * restart.
   */
  reached = 0;
  /** Heartbeats that sources promised: milliseconds by source id (docs/format.md 1). */
  heartbeats: ReadonlyMap<number, number> = new Map();
  /**
   * `maybeDeliveredBelow` of the incarnation after this one, where it had begun while batches of this one were
   * unsettled.
   */
  private maybeDeliveredBelowNext = 0;
  /** What starts below it may have been handed on before an unclean stop: passed over, it is indeterminate. */
  maybeDeliveredBelow = 0;
  /** The lowest number that another incarnation may have: those below may have been given out. */
  nextIncarnation = 0;
  /**
   * Records written before the cursor, as the producer's lost count will say once all of them are overwritten;
   * undefined where unknown.
   */
  written: number | undefined;
  /** A control block that was read twice bears `written` out; without that it only counts, and decides nothing. */
  isWrittenProven = true;
  accounting = new LossAccounting();
  /** Where and why counting of seqs began; undefined in a state that was saved before this was known. */
  began: Began | undefined;
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
  private met = new Set<number>();
  /** `met` is this object's alone, not that of the position it was drafted from. */
  private ownsMet = true;

  constructor(
    readonly stream: string,
    /** The ring's identity, and the image that was confirmed last: a number below its own is a sign of a restart. */
    public image: PlausibleSample
  ) {}

  /** A working copy: what it takes changes nothing here. Costs what is changed, not what is known. */
  draft(): RingPosition {
    const copy = Object.assign(new RingPosition(this.stream, this.image), this);
    copy.accounting = this.accounting.draft();
    copy.epochs = this.epochs.copy();
    copy.ownsMet = false;
    return copy;
  }

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
    if (startFrom === 'oldest') {
      if (oldestAbs > 0) this.accounting.contact(this.image.runId);
      this.jump(oldestAbs, lostCount);
      return this.countFrom('first-contact');
    }
    this.jump(headAbs, undefined);
    this.countFrom('newest');
    this.accounting.startAt(this.image.runId);
    // What stands at head in an old copy may be anything of the lap before, and no record is there to compare it with.
    if (headAbs >= this.capacity) this.lastTimeNs = LATEST_TIME;
  }

  /** First contact was made at the oldest record, and no record was handed on since. */
  get isAtContact(): boolean {
    return this.accounting.isContact && this.fingerprint === undefined && this.maybeDeliveredBelow <= this.cursor;
  }

  /** At contact still: what the first record was to be is overwritten, and another one is the oldest. */
  beginLater(cursor: number, written: number): void {
    this.jump(cursor, written);
    this.countFrom('first-contact');
  }

  /** The record was handed on. */
  passed(abs: number, record: RecordView): void {
    const { bytes, start } = record;
    if (abs < this.unbrokenFrom + this.capacity) this.meet(record.sourceId);
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
      this.heartbeats = new Map();
    }
    this.heartbeats = promisesAfter(this.heartbeats, record);
  }

  private meet(sourceId: number): void {
    if (this.met.has(sourceId)) return;
    if (!this.ownsMet) this.met = new Set(this.met);
    this.ownsMet = true;
    this.met.add(sourceId);
  }

  /** What lies between is not read: overwritten, or no records. `seen` = the sample that says so, confirmed or not. */
  passOver(cursor: number, written: number | undefined, seen: PlausibleSample, isProven = true): void {
    this.accounting.contactOver();
    if (cursor > this.cursor && this.maybeDeliveredBelow > this.cursor)
      this.accounting.doubt(seen.runId > this.image.runId ? seen.runId : this.image.runId);
    this.jump(cursor, written);
    this.isWrittenProven = isProven;
  }

  /** Told to go on at another place of the same ring: each source begins at its first record seen from there on. */
  seek(cursor: number): void {
    this.accounting = new LossAccounting();
    this.accounting.startAt(this.image.runId);
    this.fingerprint = undefined;
    this.lastRunId = undefined;
    this.lastTimeNs = 0n;
    // What was handed on before is not lost when it is overwritten now.
    this.maybeDeliveredBelow = Math.max(this.maybeDeliveredBelow, this.reached);
    this.jump(cursor, undefined);
    this.countFrom('seek');
  }

  /** Counting of seqs begins at the cursor: what `accounting` was made to do is told with every batch. */
  private countFrom(cause: Began['cause']): void {
    const runId = this.image.runId.toString();
    this.began = { cause, incarnation: this.incarnation, abs: this.cursor, runId };
  }

  /** Reading goes on at another place, so the lap before it was not read in full. `written` as the property. */
  private jump(cursor: number, written: number | undefined): void {
    this.cursor = this.unbrokenFrom = cursor;
    this.written = written;
    this.isWrittenProven = true;
    this.met = new Set();
    this.ownsMet = true;
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
   * last one, and what stood here one lap before was not all read. More than a ring behind the last jump that cannot
   * be: a record of the lap before is a repeat there.
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
  beginAnew(image: PlausibleSample, cursor: number): void {
    // Of another ring's records no time is known.
    if (image.bufferId !== this.bufferId || image.snapshot.bufferBytes !== this.capacity) this.lastTimeNs = 0n;
    this.nextLife();
    this.image = image;
    this.accounting = new LossAccounting();
    this.epochs = new EpochTracker();
    this.fingerprint = undefined;
    this.lastRunId = undefined;
    this.heartbeats = new Map();
    this.reached = 0;
    this.maybeDeliveredBelow = this.maybeDeliveredBelowNext;
    this.maybeDeliveredBelowNext = 0;
    if (cursor > 0 && this.maybeDeliveredBelow > 0) this.accounting.doubt(image.runId);
    this.jump(cursor, image.snapshot.lostCount);
    this.countFrom('first-contact');
  }

  /** The same bytes under new counters: the last record still stands, so reading goes on behind it. */
  goOnAnew(image: PlausibleSample, seqsBegan: boolean): void {
    this.nextLife();
    this.image = image;
    this.epochs = new EpochTracker();
    // What was handed on beyond the cursor before a stop was of the former life, or of one that was not settled.
    this.maybeDeliveredBelow = Math.max(this.maybeDeliveredBelow, this.maybeDeliveredBelowNext);
    this.maybeDeliveredBelowNext = 0;
    this.reached = this.cursor;
    if ((this.fingerprintEnd ?? 0) > this.cursor) this.fingerprint = undefined;
    if (seqsBegan) {
      this.accounting = new LossAccounting();
      // Nothing lies between the last record of the old seqs and the first of the new ones.
      this.accounting.startAt(image.runId);
      this.lastRunId = undefined;
    } else this.accounting = goneOn(this.accounting);
    this.jump(this.cursor, seqsBegan ? this.written : undefined);
    this.countFrom(seqsBegan ? 'newest' : 'resumed');
  }

  /** Of the incarnation that begins next, what starts below this may have been handed on before the stop. */
  mayHaveDelivered(abs: number): void {
    this.maybeDeliveredBelowNext = abs;
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
      ...(this.began === undefined ? {} : { began: this.began }),
      ...(this.fingerprint === undefined ? {} : { fingerprint: this.fingerprint }),
      ...(this.lastRunId === undefined ? {} : { lastRunId: this.lastRunId.toString() }),
      ...(this.written === undefined || !this.isWrittenProven ? {} : { written: this.written }),
      ...(this.heartbeats.size === 0 ? {} : { heartbeats: [...this.heartbeats] }),
      ...(this.maybeDeliveredBelow > this.cursor ? { maybeDeliveredBelow: this.maybeDeliveredBelow } : {}),
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
    run.sources = run.sources.map(([id, , next, , , , , ...more]) => [id, next, next, 0, 0, [], [], ...more]);
  state.totals = { delivered: 0, lost: 0, authoritative: 0 };
  const read = LossAccounting.fromJSON(state);
  if (!read.ok) throw new Error(read.message);
  return read.accounting;
}
