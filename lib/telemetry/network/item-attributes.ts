/** What the open networks' specification asks of each item, as attributes (docs/format.md 24). */
import { textAttribute } from '../attributes';
import type { KeyValue, LogRecord, MetricPoint, Span } from '../otlp-types';
import type { AuditItem } from './audit-item';
import { metricWords } from './metric-words';
import type { NetworkSettings } from './settings';
import { uuidOf } from './uuid';

/** Of a log record: its uuid, and what changed. */
export function auditAttributes(log: LogRecord, item: AuditItem): KeyValue[] {
  const uid = textOf(log.attributes, 'log.record.uid') ?? JSON.stringify(log);
  const attributes = [
    textAttribute('log_uuid', uuidOf('openot/log', uid)),
    textAttribute('item.id', item.id),
    textAttribute('item.type', item.type),
    ...(item.name === undefined ? [] : [textAttribute('item.name', item.name)]),
    textAttribute('item.code', item.code),
    textAttribute('item.prevstate', item.prevState),
    textAttribute('item.state', item.state)
  ];
  if (item.durationNs === undefined) return attributes;
  const whole = item.durationNs / 1_000_000_000n;
  return [
    ...attributes,
    textAttribute('item.duration', secondsText(item.durationNs)),
    { key: 'item.duration.seconds', value: { intValue: String(whole) } }
  ];
}

/** Exact, without trailing zeros: `65`, `0.25`. */
function secondsText(nanoseconds: bigint): string {
  const digits = String(nanoseconds).padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
}

/** Of a point: its uuid (points that are equal in everything share it), when it was observed, and what metric it is. */
export function metricAttributes({ name, unit, kind, point }: MetricPoint, observedNs: string): KeyValue[] {
  const words = metricWords({ name, kind });
  const value = point.asInt ?? String(point.asDouble);
  return [
    textAttribute(
      'metric_uuid',
      uuidOf(
        'openot/metric',
        kind,
        name,
        unit,
        point.startTimeUnixNano ?? '',
        point.timeUnixNano,
        value,
        JSON.stringify(point.attributes)
      )
    ),
    textAttribute('observedTimeUnixNano', observedNs),
    textAttribute('metric.code', words.code),
    textAttribute('metric.category', words.category),
    textAttribute('metric.label', words.label),
    textAttribute('metric.granularity', words.granularity),
    textAttribute('metric.frequency', words.frequency)
  ];
}

/**
 * Of a span: its uuid, when it was observed, and between whom: the source that logged it, and who took it down. That of
 * a call says itself between whom it was, and was observed when it ended.
 */
export function spanAttributes(
  span: Span,
  observedNs: string | undefined,
  stream: string,
  settings: NetworkSettings
): KeyValue[] {
  const own = new Set(span.attributes.map(({ key }) => key));
  const isCall = own.has('sender.id');
  return [
    textAttribute('span_uuid', uuidOf('openot/span', span.traceId, span.spanId)),
    textAttribute('observedTimeUnixNano', (isCall ? undefined : observedNs) ?? span.endTimeUnixNano),
    textAttribute('sender.id', settings.senderId || sourceOf(span.attributes, stream) || settings.producer),
    textAttribute('recipient.id', settings.recipientId || settings.producer)
  ].filter(({ key }) => !own.has(key));
}

function sourceOf(attributes: readonly KeyValue[], stream: string): string {
  const source =
    textOf(attributes, 'openot.source.name') ??
    attributes.find(({ key }) => key === 'openot.source.id')?.value.intValue;
  return [stream, source ?? ''].filter((part) => part !== '').join('/');
}

function textOf(attributes: readonly KeyValue[], wanted: string): string | undefined {
  return attributes.find(({ key }) => key === wanted)?.value.stringValue;
}
