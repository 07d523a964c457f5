/** Spans out of documents: conditions, batches, states (docs/format.md 23). */
export type { Applied, RestoreResult, SpanStore, SpanCounts, SpanFacts, SpanIds } from './api';
export { createSpanStore } from './span-store';
export { correlationOf } from './correlation';
export { SPAN_LIMITS } from './limits';
export type { SpanLimits } from './limits';
