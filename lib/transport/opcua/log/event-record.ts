import type { NodeId as OpcuaNodeId, Variant as OpcuaVariant } from 'node-opcua';
import { type LogRecord, type NameValuePair, type NodeId, type TraceContext, type Variant } from '../../../logobject';
import { ticksOfDate } from './device-time';

/** An event of a server as a record of a log. */
export interface LogEvent {
  /** Its EventId, in hex: the same event may arrive more than once. */
  readonly id: string;
  readonly record: LogRecord;
  /** The server has thrown events away before it: EventQueueOverflowEventType. */
  readonly isOverflow: boolean;
}

/** Fields that are asked for, in order; BaseEventType's first, then those of BaseLogEventType and of conditions. */
export const EVENT_FIELDS = [
  'EventId',
  'EventType',
  'SourceNode',
  'SourceName',
  'Time',
  'Message',
  'Severity',
  'TraceContext',
  'ConditionClassId',
  'ConditionClassName',
  'ConditionSubClassId',
  'ErrorCode',
  'ErrorCodeNode'
] as const;

/** Those without a place in a LogRecord: additional data. */
const DATA_FIELDS = EVENT_FIELDS.slice(8);

const QUEUE_OVERFLOW = 3035;
const KINDS = ['i', 's', 'g', 'b'] as const;

type Field = (typeof EVENT_FIELDS)[number];

/** The fields of a notification, in the order of EVENT_FIELDS, as an event; undefined where it has no id or time. */
export function eventOf(fields: readonly OpcuaVariant[]): LogEvent | undefined {
  const valueOf = (name: Field): unknown => (fields[EVENT_FIELDS.indexOf(name)]?.value as unknown) ?? undefined;
  const id = valueOf('EventId');
  const ticks = ticksOfDate(valueOf('Time'));
  if (!Buffer.isBuffer(id) || ticks === undefined) return undefined;
  const eventType = nodeIdOf(valueOf('EventType'));
  const sourceNode = nodeIdOf(valueOf('SourceNode'));
  const traceContext = traceOf(valueOf('TraceContext'));
  const { locale = null, text = null } = (valueOf('Message') ?? {}) as { locale?: string | null; text?: string | null };
  const record: LogRecord = {
    ticks,
    severity: Number(valueOf('Severity') ?? 0),
    ...(eventType === undefined ? {} : { eventType }),
    ...(sourceNode === undefined ? {} : { sourceNode }),
    sourceName: (valueOf('SourceName') as string | undefined) ?? null,
    message: { locale, text },
    ...(traceContext === undefined ? {} : { traceContext }),
    additionalData: DATA_FIELDS.flatMap((name) => dataOf(name, valueOf(name)))
  };
  const isOverflow = eventType?.namespace === 0 && eventType.id === QUEUE_OVERFLOW;
  return { id: id.toString('hex'), record, isOverflow };
}

const isNodeId = (value: unknown): value is OpcuaNodeId =>
  typeof value === 'object' && value !== null && 'identifierType' in value;

function nodeIdOf(value: unknown): NodeId | undefined {
  if (!isNodeId(value)) return undefined;
  const { namespace, identifierType, value: id } = value;
  if (namespace === 0 && id === 0) return undefined;
  const plain = Buffer.isBuffer(id) ? id.toString('base64') : (id as number | string);
  return { namespace, kind: KINDS[identifierType - 1], id: plain };
}

/** 64 bits of node-opcua, as its two halves. */
const wideOf = (value: unknown): bigint =>
  Array.isArray(value) ? (BigInt(value[0] as number) << 32n) | BigInt(value[1] as number) : 0n;

function traceOf(value: unknown): TraceContext | undefined {
  const { traceId, spanId, parentSpanId, parentIdentifier } = (value ?? {}) as Record<string, unknown>;
  if (typeof traceId !== 'string') return undefined;
  return {
    traceId: traceId.toLowerCase(),
    spanId: wideOf(spanId),
    parentSpanId: wideOf(parentSpanId),
    parentIdentifier: typeof parentIdentifier === 'string' ? parentIdentifier : null
  };
}

function dataOf(name: string, value: unknown): NameValuePair[] {
  const variant = variantOf(value);
  return variant === undefined ? [] : [{ name, value: variant }];
}

/** What the fields of DATA_FIELDS can be: a node or several, a status, a text. Good and null say nothing. */
function variantOf(value: unknown): Variant | undefined {
  if (Array.isArray(value)) {
    const nodes = value.map(nodeIdOf).filter((node) => node !== undefined);
    return nodes.length === 0 ? undefined : { type: 'NodeId', value: nodes };
  }
  const node = nodeIdOf(value);
  if (node !== undefined) return { type: 'NodeId', value: node };
  if (typeof value !== 'object' || value === null) return undefined;
  const { text, locale = null, _value, value: code = _value } = value as Record<string, unknown>;
  if (typeof text === 'string') return { type: 'LocalizedText', value: { text, locale: locale as string | null } };
  return typeof code === 'number' && code !== 0 && !isNodeId(value) ? { type: 'StatusCode', value: code } : undefined;
}
