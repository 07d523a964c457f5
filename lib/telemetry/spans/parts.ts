import type { EventDocument } from '../../document';
import { Key } from '../../wire';
import { textsValue } from '../any-value';
import { intAttribute, textAttribute } from '../attributes';
import { nameOfEvent, snakeCase } from '../event-name';
import { putFields } from '../field-attributes';
import { FieldKeyStore } from '../field-keys';
import type { AnyValue, KeyValue, SpanEvent } from '../otlp-types';
import type { SpanKind } from './ids';

/** The attributes and events that spans are made of (docs/format.md 23). Every one is new: nobody else holds it. */

/** Bytes of a part in the image. */
export const jsonBytes = (part: unknown): number => Buffer.byteLength(JSON.stringify(part)) + 1;

/** `true` or `false`. */
export const boolValue = (value: boolean): AnyValue => ({ boolValue: value });

/** What every span says of where it began. */
export function placeAttributes(kind: SpanKind, document: EventDocument, stream: string): KeyValue[] {
  const { bufferId, source, runId, incarnation } = document.provenance;
  const list = [textAttribute('openot.span.kind', kind)];
  if (stream !== '') list.push(textAttribute('openot.stream', stream));
  list.push(intAttribute('openot.buffer.id', bufferId), intAttribute('openot.source.id', source.id));
  if (source.name !== undefined) list.push(textAttribute('openot.source.name', source.name));
  if (source.path !== undefined && source.path.length > 0)
    list.push({ key: 'openot.source.path', value: textsValue(source.path) });
  list.push(textAttribute('openot.run.id', runId));
  if (incarnation !== undefined && incarnation !== 0) list.push(intAttribute('openot.incarnation', incarnation));
  list.push(intAttribute('openot.begin.seq', document.seq));
  if (document.provenance.flags.timeUnsynced) list.push({ key: 'openot.begin.time_unsynced', value: boolValue(true) });
  return list;
}

/** What every span says of the record that ended it. */
export function endAttributes(document: EventDocument, begun: { readonly sourceId: number }): KeyValue[] {
  const { source, flags } = document.provenance;
  const list = [intAttribute('openot.end.seq', document.seq)];
  if (source.id !== begun.sourceId) list.push(intAttribute('openot.end.source.id', source.id));
  if (flags.timeUnsynced) list.push({ key: 'openot.end.time_unsynced', value: boolValue(true) });
  return list;
}

/** The span itself says which condition, occurrence and batch it is. */
const SAID: ReadonlySet<number> = new Set([Key.conditionId, Key.correlationId, Key.batchId]);

/**
 * A record within a span: `name`, by default that of its log record, the seq that leads to it, its line, and what its
 * fields say.
 */
export function eventOf(
  document: EventDocument,
  keys: FieldKeyStore,
  name = nameOfEvent(document.eventName)
): SpanEvent {
  const { provenance, seq, text } = document;
  const attributes = [intAttribute('openot.source.id', provenance.source.id), intAttribute('openot.seq', seq)];
  if (text !== undefined) attributes.push(textAttribute('openot.text', text));
  putFields(attributes, { ...document, fields: document.fields.filter(({ key }) => !SAID.has(key)) }, keys);
  return { timeUnixNano: provenance.sourceTimeNs ?? provenance.receiveTimeNs, name, attributes };
}

/** `openot.batch_held`: of an event whose meaning is in one of its fields. */
export const namedEvent = (what: string, which: string): string => `openot.${what}_${snakeCase(which)}`;
