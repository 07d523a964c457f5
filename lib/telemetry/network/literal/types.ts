/**
 * The open networks' telemetry specification as it writes itself (docs/format.md 24): ids in the dashed form of uuids,
 * status, kind and severity as text, integers as JSON numbers, `endTimeUnixNano` in points, `time` in span events. No
 * OTLP:
 * a collector refuses it.
 */

/**
 * Exactly one property is set. `intValue` is a number where JSON readers keep it exact (up to 2^53-1), decimal text
 * beyond.
 * The specification knows no bytes: they are base64 in `stringValue`.
 */
export interface LiteralValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: number | string;
  doubleValue?: number;
  arrayValue?: { values: LiteralValue[] };
  kvlistValue?: { values: LiteralKeyValue[] };
}

/** One attribute. */
export interface LiteralKeyValue {
  key: string;
  value: LiteralValue;
}

/** An audit event. */
export interface LiteralLogRecord {
  timeUnixNano: string;
  observedTimeUnixNano: string;
  /** Decimal text. */
  severityNumber: string;
  severityText: string;
  eventName: string;
  /** 8-4-4-4-12 hex digits. */
  traceId?: string;
  /** The same form; the 16 hex digits of OTLP's are the last ones, zeros before them. */
  spanId?: string;
  flags?: number;
  body: LiteralValue;
  attributes: LiteralKeyValue[];
}

/** One measured value over a time window. */
export interface LiteralDataPoint {
  asDouble: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: LiteralKeyValue[];
}

/**
 * A metric: the specification uses sums only, and in its current version non-monotonic ones only, so a counter says
 * `isMonotonic` false here, too (in encoding `otlp` it says true). A gauge is cumulative, its window a point in time.
 */
export interface LiteralMetric {
  name: string;
  unit: string;
  description?: string;
  sum: { aggregationTemporality: 2; isMonotonic: false; dataPoints: LiteralDataPoint[] };
}

/** Something that happened within a span. */
export interface LiteralSpanEvent {
  name: string;
  /** ISO 8601 with 9 digits. */
  time: string;
  attributes: LiteralKeyValue[];
}

/** An API event. Ids as in log records. */
export interface LiteralSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: 'Unset' | 'Ok' | 'Error';
  /** Absent where nobody told it. */
  kind?: 'Internal' | 'Server' | 'Client' | 'Producer' | 'Consumer';
  attributes: LiteralKeyValue[];
  events: LiteralSpanEvent[];
  droppedEventsCount?: number;
}

/** What the items come from. */
export interface LiteralResource {
  attributes: LiteralKeyValue[];
}

/** Transport facts of the batch. */
export interface LiteralScope {
  name: string;
  version: string;
  attributes: LiteralKeyValue[];
}

/** AUDIT. */
export interface LiteralLogsRequest {
  resourceLogs: { resource: LiteralResource; scopeLogs: { scope: LiteralScope; logRecords: LiteralLogRecord[] }[] }[];
}

/** METRIC. */
export interface LiteralMetricsRequest {
  resourceMetrics: { resource: LiteralResource; scopeMetrics: { scope: LiteralScope; metrics: LiteralMetric[] }[] }[];
}

/** API. */
export interface LiteralTracesRequest {
  resourceSpans: { resource: LiteralResource; scopeSpans: { scope: LiteralScope; spans: LiteralSpan[] }[] }[];
}
