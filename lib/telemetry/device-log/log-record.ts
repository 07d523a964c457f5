import { logSeverity } from '../../base';
import { sha256 } from '../../base/hashes';
import { stringValue, wellFormed } from '../any-value';
import { u64Attribute } from '../attributes';
import type { AnyValue, KeyValue, LogRecord } from '../otlp-types';
import { ofOneType, valueTypeOf } from '../value-type';
import { dataValue } from './data-value';
import type { DeviceGap, DeviceLog, DeviceLogDocument } from './document';

/** A trace id that is random as W3C Trace Context wants it; Part 26 has no bit for sampled. */
const RANDOM_TRACE_ID = 0x02;
const WARN = 13;

/** The log record of a document of a log; the same one at every reading but for `observedTimeUnixNano`. */
export const logRecordOf = (document: DeviceLogDocument): LogRecord =>
  document.kind === 'log' ? recordOf(document) : gapRecordOf(document);

function recordOf(log: DeviceLog): LogRecord {
  // Outside of 1 to 1000 it has no band.
  const { number, text } = logSeverity(log.severity) ?? { number: 0 };
  const { traceId } = log;
  const spanId = traceId === undefined ? undefined : spanIdOf(log, traceId);
  return {
    ...(log.timeNs === undefined ? {} : { timeUnixNano: log.timeNs }),
    observedTimeUnixNano: log.receiveTimeNs,
    severityNumber: number,
    ...(text === undefined ? {} : { severityText: text }),
    body: stringValue(log.text),
    attributes: [...attributesOf(log), ...dataOf(log)],
    ...(traceId === undefined ? {} : { traceId, flags: RANDOM_TRACE_ID }),
    ...(spanId === undefined ? {} : { spanId })
  };
}

/** The device's own span, else one made of the group that its records belong to. */
function spanIdOf({ spanId, applicationUri, data }: DeviceLog, traceId: string): string | undefined {
  if (spanId !== undefined && spanId !== '0') return BigInt(spanId).toString(16).padStart(16, '0');
  const group = data.find(({ name }) => name === 'GroupingId')?.value;
  if (typeof group !== 'string' || group === '') return undefined;
  const digest = sha256(Buffer.from(JSON.stringify([traceId, applicationUri, group]), 'utf8'));
  const made = Buffer.from(digest.subarray(0, 8)).toString('hex');
  return /^0+$/.test(made) ? '0000000000000001' : made;
}

const text = (key: string, value: string | undefined): KeyValue[] =>
  value === undefined || value === '' ? [] : [{ key, value: stringValue(value) }];

function attributesOf(log: DeviceLog): KeyValue[] {
  const { severity, timeNs, parentSpanId } = log;
  return [
    ...originOf(log),
    { key: 'opcua.severity', value: { intValue: String(severity) } },
    ...(timeNs === undefined ? text('opcua.time.ticks', log.ticks) : []),
    ...text('opcua.event.type', log.eventType),
    ...text('opcua.source.node', log.sourceNode),
    ...text('opcua.source.name', log.sourceName),
    ...text('opcua.message.locale', log.locale),
    ...text('opcua.parent_span_id', parentSpanId === '0' ? undefined : parentSpanId),
    ...text('opcua.parent_identifier', log.parentIdentifier)
  ];
}

const originOf = ({ uid, kind, stream, applicationUri, logObject }: DeviceLogDocument): KeyValue[] => [
  { key: 'log.record.uid', value: stringValue(uid) },
  { key: 'openot.kind', value: stringValue(kind) },
  ...text('openot.stream', stream),
  ...text('opcua.application_uri', applicationUri),
  ...text('opcua.log_object', logObject)
];

/**
 * `opcua.data.<name>_<type>`: a device gives a name any type. A name that comes again is a list; one that is null or
 * empty is its place.
 */
function dataOf({ data }: DeviceLog): KeyValue[] {
  const all = new Map<string, AnyValue[]>();
  data.forEach(({ name, type, value }, place) => {
    const made = dataValue(type, value);
    if (made === undefined) return;
    const key = `opcua.data.${name === undefined || name === '' ? place : wellFormed(name)}`;
    const before = all.get(key);
    if (before === undefined) all.set(key, [made]);
    else before.push(made);
  });
  return [...all].map(([key, values]) => {
    const value = values.length === 1 ? values[0] : { arrayValue: { values: ofOneType(values) } };
    return { key: `${key}_${valueTypeOf(value)}`, value };
  });
}

function gapRecordOf(gap: DeviceGap): LogRecord {
  return {
    timeUnixNano: gap.receiveTimeNs,
    observedTimeUnixNano: gap.receiveTimeNs,
    severityNumber: WARN,
    severityText: 'WARN',
    eventName: 'openot.gap',
    body: stringValue(gap.text),
    attributes: [
      ...originOf(gap),
      u64Attribute('openot.gap.after', gap.after),
      u64Attribute('openot.gap.before', gap.before),
      { key: 'openot.gap.verdict', value: stringValue(gap.verdict) }
    ]
  };
}
