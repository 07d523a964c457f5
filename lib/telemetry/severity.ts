import type { DocumentObject, EventDocument } from '../document';
import { EventType, Key } from '../wire';
import { fieldOf } from './field-of';

/** SeverityNumber (1 to 24) and its text. */
export interface Severity {
  readonly number: number;
  readonly text: string;
}

/** What stands in `severityOverrides` for one event name (docs/format.md 21). */
export interface SeverityOverride {
  /** 1 to 24. */
  readonly number: number;
  /** Default: the OpenTelemetry short name of the number (`WARN`, `INFO2`). */
  readonly text?: string;
}

const RANGES: readonly string[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** OpenTelemetry's short name of a severity number: 9 is `INFO`, 10 `INFO2`. Undefined outside of 1 to 24. */
export function severityName(number: number): string | undefined {
  if (!Number.isInteger(number) || number < 1 || number > 24) return undefined;
  const place = (number - 1) % 4;
  return RANGES[Math.floor((number - 1) / 4)] + (place === 0 ? '' : place + 1);
}

const INFO: Severity = { number: 9, text: 'INFO' };
const WARN: Severity = { number: 13, text: 'WARN' };
const ERROR: Severity = { number: 17, text: 'ERROR' };
const bands: ReadonlyMap<unknown, Severity> = new Map([
  ['Low', { number: 9, text: 'Low' }],
  ['Medium', { number: 13, text: 'Medium' }],
  ['High', { number: 17, text: 'High' }]
]);

/** Severity of a document; `eventName` is its log record's. What the table of overrides says goes before all else. */
export function severityOf(
  document: DocumentObject,
  eventName: string,
  overrides: Readonly<Record<string, SeverityOverride>>
): Severity {
  return (
    overriddenSeverity(document.kind === 'event' ? document.eventName : document.kind, overrides) ??
    overriddenSeverity(eventName, overrides) ??
    severityByRule(document)
  );
}

/**
 * What the table says of a name; an entry that is no severity is passed over: a record must not be refused for what a
 * table says.
 */
export function overriddenSeverity(
  name: string,
  overrides: Readonly<Record<string, SeverityOverride>>
): Severity | undefined {
  if (!Object.hasOwn(overrides, name)) return undefined;
  const { number, text } = overrides[name] ?? {};
  const short = severityName(number);
  return short === undefined ? undefined : { number, text: typeof text === 'string' && text !== '' ? text : short };
}

function severityByRule(document: DocumentObject): Severity {
  if (document.kind === 'loss') return document.class === 'before-contact' ? INFO : ERROR;
  if (document.kind === 'placeholder') return WARN;
  return bandOf(document) ?? (document.eventTypeId === EventType.SecurityAccessFailure ? WARN : INFO);
}

/** By the definition's own scale, else by the fixed bands. */
function bandOf(document: EventDocument): Severity | undefined {
  const field = fieldOf(document, Key.severity);
  return field === undefined ? undefined : bands.get(field.label ?? field.enumLabel);
}
