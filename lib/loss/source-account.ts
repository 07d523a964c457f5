import { countOf, insertInterval, intersects, LossInterval, SeqRange } from './intervals';
import type { LossClass } from '../ring/items';
import type { SourceState } from './state';

/** Inferred gaps kept per source in case the producer names them later. Of an older one the basis stays inferred. */
export const MAX_OPEN_GAPS = 64;
/** Ranges kept per source that a RecordsDropped named before their seqs were passed. Beyond, a gap counts as inferred. */
export const MAX_WAITING_RANGES = 16;

/** A gap that was reported as inferred. */
export interface OpenGap extends SeqRange {
  /** Its seqs up to here may have been delivered before an unclean stop; absent where none may. */
  readonly doubtTo?: number;
}

/** Records passed over, of all sources, and how many of the first of them may have been handed on. */
export interface PassedOver {
  readonly passed: number;
  readonly doubt: number;
}

/** A source of which nothing was passed over. */
export const NOTHING_PASSED: PassedOver = { passed: 0, doubt: 0 };

/** After `records` more were passed over, of which the first `doubtful` may have been handed on. */
export function passedOver({ passed, doubt }: PassedOver, records: number, doubtful: number): PassedOver {
  const limit = Number.MAX_SAFE_INTEGER;
  return { passed: Math.min(limit, passed + records), doubt: doubtful > 0 ? Math.min(limit, passed + doubtful) : doubt };
}

/** One range to report. `upgrade`: reported before as inferred, now known by the producer's word. */
export interface LossDelta extends LossInterval {
  readonly class: LossClass;
  readonly upgrade: boolean;
}

/**
 * The account of one (run, source), after the clipped rule of docs/format.md 9: every seq in [base, next) was either
 * delivered or lies in exactly one gap, and a gap is reported once, when the record after it comes.
 * So delivered + lost = next - base holds by construction; what a RecordsDropped says can change a gap's basis, never a sum.
 */
export class SourceAccount {
  /** Seqs in gaps. */
  lost = 0;
  /** Of these, known by the producer's word. */
  authoritative = 0;
  /** Inferred gaps, ascending, disjoint, inside [base, next). Authoritative ones cannot change any more and are not kept. */
  open: OpenGap[] = [];
  /** Named by a RecordsDropped, at or above `next`, ascending, disjoint. */
  waiting: LossInterval[] = [];
  /** Records of all sources that were passed over since its last one, at most. */
  passed: number;
  /** Up to how many of the seqs after its last one may have been handed on before an unclean stop. */
  doubt: number;
  /** Its saved form, as long as nothing changed. */
  state: SourceState | undefined;

  constructor(
    /** First seq that counts. */
    readonly base: number,
    /** One past the highest seq seen: the seq expected next. */
    public next: number,
    before: PassedOver = NOTHING_PASSED
  ) {
    this.passed = before.passed;
    this.doubt = before.doubt;
  }

  get delivered(): number {
    return this.next - this.base - this.lost;
  }

  /**
   * Takes a record at or above `next`. `dropped` = what it names as lost, `checkpoint` = its seq proves the gap in front of
   * it.
   */
  advance(seq: number, dropped: SeqRange | undefined, checkpoint: boolean): LossDelta[] {
    // Those that may have been handed on stand behind what was passed over before the stop, and before what was after it.
    const doubt = this.doubt > 0 ? { doubtTo: Math.min(seq - 1, this.next + this.doubt - 1) } : {};
    const gap: OpenGap | undefined = seq > this.next ? { first: this.next, last: seq - 1, ...doubt } : undefined;
    this.passed = this.doubt = 0;
    const named = gap !== undefined && (checkpoint || (dropped !== undefined && intersects(gap, dropped)) || this.waiting.some((range) => intersects(range, gap)));
    this.next = seq + 1;
    this.state = undefined;
    if (this.waiting.length > 0) this.clipWaiting();
    const deltas = dropped === undefined ? [] : this.name(dropped);
    if (gap === undefined) return deltas;
    this.lost += countOf(gap);
    if (named) this.authoritative += countOf(gap);
    else this.keepOpen(gap);
    deltas.push(...classed(gap, named ? 'authoritative' : 'inferred', false));
    return deltas;
  }

  /** Takes a RecordsDropped's range: raises the basis of the open gaps it meets, and keeps its part at or above `next` waiting. */
  name(dropped: SeqRange): LossDelta[] {
    const deltas: LossDelta[] = [];
    this.state = undefined;
    if (this.open.some((gap) => intersects(gap, dropped))) {
      const still: OpenGap[] = [];
      for (const gap of this.open) {
        if (!intersects(gap, dropped)) still.push(gap);
        else {
          this.authoritative += countOf(gap);
          deltas.push(...classed(gap, 'authoritative', true));
        }
      }
      this.open = still;
    }
    if (dropped.last >= this.next) {
      this.waiting = insertInterval(this.waiting, { first: Math.max(dropped.first, this.next), last: dropped.last, basis: 'authoritative' });
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
    this.waiting = this.waiting.filter((range) => range.last >= next).map((range) => (range.first < next ? { ...range, first: next } : range));
  }
}

/** The gap in parts of one class each. */
function classed({ first, last, doubtTo }: OpenGap, basis: LossInterval['basis'], upgrade: boolean): LossDelta[] {
  if (doubtTo === undefined) return [{ first, last, basis, upgrade, class: 'lost' }];
  const parts: LossDelta[] = [{ first, last: doubtTo, basis, upgrade, class: 'indeterminate' }];
  if (doubtTo < last) parts.push({ first: doubtTo + 1, last, basis, upgrade, class: 'lost' });
  return parts;
}
