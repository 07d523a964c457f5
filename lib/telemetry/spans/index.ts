/** Spans out of documents: conditions, batches, states (docs/format.md 23). */
export type { Applied, RestoreResult, SpanBook, SpanCounts, SpanFacts, SpanIds } from './api';
export { createSpanBook } from './book';
export { correlationOf } from './correlation';
export { SPAN_LIMITS } from './limits';
export type { SpanLimits } from './limits';
