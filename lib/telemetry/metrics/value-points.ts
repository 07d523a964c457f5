import type { DocumentField, DocumentObject, EventDocument } from '../../document';
import { EventType, Key } from '../../wire';
import { anyValue, valueKind } from '../any-value';
import { intAttribute, textAttribute } from '../attributes';
import { fieldOf } from '../field-of';
import type { KeyValue, MetricPoint, NumberDataPoint } from '../otlp-types';
import type { MetricSettings } from './api';
import { streamAttribute } from './series';
import { Units } from './ucum';

/** Of a metric's name, as the OpenTelemetry specification limits it. */
const MAX_NAME = 255;
const PREFIX = 'openot.value.';

/** Values of key authResult (docs/format.md 5) under which the parameter has its new value. */
const IN_FORCE: ReadonlySet<unknown> = new Set([0, 2]);

/**
 * The gauge point of a ValueChanged or ParameterChange with a number (docs/format.md 22), also where a definition gave
 * the
 * event another name; `notFinite` for NaN and infinities, which no point may carry. Undefined for anything else, and
 * for a ParameterChange that was not granted: the parameter still has its old value.
 */
export function valuePoint(
  document: DocumentObject,
  stream: string,
  settings: MetricSettings,
  units = new Units()
): MetricPoint | 'notFinite' | undefined {
  if (document.kind !== 'event' || !isValueEvent(document.eventTypeId)) return undefined;
  const field = fieldOf(document, Key.newValue);
  const value = fieldOf(document, Key.valueId);
  const { provenance } = document;
  if (field === undefined || value === undefined || provenance.sourceTimeNs === undefined || !isInForce(document))
    return undefined;
  const number = numberOf(field, settings);
  if (number === undefined || number === 'notFinite') return number;
  const { source } = provenance;
  // The id too: a definition may use a name twice, and several names may become the same one.
  const attributes: KeyValue[] = [
    ...streamAttribute(stream),
    intAttribute('openot.source.id', source.id),
    ...(source.name === undefined ? [] : [textAttribute('openot.source.name', source.name)]),
    intAttribute('openot.value.id', value.raw ?? Number(value.value)),
    ...(value.raw === undefined ? [] : [textAttribute('openot.value.name', String(value.value))])
  ];
  return {
    name: metricName(String(value.value)),
    // What the record says of itself stands over what the definition says of the value.
    unit: units.of(fieldOf(document, Key.unit)?.unit ?? field.unit),
    kind: 'gauge',
    // A clock that was never set says 0, which a point may not: it means that there is no time.
    point: {
      attributes,
      timeUnixNano: provenance.sourceTimeNs === '0' ? provenance.receiveTimeNs : provenance.sourceTimeNs,
      ...number
    }
  };
}

/** `openot.value.<name>`: what may not stand in a metric's name is an underscore, and what is too long is cut. */
export function metricName(value: string): string {
  return (PREFIX + (value === '' ? '_' : value.replace(/[^A-Za-z0-9_.\-/]/gu, '_'))).slice(0, MAX_NAME);
}

const isValueEvent = (eventTypeId: number): boolean =>
  eventTypeId === EventType.ValueChanged || eventTypeId === EventType.ParameterChange;

function isInForce(document: EventDocument): boolean {
  const result = fieldOf(document, Key.authResult);
  return result === undefined || typeof result.value !== 'number' || IN_FORCE.has(result.value);
}

type Written = Required<Pick<NumberDataPoint, 'asDouble'>>;

/**
 * Always a double: values of several types and plants share a metric's name, and stores refuse a second type under it
 * (docs/format.md 22). Times and text are no measured values.
 */
function numberOf(field: DocumentField, settings: MetricSettings): Written | 'notFinite' | undefined {
  const kind = valueKind(field.type);
  if (kind === undefined || kind === 'text' || kind === 'bytes' || field.type === 'DateTime') return undefined;
  if (kind === 'bool') return settings.boolMetrics ? { asDouble: field.value === true ? 1 : 0 } : undefined;
  if (kind === 'float' && field.value === null) return 'notFinite';
  const { intValue, doubleValue } = anyValue(kind, field.value, field.nonFinite);
  // Beyond 2^53 a point is off by one part in 10^15 at most: the log record has every digit.
  return { asDouble: doubleValue ?? Number(intValue ?? field.value) };
}
