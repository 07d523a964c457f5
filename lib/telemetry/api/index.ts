/** Calls of interfaces: API documents, the spans they become, and the trace they belong to (docs/format.md 24). */
export type { ApiCallEvent, ApiDocument, CallSpanKind, CallStatus, CallValue } from './document';
export { traceIdOfTransaction } from './ids';
export { apiDocumentOf, isApiKind } from './read';
export { spanOfCall, statusOfCode } from './span';
export { traceContextOf, traceparentOf } from './trace-context';
export type { TraceContext } from './trace-context';
