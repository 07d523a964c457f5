import { countOf, intersects } from '../base';
import { insertInterval, LossInterval, SeqRange } from './intervals';
import type { LossClass } from '../stream/items';

/** Inferred gaps kept per source in case the producer names them later. Of an older one the basis stays inferred. */
export const MAX_OPEN_GAPS = 64;
/**
 * Ranges kept per source that a RecordsDropped named before their seqs were passed. Beyond, a gap counts as inferred.
 */
export const MAX_WAITING_RANGES = 16;

/** A range as [first, last]; 1 behind them: an open gap that is indeterminate. */
export type SavedRange = [number, number] | [number, number, 1];

/**
 * [sourceId, base, next, lost, authoritative, open gaps, waiting ranges], and 1 behind them where its next gap is
 * indeterminate.
 */
export type SourceState = [number, number, number, number, number, SavedRange[], SavedRange[], 1?];

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
    copy.state = this.state;
    return copy;
  }

  /**
   * Takes a record at or above `next`. `dropped` = what it names as lost, `checkpoint` = its seq proves the gap in
   * front of
   * it.
   */
  advance(seq: number, dropped: SeqRange | undefined, checkpoint: boolean): LossDelta[] {
    // Which of them were handed on nobody can tell: others may have been lost before, and dropped ones have seqs but no
    // records.
    const gap: OpenGap | undefined =
      seq > this.next
        ? { first: this.next, last: seq - 1, class: this.doubtful ? 'indeterminate' : 'lost' }
        : undefined;
    this.doubtful = false;
    const named =
      gap !== undefined &&
      (checkpoint ||
        (dropped !== undefined && intersects(gap, dropped)) ||
        this.waiting.some((range) => intersects(range, gap)));
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
