/**
 * OTLP/JSON as OTLP 1.x writes it (docs/format.md 21): camelCase keys, ids as lowercase hex, 64-bit integers as decimal
 * strings, enumerations as integers, bytes as base64. Only what this package produces; all plain objects.
 */

/**
 * Exactly one property is set. `intValue` is decimal text within signed 64 bits, `bytesValue` base64, `doubleValue`
 * finite.
 */
export interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  bytesValue?: string;
  arrayValue?: { values: AnyValue[] };
  kvlistValue?: { values: KeyValue[] };
}

/** Keys are unique within one list of attributes. */
export interface KeyValue {
  key: string;
  value: AnyValue;
}

/** One log record. Times are decimal text, nanoseconds since the Unix epoch. */
export interface LogRecord {
  /** Left out where the record has no valid time. */
  timeUnixNano?: string;
  observedTimeUnixNano: string;
  /** 1 to 24; 0 where it is not known. */
  severityNumber: number;
  severityText?: string;
  eventName?: string;
  body: AnyValue;
  attributes: KeyValue[];
  /** 32 lowercase hex digits, never all zero. */
  traceId?: string;
  /** 16 lowercase hex digits, never all zero. */
  spanId?: string;
  flags?: number;
}

/** One measured value. Exactly one of `asInt` (decimal text) and `asDouble` (finite) is set. */
export interface NumberDataPoint {
  attributes: KeyValue[];
  startTimeUnixNano?: string;
  timeUnixNano: string;
  asInt?: string;
  asDouble?: number;
}

/** A data point with what its metric says: `assembleRequest` puts points of one metric together. */
export interface MetricPoint {
  readonly name: string;
  /** UCUM. */
  readonly unit: string;
  readonly description?: string;
  /** `sum` is cumulative and monotonic. */
  readonly kind: 'gauge' | 'sum';
  readonly point: NumberDataPoint;
}

/** A metric with its points; exactly one of `gauge` and `sum`. */
export interface Metric {
  name: string;
  description?: string;
  unit: string;
  gauge?: { dataPoints: NumberDataPoint[] };
  /** aggregationTemporality 2 = cumulative. */
  sum?: { dataPoints: NumberDataPoint[]; aggregationTemporality: 2; isMonotonic: true };
}

/** Something that happened within a span. */
export interface SpanEvent {
  timeUnixNano: string;
  name: string;
  attributes: KeyValue[];
}

/**
 * One finished span. `kind` 0 = not told (in the encoding `literal` only), 1 INTERNAL, 2 SERVER, 3 CLIENT, 4 PRODUCER,
 * 5 CONSUMER; status code 0 unset, 1 ok, 2 error.
 */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: 0 | 1 | 2 | 3 | 4 | 5;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  events: SpanEvent[];
  droppedEventsCount?: number;
  status: { code?: 0 | 1 | 2; message?: string };
}

/** What the items come from. */
export interface Resource {
  attributes: KeyValue[];
}

/** What made the items. */
export interface Scope {
  name?: string;
  version?: string;
  attributes?: KeyValue[];
}

/** The three kinds of export request. */
export type Signal = 'logs' | 'metrics' | 'traces';

/** Body of POST /v1/logs. */
export interface LogsRequest {
  resourceLogs: {
    resource: Resource;
    scopeLogs: { scope: Scope; logRecords: LogRecord[]; schemaUrl?: string }[];
    schemaUrl?: string;
  }[];
}

/** Body of POST /v1/metrics. */
export interface MetricsRequest {
  resourceMetrics: {
    resource: Resource;
    scopeMetrics: { scope: Scope; metrics: Metric[]; schemaUrl?: string }[];
    schemaUrl?: string;
  }[];
}

/** Body of POST /v1/traces. */
export interface TracesRequest {
  resourceSpans: {
    resource: Resource;
    scopeSpans: { scope: Scope; spans: Span[]; schemaUrl?: string }[];
    schemaUrl?: string;
  }[];
}

/** What one batch of documents, or one status message, becomes. */
export interface MappedItems {
  readonly logs: LogRecord[];
  readonly metrics: MetricPoint[];
  readonly spans: Span[];
}
