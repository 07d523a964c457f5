import { isoTime } from '../../document/iso-time';
import { emptyRequest, groupMetrics } from '../assemble';
import { textAttribute, UniqueAttributes } from '../attributes';
import type {
  KeyValue,
  LogRecord,
  LogsRequest,
  MappedItems,
  Metric,
  MetricsRequest,
  NumberDataPoint,
  Signal,
  Span,
  TracesRequest
} from '../otlp-types';
import { literalAttributes } from './literal/attributes';
import { literalLogRecord, literalMetric, literalSpan } from './literal/items';
import type {
  LiteralLogRecord,
  LiteralLogsRequest,
  LiteralMetric,
  LiteralMetricsRequest,
  LiteralSpan,
  LiteralTracesRequest
} from './literal/types';
import { eventIds, scopeAttributes } from './scope';
import type { NetworkSettings } from './settings';
import { unsignedZero, withoutNegativeZero } from './zero';

/** The export request of each signal, in either encoding. */
export interface NetworkRequestOf {
  logs: LogsRequest | LiteralLogsRequest;
  metrics: MetricsRequest | LiteralMetricsRequest;
  traces: TracesRequest | LiteralTracesRequest;
}

/** What stands in the array of items. */
type Item = LogRecord | Metric | Span | LiteralLogRecord | LiteralMetric | LiteralSpan;

/** The export request of prepared items; one of no items has no envelope either. */
export function networkRequest<S extends Signal>(
  signal: S,
  items: Partial<MappedItems>,
  settings: NetworkSettings
): NetworkRequestOf[S] {
  const array = settings.encoding === 'literal' ? literalItems(signal, items) : otlpItems(signal, items);
  if (array.length === 0) return emptyRequest(signal);
  const scope = {
    name: settings.scopeName,
    version: settings.scopeVersion,
    attributes: encoded(scopeAttributes(signal, array, settings), settings)
  };
  const resource = { attributes: encoded(resourceAttributes(signal, settings), settings) };
  const wrapped: Record<Signal, unknown> = {
    logs: { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: array }] }] },
    metrics: { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: array }] }] },
    traces: { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: array }] }] }
  };
  return wrapped[signal] as NetworkRequestOf[S];
}

function otlpItems(signal: Signal, { logs = [], metrics = [], spans = [] }: Partial<MappedItems>): Item[] {
  if (signal === 'logs') return logs.map((log) => ({ ...log, attributes: withoutNegativeZero(log.attributes) }));
  return signal === 'metrics' ? groupMetrics(metrics).map(windowedMetric) : spans.map(timedSpan);
}

function literalItems(signal: Signal, { logs = [], metrics = [], spans = [] }: Partial<MappedItems>): Item[] {
  if (signal === 'logs') return logs.map(literalLogRecord);
  return signal === 'metrics' ? groupMetrics(metrics).map(literalMetric) : spans.map(literalSpan);
}

/**
 * The specification's `endTimeUnixNano` of a point is no field of OTLP, and a strict receiver refuses unknown fields:
 * it
 * stands among the attributes, beside `timeUnixNano`. The window of a gauge begins where it ends.
 */
function windowedMetric(metric: Metric): Metric {
  const { gauge, sum } = metric;
  if (gauge !== undefined) return { ...metric, gauge: { dataPoints: gauge.dataPoints.map(windowedPoint) } };
  return sum === undefined ? metric : { ...metric, sum: { ...sum, dataPoints: sum.dataPoints.map(windowedPoint) } };
}

function windowedPoint(point: NumberDataPoint): NumberDataPoint {
  const { asDouble, timeUnixNano } = point;
  return {
    ...point,
    ...(asDouble === undefined ? {} : { asDouble: unsignedZero(asDouble) }),
    startTimeUnixNano: point.startTimeUnixNano ?? timeUnixNano,
    attributes: [...withoutNegativeZero(point.attributes), textAttribute('endTimeUnixNano', timeUnixNano)]
  };
}

/** So does the `time` of a span event, beside its `timeUnixNano`; an attribute that a flow calls `time` makes room. */
function timedSpan(span: Span): Span {
  const events = span.events.map((event) => {
    const time = textAttribute('time', isoTime(event.timeUnixNano));
    const beside = new UniqueAttributes([time]);
    for (const { key, value } of withoutNegativeZero(event.attributes)) beside.put(key, value);
    return { ...event, attributes: [...beside.list.slice(1), time] };
  });
  return { ...span, attributes: withoutNegativeZero(span.attributes), events };
}

const reserved: readonly string[] = ['eid', 'producer', 'domain'];

function resourceAttributes(signal: Signal, { producer, domain, resource }: NetworkSettings): KeyValue[] {
  return [
    textAttribute('eid', eventIds[signal]),
    textAttribute('producer', producer),
    textAttribute('domain', domain),
    ...resource.filter(({ key }) => !reserved.includes(key))
  ];
}

function encoded(
  attributes: KeyValue[],
  { encoding }: NetworkSettings
): KeyValue[] | ReturnType<typeof literalAttributes> {
  return encoding === 'literal' ? literalAttributes(attributes) : attributes;
}
