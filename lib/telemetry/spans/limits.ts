/**
 * How much a span store keeps. Everything that reaches a limit is closed early or counted, never silently gone
 * (docs/format.md 23).
 */
export interface SpanLimits {
  /**
   * Spans that have begun and not ended, over all streams. At the limit the oldest is closed as truncated, reason
   * `limit`.
   */
  readonly openSpans: number;
  /** Events of one span; further ones are counted in its droppedEventsCount. */
  readonly eventsPerSpan: number;
  /**
   * Spans that were handed out and whose closing record is not settled. From here on the store is full: who can
   * wait for settlements does (SpanStore.isFull).
   */
  readonly unsettledSpans: number;
  /**
   * Bytes of the image, about, beside what is remembered of identities and sources. Open spans may use half of it, then
   * the oldest is closed as above; from half of it in spans that are not settled on the span store is full.
   */
  readonly imageBytes: number;
  /**
   * Spans not settled in a store that goes on all the same: beyond, the oldest is forgotten, after a kill it is
   * not handed out again. Far above what one message can close.
   */
  readonly keptSpans: number;
  /** The same in bytes. */
  readonly keptBytes: number;
  /**
   * Identities of conditions, and as many of batches, whose uses are remembered, to know one that is used again. The
   * one used longest ago goes first.
   */
  readonly identities: number;
  /**
   * Sources of one stream whose last seq is remembered, to know a record that is read again. The first seen goes first.
   */
  readonly sources: number;
  /**
   * Streams at a time. The one that is silent longest goes first, its open spans closed as truncated, reason `limit`.
   */
  readonly streams: number;
}

/** The limits of a span store that is told no others. */
export const SPAN_LIMITS: SpanLimits = {
  openSpans: 1000,
  eventsPerSpan: 128,
  unsettledSpans: 1000,
  imageBytes: 8 * 1024 * 1024,
  keptSpans: 100_000,
  keptBytes: 128 * 1024 * 1024,
  identities: 1024,
  sources: 4096,
  streams: 64
};
