/**
 * The items of a stream, in order, as messages carry them (docs/design.md 3): plain objects, 64-bit ids and
 * times as decimal strings, positions, seqs and counts as numbers, payloads as Node Buffers.
 */

/** One slot of a record item. */
export interface ItemSlot {
  key: number;
  /** TLV tag as found, known or not (docs/format.md 2). */
  type: number;
  /** The raw bytes: a view of the batch's payload, not a copy. */
  payload: Buffer;
}

/** A record that was read: its header, and its slots in record order. */
export interface RecordItem {
  kind: 'record';
  /** Absolute position of the record's first byte; its offset in the payload where bytes came without a ring. */
  abs: number;
  /** All 16 bits of the flags word (docs/format.md 1). */
  flags: number;
  /** Decimal text, nanoseconds since the Unix epoch. */
  sourceTimeNs: string;
  /** Decimal text. */
  runId: string;
  seq: number;
  sourceId: number;
  eventTypeId: number;
  slots: ItemSlot[];
}

/** How a loss is known: a gap in the seqs alone, or the producer's own word (docs/format.md 9). */
export type LossBasis = 'inferred' | 'authoritative';
/**
 * `indeterminate` = may or may not have been delivered before an unclean stop. `before-contact` = overwritten before
 * the first record that was ever read of its run and source: no loss (docs/format.md 9).
 */
export type LossClass = 'lost' | 'indeterminate' | 'before-contact';
/** Every class of a loss. */
export const LOSS_CLASSES: readonly LossClass[] = ['lost', 'indeterminate', 'before-contact'];

/**
 * Seqs of one source that will not come: `firstSeq` to `lastSeq`, both included, `count` of them (docs/format.md 9).
 */
export interface LossItem {
  kind: 'loss';
  /** Decimal text. */
  runId: string;
  sourceId: number;
  firstSeq: number;
  lastSeq: number;
  count: number;
  basis: LossBasis;
  class: LossClass;
  /**
   * Source time of the record before the gap, the last one of its source that was handed on, decimal text; absent where
   * there is none.
   */
  afterTimeNs?: string;
  /** Source time of the record behind the gap, decimal text; absent in an upgrade. */
  beforeTimeNs?: string;
  /** True: the basis of a range reported before has risen; adds nothing to any sum. */
  upgrade?: true;
}

/** The ring was overwritten beyond the cursor: the bytes of [fromAbs, toAbs) were never read. */
export interface LapItem {
  kind: 'lap';
  fromAbs: number;
  toAbs: number;
  /** By how much the control block's lost count rose meanwhile, in records. */
  lostCountDelta: number;
}

/** The ring began anew (positions may restart): accounting starts afresh (docs/format.md 10). */
export interface IncarnationItem {
  kind: 'incarnation';
  /** Counter of the ring's restarts, before and after. */
  from: number;
  to: number;
  /** What gave the restart away, for people. */
  reason: string;
}

/** The bytes of [fromAbs, toAbs) could not be read as records and were passed over. */
export interface SkippedItem {
  kind: 'skipped';
  fromAbs: number;
  toAbs: number;
  /** What stood there instead, for people. */
  reason: string;
}

/** Everything in a stream that is not a record. */
export type NoticeItem = LossItem | LapItem | IncarnationItem | SkippedItem;
/** One element of a stream; `kind` tells which. */
export type Item = RecordItem | NoticeItem;
/** A notice on its way from reader to decoder: belongs before the first record that starts at or after `beforeAbs`. */
export type Notice = NoticeItem & { beforeAbs: number };

/** Where in a batch's payload the absolute position jumps. The first segment has offset 0. */
export interface Segment {
  /** Byte of the payload. */
  offset: number;
  /** Ring position of that byte; the bytes up to the next segment follow on from it. */
  abs: number;
}
