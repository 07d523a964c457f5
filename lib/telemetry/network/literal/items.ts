import { isoTime } from '../../../document/iso-time';
import type { LogRecord, Metric, NumberDataPoint, Span } from '../../otlp-types';
import { dashed } from '../uuid';
import { unsignedZero } from '../zero';
import { literalAttributes, literalValue } from './attributes';
import type { LiteralDataPoint, LiteralLogRecord, LiteralMetric, LiteralSpan } from './types';

const statuses = ['Unset', 'Ok', 'Error'] as const;
const kinds = [undefined, 'Internal', 'Server', 'Client', 'Producer', 'Consumer'] as const;

/** A span id where the specification wants a uuid: zeros before its 16 hex digits, so that it can be read back. */
const longId = (spanId: string): string => dashed(spanId.padStart(32, '0'));

/** A prepared log record as the specification writes it. */
export function literalLogRecord(log: LogRecord): LiteralLogRecord {
  return {
    timeUnixNano: log.timeUnixNano ?? '0',
    observedTimeUnixNano: log.observedTimeUnixNano,
    severityNumber: String(log.severityNumber),
    severityText: log.severityText ?? '',
    eventName: log.eventName ?? '',
    ...(log.traceId === undefined ? {} : { traceId: dashed(log.traceId) }),
    ...(log.spanId === undefined ? {} : { spanId: longId(log.spanId) }),
    ...(log.flags === undefined ? {} : { flags: log.flags }),
    body: literalValue(log.body),
    attributes: literalAttributes(log.attributes)
  };
}

/** A metric with its prepared points. The specification wants a unit: without one it is a count. */
export function literalMetric({ name, unit, description, gauge, sum }: Metric): LiteralMetric {
  const points = gauge?.dataPoints ?? sum?.dataPoints ?? [];
  return {
    name,
    unit: unit || '1',
    ...(description === undefined ? {} : { description }),
    sum: { aggregationTemporality: 2, isMonotonic: false, dataPoints: points.map(literalPoint) }
  };
}

function literalPoint(point: NumberDataPoint): LiteralDataPoint {
  return {
    asDouble: unsignedZero(point.asDouble ?? Number(point.asInt)),
    startTimeUnixNano: point.startTimeUnixNano ?? point.timeUnixNano,
    endTimeUnixNano: point.timeUnixNano,
    attributes: literalAttributes(point.attributes)
  };
}

/** A prepared span as the specification writes it. */
export function literalSpan(span: Span): LiteralSpan {
  return {
    name: span.name,
    traceId: dashed(span.traceId),
    spanId: longId(span.spanId),
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: longId(span.parentSpanId) }),
    startTimeUnixNano: span.startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano,
    status: statuses[span.status.code ?? 0],
    ...(span.kind === 0 ? {} : { kind: kinds[span.kind] }),
    attributes: literalAttributes(span.attributes),
    events: span.events.map(({ name, timeUnixNano, attributes }) => ({
      name,
      time: isoTime(timeUnixNano),
      attributes: literalAttributes(attributes)
    })),
    ...(span.droppedEventsCount === undefined ? {} : { droppedEventsCount: span.droppedEventsCount })
  };
}
