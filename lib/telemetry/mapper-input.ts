/**
 * Documents that went through JSON or a function, field by field (docs/design.md 3): inputs take number, decimal text
 * or BigInt for whole numbers. What is made is new, nothing given is changed. Throws a `DocumentError` at the first
 * property that cannot be mapped.
 */
import type {
  ArgumentWarning,
  DocumentField,
  DocumentObject,
  DocumentProvenance,
  DocumentValue,
  EventDocument,
  ExtensionField,
  LossDocument,
  PlaceholderDocument,
  RawSlot
} from '../document';
import { LOSS_CLASSES } from '../stream';
import { isObject } from '../base';
import { isNonFiniteName, valueKind, ValueKind } from './any-value';
import { isHash } from './mapper-check';
import { notA, strictDocument } from './mapper-problem';
import {
  boolOf,
  countOf,
  hexOf,
  integerOf,
  isGiven,
  listOf,
  Loose,
  oneOf,
  plain,
  textOf,
  u64Of
} from './mapper-values';

/** The document that `value` is. */
export function documentOf(value: unknown): DocumentObject {
  if (!isObject(value)) throw notA('', 'a document', value);
  const { kind } = value;
  if (kind !== 'event' && kind !== 'loss' && kind !== 'placeholder')
    throw notA('kind', 'event, loss, placeholder, log, gap or api', kind);
  // Before its properties are looked at: that is what has to be set right first.
  if (isObject(value.provenance) && value.text === undefined) throw strictDocument('text');
  if (kind === 'loss' && value.class === undefined) throw strictDocument('class');
  const provenance = provenanceOf(value.provenance, kind);
  const common = { provenance, text: textOf('text', value.text) };
  if (kind === 'event') return { kind, ...common, ...eventOf(value) };
  return kind === 'loss' ? { kind, ...common, ...lossOf(value) } : { kind, ...common, ...placeholderOf(value) };
}

type Own<D> = Omit<D, 'kind' | 'provenance' | 'text'>;

function eventOf(value: Loose): Own<EventDocument> {
  const event: Own<EventDocument> = {
    eventName: textOf('eventName', value.eventName),
    eventTypeId: countOf('eventTypeId', value.eventTypeId),
    seq: countOf('seq', value.seq),
    fields: listOf('fields', value.fields, fieldOf)
  };
  if (isGiven(value.extensionFields))
    event.extensionFields = listOf('extensionFields', value.extensionFields, extensionOf);
  if (isGiven(value.warnings)) event.warnings = listOf('warnings', value.warnings, warningOf);
  return event;
}

function lossOf(value: Loose): Own<LossDocument> {
  const firstSeq = countOf('firstSeq', value.firstSeq);
  const lastSeq = countOf('lastSeq', value.lastSeq);
  const count = countOf('count', value.count);
  if (lastSeq < firstSeq) throw notA('lastSeq', `at least firstSeq (${firstSeq})`, lastSeq);
  if (count !== lastSeq - firstSeq + 1)
    throw notA('count', `lastSeq - firstSeq + 1 (${lastSeq - firstSeq + 1})`, count);
  return {
    firstSeq,
    lastSeq,
    count,
    basis: oneOf('basis', value.basis, ['inferred', 'authoritative']),
    class: oneOf('class', value.class, LOSS_CLASSES),
    ...(isGiven(value.afterTimeNs) ? { afterTimeNs: u64Of('afterTimeNs', value.afterTimeNs) } : {}),
    ...(isGiven(value.beforeTimeNs) ? { beforeTimeNs: u64Of('beforeTimeNs', value.beforeTimeNs) } : {})
  };
}

function placeholderOf(value: Loose): Own<PlaceholderDocument> {
  const { reason } = value;
  if (!isObject(reason)) throw notA('reason', 'an object', reason);
  const kind = textOf('reason.kind', reason.kind);
  const checked = isGiven(reason.detail) ? { kind, detail: plain('reason.detail', reason.detail) } : { kind };
  return {
    eventTypeId: countOf('eventTypeId', value.eventTypeId),
    seq: countOf('seq', value.seq),
    reason: checked as PlaceholderDocument['reason'],
    rawSlots: listOf('rawSlots', value.rawSlots, rawSlotOf)
  };
}

function provenanceOf(value: unknown, kind: DocumentObject['kind']): DocumentProvenance {
  if (!isObject(value)) throw notA('provenance', 'an object', value);
  const at = (name: string): string => 'provenance.' + name;
  const provenance: DocumentProvenance = {
    bufferId: countOf(at('bufferId'), value.bufferId),
    source: sourceOf(value.source),
    runId: u64Of(at('runId'), value.runId),
    epoch: epochOf(value.epoch),
    receiveTimeNs: receivedOf(at('receiveTimeNs'), value.receiveTimeNs),
    flags: flagsOf(value.flags)
  };
  if (kind !== 'loss') provenance.sourceTimeNs = u64Of(at('sourceTimeNs'), value.sourceTimeNs);
  if (isGiven(value.time)) provenance.time = textOf(at('time'), value.time);
  if (isGiven(value.incarnation)) provenance.incarnation = countOf(at('incarnation'), value.incarnation);
  return provenance;
}

/** A host has no clock that says 0, and telemetry takes 0 for a time that is not known. */
function receivedOf(path: string, value: unknown): string {
  const timeNs = u64Of(path, value);
  if (timeNs === '0') throw notA(path, 'nanoseconds since 1970, above 0', value);
  return timeNs;
}

function sourceOf(value: unknown): DocumentProvenance['source'] {
  const at = 'provenance.source';
  if (!isObject(value)) throw notA(at, 'an object', value);
  const source: DocumentProvenance['source'] = { id: countOf(`${at}.id`, value.id) };
  if (isGiven(value.name)) source.name = textOf(`${at}.name`, value.name);
  if (isGiven(value.path)) source.path = listOf(`${at}.path`, value.path, textOf);
  if (isGiven(value.hierarchy)) source.hierarchy = listOf(`${at}.hierarchy`, value.hierarchy, textOf);
  if (isGiven(value.dynamic)) source.dynamic = boolOf(`${at}.dynamic`, value.dynamic);
  return source;
}

function epochOf(value: unknown): DocumentProvenance['epoch'] {
  const at = 'provenance.epoch';
  if (!isObject(value)) throw notA(at, 'an object', value);
  if (!isHash(value.definitionHash)) throw notA(`${at}.definitionHash`, '16 hex digits', value.definitionHash);
  const epoch: DocumentProvenance['epoch'] = {
    id: countOf(`${at}.id`, value.id),
    relation: oneOf(`${at}.relation`, value.relation, ['current', 'prior']),
    definitionHash: value.definitionHash
  };
  if (isGiven(value.semanticVersion)) epoch.semanticVersion = textOf(`${at}.semanticVersion`, value.semanticVersion);
  if (isGiven(value.priorId)) epoch.priorId = countOf(`${at}.priorId`, value.priorId);
  return epoch;
}

function flagsOf(value: unknown): DocumentProvenance['flags'] {
  const at = 'provenance.flags';
  if (!isObject(value)) throw notA(at, 'an object', value);
  return {
    timeUnsynced: boolOf(`${at}.timeUnsynced`, value.timeUnsynced),
    syntheticRecord: boolOf(`${at}.syntheticRecord`, value.syntheticRecord),
    partialPayload: boolOf(`${at}.partialPayload`, value.partialPayload)
  };
}

function fieldOf(at: string, value: unknown): DocumentField {
  if (!isObject(value)) throw notA(at, 'a field', value);
  const type = textOf(`${at}.type`, value.type);
  const field: DocumentField = {
    key: countOf(`${at}.key`, value.key),
    name: textOf(`${at}.name`, value.name),
    type,
    ...typedValue(at, kindOf(`${at}.type`, type), value),
    enumLabel: isGiven(value.enumLabel) ? textOf(`${at}.enumLabel`, value.enumLabel) : null
  };
  if (isGiven(value.unit)) field.unit = textOf(`${at}.unit`, value.unit);
  if (isGiven(value.label)) field.label = textOf(`${at}.label`, value.label);
  if (isGiven(value.raw)) field.raw = countOf(`${at}.raw`, value.raw);
  return field;
}

function extensionOf(at: string, value: unknown): ExtensionField {
  if (!isObject(value)) throw notA(at, 'an extension field', value);
  const typeName = isGiven(value.typeName) ? textOf(`${at}.typeName`, value.typeName) : null;
  const extension = {
    key: countOf(`${at}.key`, value.key),
    type: countOf(`${at}.type`, value.type),
    typeName,
    name: null,
    payloadHex: hexOf(`${at}.payloadHex`, value.payloadHex)
  };
  // Null is a float that JSON cannot write; a value that is not there at all is a payload that does not decode.
  const isDecoded = typeName !== null && (isGiven(value.value) || isGiven(value.nonFinite));
  return isDecoded ? { ...extension, ...typedValue(at, kindOf(`${at}.typeName`, typeName), value) } : extension;
}

function kindOf(at: string, type: string): ValueKind {
  const kind = valueKind(type);
  if (kind === undefined) throw notA(at, 'the name of a type (Bool, DInt, LReal, String, StateRef, …)', type);
  return kind;
}

function typedValue(
  at: string,
  kind: ValueKind,
  { value, nonFinite }: Loose
): { value: DocumentValue; nonFinite?: string } {
  const path = `${at}.value`;
  switch (kind) {
    case 'text':
      return { value: textOf(path, value) };
    case 'bool':
      return { value: boolOf(path, value) };
    case 'int':
      return {
        value: Number(integerOf(path, value, -BigInt(Number.MAX_SAFE_INTEGER), BigInt(Number.MAX_SAFE_INTEGER)))
      };
    case 'u64':
      return { value: u64Of(path, value) };
    case 'i64':
      return { value: integerOf(path, value, -(2n ** 63n), 2n ** 63n - 1n).toString() };
    case 'bytes':
      return { value: { payloadHex: hexOf(`${path}.payloadHex`, isObject(value) ? value.payloadHex : value) } };
    case 'float':
      return floatOf(at, value, nonFinite);
  }
}

function floatOf(at: string, value: unknown, nonFinite: unknown): { value: number | null; nonFinite?: string } {
  if (typeof value === 'number') return Number.isFinite(value) ? { value } : { value: null, nonFinite: String(value) };
  if (value !== null && value !== undefined) throw notA(`${at}.value`, 'a number', value);
  if (!isNonFiniteName(nonFinite))
    throw notA(
      `${at}.nonFinite`,
      'NaN, Infinity or -Infinity where the value is null',
      nonFinite,
      'pass the document on as openot-doc made it'
    );
  return { value: null, nonFinite };
}

function rawSlotOf(at: string, value: unknown): RawSlot {
  if (!isObject(value)) throw notA(at, 'a slot', value);
  return {
    key: countOf(`${at}.key`, value.key),
    type: countOf(`${at}.type`, value.type),
    payloadHex: hexOf(`${at}.payloadHex`, value.payloadHex)
  };
}

const warningOf = (at: string, value: unknown): ArgumentWarning => plain(at, value) as unknown as ArgumentWarning;

/** Null and nothing are the same where a property may be missing: some JSON writers write what is not there as null. */
