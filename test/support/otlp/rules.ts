/** What keeps a request from being OTLP/JSON as a collector takes it, and as docs/format.md 21 promises it. */
export type Rule =
  | 'not-json'
  | 'not-an-object'
  | 'not-an-array'
  | 'null'
  | 'unknown-key'
  | 'snake-case'
  | 'int64-not-text'
  | 'int64-form'
  | 'int64-range'
  | 'int32'
  | 'enumeration'
  | 'double'
  | 'bool'
  | 'string'
  | 'base64'
  | 'id-form'
  | 'id-length'
  | 'id-zero'
  | 'one-of-none'
  | 'one-of-many'
  | 'missing'
  | 'duplicate-attribute'
  | 'duplicate-metric'
  | 'time-order'
  | 'id-alone';

/** One thing that is wrong, and where. */
export interface Problem {
  readonly rule: Rule;
  /** For example `resourceLogs[0].scopeLogs[0].logRecords[3].traceId`. */
  readonly path: string;
  /** The value found, shortened. */
  readonly found: string;
}

const common = 'opentelemetry.proto.common.v1.';
const logs = 'opentelemetry.proto.logs.v1.';
const metrics = 'opentelemetry.proto.metrics.v1.';
const trace = 'opentelemetry.proto.trace.v1.';
const collector = 'opentelemetry.proto.collector.';

/** Length of an id in hex digits, by field name. Every other field of bytes is base64. */
export const idLengths: Readonly<Record<string, number>> = { traceId: 32, spanId: 16, parentSpanId: 16 };

/**
 * What protobuf does not demand (nothing is required there) but the data model or we do: the fields that must be set,
 * lists with something in them, texts that are not empty, times that are not 0.
 */
export const required: Readonly<Record<string, readonly string[]>> = {
  [`${collector}logs.v1.ExportLogsServiceRequest`]: ['resourceLogs'],
  [`${collector}metrics.v1.ExportMetricsServiceRequest`]: ['resourceMetrics'],
  [`${collector}trace.v1.ExportTraceServiceRequest`]: ['resourceSpans'],
  [`${logs}ResourceLogs`]: ['resource', 'scopeLogs'],
  [`${logs}ScopeLogs`]: ['scope', 'logRecords'],
  [`${logs}LogRecord`]: ['timeUnixNano', 'observedTimeUnixNano', 'severityNumber', 'severityText', 'body', 'eventName'],
  [`${metrics}ResourceMetrics`]: ['resource', 'scopeMetrics'],
  [`${metrics}ScopeMetrics`]: ['scope', 'metrics'],
  [`${metrics}Metric`]: ['name'],
  [`${metrics}Gauge`]: ['dataPoints'],
  [`${metrics}Sum`]: ['dataPoints', 'aggregationTemporality', 'isMonotonic'],
  [`${metrics}NumberDataPoint`]: ['timeUnixNano'],
  [`${trace}ResourceSpans`]: ['resource', 'scopeSpans'],
  [`${trace}ScopeSpans`]: ['scope', 'spans'],
  [`${trace}Span`]: ['traceId', 'spanId', 'name', 'kind', 'startTimeUnixNano', 'endTimeUnixNano'],
  [`${trace}Span.Event`]: ['timeUnixNano', 'name'],
  [`${trace}Span.Link`]: ['traceId', 'spanId'],
  [`${common}KeyValue`]: ['key', 'value'],
  [`${common}ArrayValue`]: ['values'],
  [`${common}KeyValueList`]: ['values']
};

/**
 * The same of a record of a device's own log (it has `opcua.log_object` and is no gap): it names no event, may have no
 * valid time, and a severity outside of the standard's scale has neither number nor text.
 */
export const requiredOfDeviceLog: readonly string[] = ['observedTimeUnixNano', 'body'];

/** Times that may be 0: OTLP's "unknown", a controller whose clock was never set. */
export const zeroTimes: ReadonlySet<string> = new Set([`${logs}LogRecord.timeUnixNano`]);

/**
 * Lists that are complete with nothing in them: a request that only carries what rides on its message, an empty array.
 */
export const mayBeEmpty: ReadonlySet<string> = new Set(['resourceLogs', 'resourceMetrics', 'resourceSpans', 'values']);

/** Required of the data points of one kind of metric only: a sum that began at no time cannot be added up. */
export const requiredOfPoints: Readonly<Record<string, readonly string[]>> = {
  [`${metrics}Sum`]: ['startTimeUnixNano']
};

/** Groups of fields of which exactly one is set, by message. */
export const exactlyOne: ReadonlySet<string> = new Set([
  `${common}AnyValue`,
  `${metrics}Metric`,
  `${metrics}NumberDataPoint`
]);

/** Pairs of times that must not stand in the wrong order, by message. */
export const timeOrder: Readonly<Record<string, readonly [string, string]>> = {
  [`${trace}Span`]: ['startTimeUnixNano', 'endTimeUnixNano'],
  [`${metrics}NumberDataPoint`]: ['startTimeUnixNano', 'timeUnixNano']
};

/**
 * Lists in which nothing may come twice, with what makes two entries the same: the key of an attribute; name, unit and
 * kind of a metric (two of one name and different units are unfortunate, and no error of the protocol).
 */
export const uniqueBy: Readonly<
  Record<
    string,
    { readonly of: (entry: Record<string, unknown>) => unknown; readonly key: string; readonly rule: Rule }
  >
> = {
  [`${common}KeyValue`]: { of: ({ key }) => key, key: 'key', rule: 'duplicate-attribute' },
  [`${metrics}Metric`]: {
    of: (metric) =>
      JSON.stringify([
        metric.name,
        metric.unit ?? '',
        Object.keys(metric).filter((key) => typeof metric[key] === 'object')
      ]),
    key: 'name',
    rule: 'duplicate-metric'
  }
};
