/**
 * The items of a stream, in order, as messages carry them (docs/design.md 3): plain objects, 64-bit ids and
 * times as decimal strings, positions, seqs and counts as numbers, payloads as Node Buffers.
 */

export interface ItemSlot {
  key: number;
  type: number;
  payload: Buffer;
}

export interface RecordItem {
  kind: 'record';
  /** Absolute position of the record's first byte; its offset in the payload where bytes came without a ring. */
  abs: number;
  flags: number;
  sourceTimeNs: string;
  runId: string;
  seq: number;
  sourceId: number;
  eventTypeId: number;
  slots: ItemSlot[];
}

export type LossBasis = 'inferred' | 'authoritative';
/** `indeterminate` = may or may not have been delivered before an unclean stop. */
export type LossClass = 'lost' | 'indeterminate';

export interface LossItem {
  kind: 'loss';
  runId: string;
  sourceId: number;
  firstSeq: number;
  lastSeq: number;
  count: number;
  basis: LossBasis;
  class: LossClass;
  /** True: the basis of a range reported before has risen; adds nothing to any sum. */
  upgrade?: true;
}

/** The ring was overwritten beyond the cursor: the bytes between were never read. */
export interface LapItem {
  kind: 'lap';
  fromAbs: number;
  toAbs: number;
  lostCountDelta: number;
}

/** The ring began anew (positions may restart): accounting starts afresh. */
export interface IncarnationItem {
  kind: 'incarnation';
  from: number;
  to: number;
  reason: string;
}

/** A range that could not be read as records and was passed over. */
export interface SkippedItem {
  kind: 'skipped';
  fromAbs: number;
  toAbs: number;
  reason: string;
}

export type NoticeItem = LossItem | LapItem | IncarnationItem | SkippedItem;
export type Item = RecordItem | NoticeItem;
/** A notice on its way from reader to decoder: belongs before the first record that starts at or after `beforeAbs`. */
export type Notice = NoticeItem & { beforeAbs: number };

/** Where in a batch's payload the absolute position jumps. The first segment has offset 0. */
export interface Segment {
  offset: number;
  abs: number;
}
