import { countOf, intersects } from '../base';
import { insertInterval, LossInterval, SeqRange } from './intervals';
import type { LossClass } from '../stream/items';
import { u64Of } from '../wire';

/** Inferred gaps kept per source in case the producer names them later. Of an older one the basis stays inferred. */
export const MAX_OPEN_GAPS = 64;
/**
 * Ranges kept per source that a RecordsDropped named before their seqs were passed. Beyond, a gap counts as inferred.
 */
export const MAX_WAITING_RANGES = 16;

/** A range as [first, last]; 1 behind them: an open gap that is indeterminate; 2: one of before first contact. */
export type SavedRange = [number, number] | [number, number, 1 | 2];

/**
 * [sourceId, base, next, lost, authoritative, open gaps, waiting ranges], 1 behind them where its next gap is
 * indeterminate, else 0; then the source time of its last record and the latest one, as decimal text. What is not known
 * is left out at the end.
 */
export type SourceState = [
  number,
  number,
  number,
  number,
  number,
  SavedRange[],
  SavedRange[],
  (0 | 1)?,
  string?,
  string?
];

/** A gap that was reported as inferred. */
export interface OpenGap extends SeqRange {
  readonly class: LossClass;
}

/** One range to report. `upgrade`: reported before as inferred, now known by the producer's word. */
export interface LossDelta extends LossInterval {
  readonly class: LossClass;
  readonly upgrade: boolean;
}

/**
 * The account of one (run, source), after the clipped rule of docs/format.md 9: every seq in [base, next) was either
 * delivered or lies in exactly one gap, and a gap is reported once, when the record after it comes.
 * So delivered + lost = next - base holds by construction; what a RecordsDropped says can change a gap's basis, never a
 * sum.
 */
export class SourceAccount {
  /** Seqs in gaps. */
  lost = 0;
  /** Of these, known by the producer's word. */
  authoritative = 0;
  /**
   * Inferred gaps, ascending, disjoint, inside [base, next). Authoritative ones cannot change any more and are not
   * kept.
   */
  open: OpenGap[] = [];
  /** Named by a RecordsDropped, at or above `next`, ascending, disjoint. */
  waiting: LossInterval[] = [];
  /** Source time of its last record, and the latest of all: their halves. 0 is no time: a clock that was never set. */
  timeHigh = 0;
  timeLow = 0;
  latestHigh = 0;
  latestLow = 0;
  /** Its saved form, as long as nothing changed. */
  state: SourceState | undefined;

  constructor(
    /** First seq that counts. */
    readonly base: number,
    /** One past the highest seq seen: the seq expected next. */
    public next: number,
    /** Since its last record places were passed over that may have been handed on before an unclean stop. */
    public doubtful = false
  ) {}

  get delivered(): number {
    return this.next - this.base - this.lost;
  }

  /** The same account, to be changed without changing this one. */
  copy(): SourceAccount {
    const copy = new SourceAccount(this.base, this.next, this.doubtful);
    copy.lost = this.lost;
    copy.authoritative = this.authoritative;
    copy.open = this.open.slice();
    copy.waiting = this.waiting.slice();
    copy.timeHigh = this.timeHigh;
    copy.timeLow = this.timeLow;
    copy.latestHigh = this.latestHigh;
    copy.latestLow = this.latestLow;
    copy.state = this.state;
    return copy;
  }

  /** Source time of its last record, nanoseconds since 1970; undefined where not known. */
  get lastTimeNs(): bigint | undefined {
    return timeOf(this.timeLow, this.timeHigh);
  }

  /** The latest source time of all its records: where the clock was set back, not that of the last one. */
  get latestTimeNs(): bigint | undefined {
    return timeOf(this.latestLow, this.latestHigh);
  }

  /** The source time of the record that was taken, its halves. */
  at(low: number, high: number): void {
    this.timeLow = low;
    this.timeHigh = high;
    if (high > this.latestHigh || (high === this.latestHigh && low > this.latestLow)) {
      this.latestLow = low;
      this.latestHigh = high;
    }
  }

  /**
   * Takes a record at or above `next`. `dropped` = what it names as lost, `checkpoint` = its seq proves the gap in
   * front of it. `isContact` = it is the first one of its source, and nothing was passed over since first contact.
   */
  advance(seq: number, dropped: SeqRange | undefined, checkpoint: boolean, isContact = false): LossDelta[] {
    // Which of them were handed on nobody can tell: others may have been lost before, and dropped ones have seqs but no
    // records.
    const gap: (SeqRange & { class: LossClass }) | undefined =
      seq > this.next
        ? { first: this.next, last: seq - 1, class: this.doubtful ? 'indeterminate' : 'lost' }
        : undefined;
    this.doubtful = false;
    const isDropped =
      gap !== undefined &&
      ((dropped !== undefined && intersects(gap, dropped)) || this.waiting.some((range) => intersects(range, gap)));
    const named = gap !== undefined && (checkpoint || isDropped);
    // What the producer says that it dropped was not overwritten.
    if (gap !== undefined && isContact && !isDropped && gap.class === 'lost') gap.class = 'before-contact';
    this.next = seq + 1;
    this.state = undefined;
    if (this.waiting.length > 0) this.clipWaiting();
    const deltas = dropped === undefined ? [] : this.name(dropped);
    if (gap === undefined) return deltas;
    this.lost += countOf(gap);
    if (named) this.authoritative += countOf(gap);
    else this.keepOpen(gap);
    deltas.push({ ...gap, basis: named ? 'authoritative' : 'inferred', upgrade: false });
    return deltas;
  }

  /**
   * Takes a RecordsDropped's range: raises the basis of the open gaps it meets, and keeps its part at or above `next`
   * waiting.
   */
  name(dropped: SeqRange): LossDelta[] {
    const deltas: LossDelta[] = [];
    this.state = undefined;
    if (this.open.some((gap) => intersects(gap, dropped))) {
      const still: OpenGap[] = [];
      for (const gap of this.open) {
        if (!intersects(gap, dropped)) still.push(gap);
        else {
          this.authoritative += countOf(gap);
          deltas.push({ ...gap, basis: 'authoritative', upgrade: true });
        }
      }
      this.open = still;
    }
    if (dropped.last >= this.next) {
      this.waiting = insertInterval(this.waiting, {
        first: Math.max(dropped.first, this.next),
        last: dropped.last,
        basis: 'authoritative'
      });
      // The ranges that will be passed first are the ones worth keeping.
      if (this.waiting.length > MAX_WAITING_RANGES) this.waiting.length = MAX_WAITING_RANGES;
    }
    return deltas;
  }

  private keepOpen(gap: OpenGap): void {
    this.open.push(gap);
    if (this.open.length > MAX_OPEN_GAPS) this.open.shift();
  }

  private clipWaiting(): void {
    const next = this.next;
    this.waiting = this.waiting
      .filter((range) => range.last >= next)
      .map((range) => (range.first < next ? { ...range, first: next } : range));
  }
}

const timeOf = (low: number, high: number): bigint | undefined =>
  low === 0 && high === 0 ? undefined : u64Of(low, high);
