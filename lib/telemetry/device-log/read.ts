/**
 * Documents of openot-logobject as a flow brings them, checked field by field (docs/format.md 28). What is made is new.
 * Throws a `DocumentError` that names the field.
 */
import { isObject } from '../../base';
import { DocumentError, notA } from '../mapper-problem';
import { countOf, isGiven, listOf, Loose, textOf, u64Of } from '../mapper-values';
import type { DeviceData, DeviceGap, DeviceLog, DeviceLogDocument, DeviceLogLike, DeviceLogOrigin } from './document';

/** Whether something should be a document of a log: everything else about it is for `deviceLogOf` to say. */
export const isDeviceLogKind = (value: unknown): value is DeviceLogLike =>
  isObject(value) && (value.kind === 'log' || value.kind === 'gap');

const REMEDY = 'pass the document on as openot-logobject made it';

const wrong = (path: string, expected: string, found: unknown): DocumentError => notA(path, expected, found, REMEDY);

/** The document that `value` is. */
export const deviceLogOf = (value: DeviceLogLike): DeviceLogDocument =>
  value.kind === 'log' ? recordOf(value) : gapOf(value);

function originOf({ provenance }: Loose): DeviceLogOrigin {
  if (!isObject(provenance)) throw wrong('provenance', 'an object', provenance);
  const { stream, server, logObject, receiveTimeNs } = provenance;
  if (!isObject(server)) throw wrong('provenance.server', 'an object', server);
  const received = u64Of('provenance.receiveTimeNs', receiveTimeNs);
  if (received === '0') throw wrong('provenance.receiveTimeNs', 'nanoseconds since 1970, above 0', receiveTimeNs);
  return {
    stream: isGiven(stream) ? textOf('provenance.stream', stream) : '',
    applicationUri: textOf('provenance.server.applicationUri', server.applicationUri),
    logObject: textOf('provenance.logObject', logObject),
    receiveTimeNs: received
  };
}

function recordOf(value: Loose): DeviceLog {
  const { message, trace } = value;
  if (!isObject(message)) throw wrong('message', 'an object', message);
  if (isGiven(trace) && !isObject(trace)) throw wrong('trace', 'an object', trace);
  const context: Loose = isObject(trace) ? trace : {};
  const text = (at: string, given: unknown): string | undefined => (isGiven(given) ? textOf(at, given) : undefined);
  const u64 = (at: string, given: unknown): string | undefined => (isGiven(given) ? u64Of(at, given) : undefined);
  return {
    kind: 'log',
    ...originOf(value),
    uid: textOf('uid', value.uid),
    timeNs: u64('timeNs', value.timeNs),
    ticks: ticksOf(value.ticks),
    severity: countOf('severity', value.severity),
    text: text('message.text', message.text) ?? '',
    locale: text('message.locale', message.locale),
    eventType: text('eventType', value.eventType),
    sourceNode: text('sourceNode', value.sourceNode),
    sourceName: text('sourceName', value.sourceName),
    traceId: isGiven(trace) ? traceIdOf(context.traceId) : undefined,
    spanId: u64('trace.spanId', context.spanId),
    parentSpanId: u64('trace.parentSpanId', context.parentSpanId),
    parentIdentifier: text('trace.parentIdentifier', context.parentIdentifier),
    data: isGiven(value.data) ? listOf('data', value.data, dataOf) : []
  };
}

function gapOf(value: Loose): DeviceGap {
  return {
    kind: 'gap',
    ...originOf(value),
    uid: textOf('uid', value.uid),
    after: u64Of('after', value.after),
    before: u64Of('before', value.before),
    verdict: textOf('verdict', value.verdict),
    text: textOf('text', value.text)
  };
}

/** Ticks may lie before 1601. */
function ticksOf(value: unknown): string {
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) throw wrong('ticks', 'decimal text', value);
  return value;
}

function traceIdOf(value: unknown): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{32}$/i.test(value) || /^0+$/.test(value))
    throw wrong('trace.traceId', '32 hex digits, not all zero', value);
  return value.toLowerCase();
}

function dataOf(at: string, value: unknown): DeviceData {
  if (!isObject(value)) throw wrong(at, 'an object with type and value', value);
  return {
    name: isGiven(value.name) ? textOf(`${at}.name`, value.name) : undefined,
    type: textOf(`${at}.type`, value.type),
    value: value.value
  };
}
