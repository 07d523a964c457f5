/**
 * Enriched documents as OpenTelemetry (docs/format.md 21 to 24), without Node-RED: what the node openot-otel is made
 * of. Pure: times come as arguments, ids from the records.
 */
export { traceContextOf, traceIdOfTransaction, traceparentOf } from './api';
export type { ApiCallEvent, ApiDocument, CallSpanKind, CallStatus, CallValue, TraceContext } from './api';
export { assembleRequest, emptyRequest } from './assemble';
export type { Envelope, RequestOf } from './assemble';
export type { ClockItems, ClockLimits, ClockReason, ClockState, ClockSuspect } from './clock-watch';
export type { DeviceGap, DeviceLog, DeviceLogDocument } from './device-log';
export { createOtlpJsonWriter, otlpJson } from './json';
export type { OtlpJsonWriter } from './json';
export { createOtelMapper, defaultMappingSettings } from './mapper';
export type {
  Correlation,
  Mapped,
  MappedDocuments,
  MapperFacts,
  MapperOptions,
  MappingProblem,
  MappingSettings,
  OtelMapper,
  SeverityOverride,
  SpanStorePort
} from './mapper';
export { createMeter, selfMetrics, ucumOf } from './metrics';
export type { Measured, Meter, MetricSettings, NotAStatus, SelfMetricName } from './metrics';
export * from './network';
export type * from './otlp-types';
export { severityName } from './severity';
export { correlationOf, createSpanStore, SPAN_LIMITS } from './spans';
export type { Applied, RestoreResult, SpanStore, SpanCounts, SpanFacts, SpanIds, SpanLimits } from './spans';
export { uidOf } from './uid';
