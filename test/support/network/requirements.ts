/**
 * What the open networks' telemetry specification requires of an envelope, as a table: written from the specification,
 * it
 * shares nothing with lib/telemetry/network. Two columns: as OTLP can carry it, and as the specification writes it.
 */
import type { Signal } from '../../../lib/telemetry/otlp-types';

export type Encoding = 'otlp' | 'literal';
/** Which objects of a request have to have it: all of a kind. */
export type Place = 'resource' | 'scope' | 'item' | 'point' | 'event';

export interface Requirement {
  readonly place: Place;
  /** Either an attribute's key or a field's name. */
  readonly attribute?: string;
  readonly field?: string;
  /** What is right about its value. */
  readonly is: (value: unknown) => boolean;
}

const matches =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && pattern.test(value);
const text = matches(/./su);
const nanoseconds = matches(/^[1-9]\d{18}$/);
const uuid = matches(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
const isoTime = matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
const word =
  (...words: readonly string[]) =>
  (value: unknown): boolean =>
    words.includes(value as string);
const whole = (value: unknown): boolean => Number.isInteger(value);
const decimal = matches(/^-?\d+$/);
const finite = (value: unknown): boolean => Number.isFinite(value);
const anyText = (value: unknown): boolean => typeof value === 'string';

/** The value of an attribute: the one property that it is allowed to have. */
export const string =
  (is: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    is((value as { stringValue?: unknown }).stringValue) && Object.keys(value as object).length === 1;
const integer =
  (is: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    is((value as { intValue?: unknown }).intValue) && Object.keys(value as object).length === 1;

const attribute = (place: Place, key: string, is: (value: unknown) => boolean): Requirement => ({
  place,
  attribute: key,
  is
});
const field = (place: Place, name: string, is: (value: unknown) => boolean): Requirement => ({
  place,
  field: name,
  is
});

const eids = { logs: 'AUDIT', metrics: 'METRIC', traces: 'API' } as const;

function envelope(signal: Signal, encoding: Encoding): Requirement[] {
  return [
    attribute('resource', 'eid', string(word(eids[signal]))),
    attribute('resource', 'producer', string(text)),
    attribute('resource', 'domain', string(text)),
    field('scope', 'name', text),
    field('scope', 'version', text),
    attribute('scope', 'scope_uuid', string(uuid)),
    attribute('scope', 'checksum', string(matches(/^([0-9A-F]{32}|[0-9A-F]{64})$/))),
    attribute('scope', 'count', integer(encoding === 'otlp' ? decimal : whole)),
    attribute('scope', 'schema_url', string(text))
  ];
}

const items: Record<Signal, (encoding: Encoding) => Requirement[]> = {
  logs: (encoding) => [
    field('item', 'timeUnixNano', nanoseconds),
    field('item', 'observedTimeUnixNano', nanoseconds),
    field('item', 'severityNumber', encoding === 'otlp' ? whole : matches(/^([1-9]|1\d|2[0-4])$/)),
    field('item', 'body', string(anyText)),
    attribute('item', 'log_uuid', string(uuid)),
    attribute('item', 'item.id', string(text)),
    attribute('item', 'item.type', string(text)),
    attribute('item', 'item.name', string(text)),
    attribute('item', 'item.code', string(text)),
    attribute('item', 'item.prevstate', string(text)),
    attribute('item', 'item.state', string(text)),
    attribute('item', 'item.duration', string(matches(/^\d+(\.\d+)?$/))),
    attribute('item', 'item.duration.seconds', integer(encoding === 'otlp' ? decimal : whole))
  ],
  metrics: (encoding) => [
    field('item', 'name', text),
    field('item', 'unit', encoding === 'otlp' ? anyText : text),
    ...(encoding === 'otlp'
      ? [field('point', 'timeUnixNano', nanoseconds), attribute('point', 'endTimeUnixNano', string(nanoseconds))]
      : [
          field('item', 'sum', isLiteralSum),
          field('point', 'asDouble', finite),
          field('point', 'endTimeUnixNano', nanoseconds)
        ]),
    field('point', 'startTimeUnixNano', nanoseconds),
    attribute('point', 'metric_uuid', string(uuid)),
    attribute('point', 'observedTimeUnixNano', string(nanoseconds)),
    attribute('point', 'metric.code', string(text)),
    attribute('point', 'metric.category', string(text)),
    attribute('point', 'metric.label', string(text)),
    attribute('point', 'metric.granularity', string(text)),
    attribute('point', 'metric.frequency', string(text))
  ],
  traces: (encoding) => [
    field('item', 'name', text),
    field('item', 'traceId', encoding === 'otlp' ? matches(/^[0-9a-f]{32}$/) : uuid),
    field('item', 'spanId', encoding === 'otlp' ? matches(/^[0-9a-f]{16}$/) : uuid),
    field('item', 'startTimeUnixNano', nanoseconds),
    field('item', 'endTimeUnixNano', nanoseconds),
    field(
      'item',
      'status',
      encoding === 'otlp'
        ? (value) => [undefined, 0, 1, 2].includes((value as { code?: number }).code)
        : word('Unset', 'Error', 'Ok')
    ),
    field('item', 'kind', encoding === 'otlp' ? whole : word('Client', 'Server', 'Internal', 'Producer', 'Consumer')),
    attribute('item', 'span_uuid', string(uuid)),
    attribute('item', 'observedTimeUnixNano', string(nanoseconds)),
    attribute('item', 'sender.id', string(text)),
    attribute('item', 'recipient.id', string(text)),
    field('event', 'name', text),
    ...(encoding === 'otlp'
      ? [field('event', 'timeUnixNano', nanoseconds), attribute('event', 'time', string(isoTime))]
      : [field('event', 'time', isoTime)])
  ]
};

function isLiteralSum(value: unknown): boolean {
  const { aggregationTemporality, isMonotonic, dataPoints } = value as {
    aggregationTemporality?: unknown;
    isMonotonic?: unknown;
    dataPoints?: unknown;
  };
  return (
    (aggregationTemporality === 1 || aggregationTemporality === 2) &&
    isMonotonic === false &&
    Array.isArray(dataPoints) &&
    dataPoints.length > 0
  );
}

/** Everything that the envelope of a signal has to carry. */
export function requirements(signal: Signal, encoding: Encoding): Requirement[] {
  return [...envelope(signal, encoding), ...items[signal](encoding)];
}

/** What it asks of the spans of calls beside that: what was called, and how it answered. */
export function requirementsOfCalls(encoding: Encoding): Requirement[] {
  return [
    ...requirements('traces', encoding),
    attribute('item', 'http.method', string(text)),
    attribute('item', 'http.route', string(text)),
    attribute('item', 'http.host', string(text)),
    attribute('item', 'http.status.code', integer(encoding === 'otlp' ? decimal : whole))
  ];
}

/** As reports name it: `scope checksum`, `point .timeUnixNano`. */
export function nameOf({ place, attribute, field }: Requirement): string {
  return `${place} ${attribute ?? '.' + field}`;
}
