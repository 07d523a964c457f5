import { stringValue } from '../any-value';
import { intAttribute, textAttribute, UniqueAttributes } from '../attributes';
import type { KeyValue, Span, SpanEvent } from '../otlp-types';
import { ApiCallEvent, ApiDocument, CallSpanKind, CallStatus, CallValue } from './document';
import { idsOf } from './ids';

const kinds: Readonly<Record<CallSpanKind, Span['kind']>> = {
  Internal: 1,
  Server: 2,
  Client: 3,
  Producer: 4,
  Consumer: 5
};
const statuses: Readonly<Record<CallStatus, 0 | 1 | 2>> = { Unset: 0, Ok: 1, Error: 2 };

/** Answers from here on say that the call failed, whoever looks at it: both participants say the same. */
const FIRST_FAILURE = 400;

/** How a call with such an answer ended; 0 is none. */
export const statusOfCode = (statusCode: number): CallStatus =>
  statusCode === 0 || statusCode >= FIRST_FAILURE ? 'Error' : 'Ok';

/**
 * The span of a call (docs/format.md 24). `isLiteral`: for the encoding `literal`, whose span ids may have 32 digits
 * and whose kind may be missing. What tells no kind is INTERNAL in OTLP: receivers have to assume that, and UNSPECIFIED
 * is not to be sent.
 */
export function spanOfCall(call: ApiDocument, isLiteral: boolean): Span {
  return {
    ...idsOf(call, isLiteral),
    name: wellFormedText(call.name),
    kind: call.spanKind === undefined ? (isLiteral ? 0 : 1) : kinds[call.spanKind],
    startTimeUnixNano: call.startNs,
    endTimeUnixNano: call.endNs,
    attributes: attributesOf(call),
    events: call.events.map(eventOf),
    status: { code: statuses[call.status ?? statusOfCode(call.statusCode)] }
  };
}

const wellFormedText = (text: string): string => stringValue(text).stringValue!;

/** In the order of the specification; what is not known is left out. */
function attributesOf(call: ApiDocument): KeyValue[] {
  const known = (key: string, text: string | undefined): KeyValue[] =>
    text === undefined ? [] : [textAttribute(key, text)];
  return [
    ...known('observedTimeUnixNano', call.observedNs),
    textAttribute('sender.id', call.senderId),
    textAttribute('recipient.id', call.recipientId),
    textAttribute('http.method', call.method),
    ...known('http.server_name', call.serverName),
    textAttribute('http.route', call.route),
    ...known('http.user_agent', call.userAgent),
    ...known('http.scheme', call.scheme),
    textAttribute('http.host', call.host),
    ...known('http.flavor', call.flavor),
    intAttribute('http.status.code', call.statusCode)
  ];
}

function eventOf({ name, timeNs, attributes }: ApiCallEvent): SpanEvent {
  const list = new UniqueAttributes([]);
  for (const [key, value] of Object.entries(attributes)) list.put(key, stringValue(textOf(value)));
  return { timeUnixNano: timeNs, name: wellFormedText(name), attributes: list.list };
}

/**
 * Always text, as the specification's own examples have it: the key is the flow's, and one key has one type. A list is
 * JSON, its whole numbers with all their digits as text.
 */
function textOf(value: CallValue): string {
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(value, (_name, one: unknown) => (typeof one === 'bigint' ? String(one) : one));
}
