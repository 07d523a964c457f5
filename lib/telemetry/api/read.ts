/**
 * API documents as a flow brings them, checked field by field (docs/format.md 24). What is made is new. Throws a
 * `DocumentError` that names the field. What was found is told by its type alone: it may be a part of somebody's body.
 */
import { isObject } from '../../base';
import { parseU64 } from '../../wire';
import { compareDecimal } from '../decimal';
import { DocumentError } from '../mapper-problem';
import { isGiven, Loose } from '../mapper-values';
import { ApiCallEvent, ApiDocument, CALL_STATUSES, CallValue, SPAN_KINDS } from './document';

/** Events of one call, at most. */
export const MAX_CALL_EVENTS = 128;
/** Attributes of one event, at most. */
export const MAX_EVENT_ATTRIBUTES = 128;

/** Whether something should be an API document: everything else about it is for `apiDocumentOf` to say. */
export const isApiKind = (value: unknown): value is Loose => isObject(value) && value.kind === 'api';

/** The API document that `value` is. */
export function apiDocumentOf(value: Loose): ApiDocument {
  const startNs = timeOf('startNs', value.startNs);
  const endNs = timeOf('endNs', value.endNs);
  if (compareDecimal(endNs, startNs) < 0) throw wrong('endNs', 'startNs or later', 'an earlier time');
  return {
    kind: 'api',
    name: textOf('name', value.name),
    method: textOf('method', value.method),
    route: textOf('route', value.route),
    host: textOf('host', value.host),
    statusCode: statusCodeOf(value.statusCode),
    startNs,
    endNs,
    senderId: textOf('senderId', value.senderId),
    recipientId: textOf('recipientId', value.recipientId),
    ...optional('scheme', value, textOf),
    ...optional('flavor', value, textOf),
    ...optional('userAgent', value, textOf),
    ...optional('serverName', value, textOf),
    ...optional('status', value, (at, given) => oneOf(at, given, CALL_STATUSES)),
    ...optional('spanKind', value, (at, given) => oneOf(at, given, SPAN_KINDS)),
    ...optional('traceId', value, (at, given) => idOf(at, given, [32])),
    ...optional('spanId', value, (at, given) => idOf(at, given, [16, 32])),
    ...optional('parentSpanId', value, (at, given) => idOf(at, given, [16, 32])),
    ...optional('transactionId', value, textOf),
    ...optional('observedNs', value, timeOf),
    events: isGiven(value.events) ? eventsOf(value.events) : []
  };
}

const REMEDY = 'API documents are made by openot-api, or by a flow as docs/format.md 24 says';

/** A field that is not what API documents have there. */
const wrong = (path: string, expected: string, found: string): DocumentError =>
  new DocumentError('OPENOT_OTEL_NOT_AN_API_DOCUMENT', path, `must be ${expected}, found ${found}`, REMEDY);

/** What a value is, without saying what stands in it. */
function typeOf(value: unknown): string {
  if (!isGiven(value)) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'empty text' : 'text';
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`;
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The property where it is given; empty text counts as nothing. */
function optional<K extends string, T>(
  key: K,
  value: Loose,
  read: (at: string, given: unknown) => T
): { readonly [P in K]?: T } {
  const given = value[key];
  return isGiven(given) && given !== '' ? ({ [key]: read(key, given) } as { [P in K]: T }) : {};
}

function textOf(at: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') throw wrong(at, 'text', typeOf(value));
  return value;
}

function oneOf<T extends string>(at: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw wrong(at, `one of ${choices.join(', ')}`, typeOf(value));
  return found;
}

/** OTLP takes 0 for a time that is not known. */
function timeOf(at: string, value: unknown): string {
  const ns = parseU64(value);
  if (ns === undefined || ns === 0n) throw wrong(at, 'nanoseconds since 1970 as decimal text, above 0', typeOf(value));
  return ns.toString();
}

function statusCodeOf(value: unknown): number {
  const code = parseU64(value);
  if (code === undefined || (code !== 0n && (code < 100n || code > 999n)))
    throw wrong('statusCode', 'a whole number from 100 to 999, or 0 where no answer came', typeOf(value));
  return Number(code);
}

const DASHED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Hex digits, of which 32 may have the dashes of a uuid, as lowercase without them. */
function idOf(at: string, value: unknown, lengths: readonly number[]): string {
  const expected = `${lengths.join(' or ')} hex digits, not all zero (32 also as a uuid)`;
  if (typeof value !== 'string') throw wrong(at, expected, typeOf(value));
  const digits = DASHED.test(value) ? value.replaceAll('-', '') : value;
  if (!lengths.includes(digits.length) || !/^[0-9a-f]+$/i.test(digits) || /^0+$/.test(digits))
    throw wrong(at, expected, typeOf(value));
  return digits.toLowerCase();
}

function eventsOf(value: unknown): ApiCallEvent[] {
  if (!Array.isArray(value)) throw wrong('events', 'an array', typeOf(value));
  if (value.length > MAX_CALL_EVENTS)
    throw wrong('events', `an array of at most ${MAX_CALL_EVENTS}`, `one of ${value.length}`);
  // Array.from: the holes of an array count as elements that are wrong.
  return Array.from(value, (event: unknown, index) => eventOf(`events[${index}]`, event));
}

function eventOf(at: string, value: unknown): ApiCallEvent {
  if (!isObject(value)) throw wrong(at, 'an object', typeOf(value));
  return {
    name: textOf(`${at}.name`, value.name),
    timeNs: timeOf(`${at}.timeNs`, value.timeNs),
    attributes: isGiven(value.attributes) ? attributesOf(`${at}.attributes`, value.attributes) : {}
  };
}

function attributesOf(at: string, value: unknown): Record<string, CallValue> {
  if (!isObject(value)) throw wrong(at, 'an object of names and values', typeOf(value));
  const entries = Object.entries(value).filter(([, inner]) => isGiven(inner));
  if (entries.length > MAX_EVENT_ATTRIBUTES)
    throw wrong(at, `at most ${MAX_EVENT_ATTRIBUTES} values`, `${entries.length}`);
  return Object.fromEntries(
    entries.map(([key, inner]) => {
      const place = `${at}.${key.slice(0, 80)}`;
      if (key.trim() === '') throw wrong(place, 'a value with a name', 'one without');
      return [key, Array.isArray(inner) ? Array.from(inner, (one) => scalarOf(place, one)) : scalarOf(place, inner)];
    })
  );
}

function scalarOf(at: string, value: unknown): string | number | boolean | bigint {
  const isScalar =
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isFinite(value));
  if (!isScalar) throw wrong(at, 'text, a finite number, true or false, or an array of these', typeOf(value));
  return value;
}
