/**
 * Whether something is an enriched document as openot-doc makes it, every property in its own type (docs/format.md 17,
 * 18). In the way of every document, so it only says yes or no: mapper-input.ts says what is wrong, or brings what went
 * through JSON or a function back into shape.
 */
import type {
  DocumentField,
  DocumentObject,
  DocumentProvenance,
  ExtensionField,
  LossDocument,
  PlaceholderDocument
} from '../document';
import { isCount, isObject, isU64Text } from '../base';
import { LOSS_CLASSES } from '../stream';
import { isHex, isValueOf, valueKind } from './any-value';

type Loose<T> = { readonly [K in keyof T]?: unknown };

/** Text, or nothing. */
export const isOptionalText = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === 'string';
/** 16 hex digits. */
export const isHash = (value: unknown): value is string =>
  typeof value === 'string' && value.length === 16 && isHex(value);

const isTexts = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((text) => typeof text === 'string'));

/** True: it can be mapped as it is. */
export function isEnrichedDocument(value: unknown): value is DocumentObject {
  if (!isObject(value)) return false;
  const { kind, text, provenance } = value as Loose<DocumentObject>;
  if (typeof text !== 'string' || !isProvenance(provenance)) return false;
  if (kind === 'event') return provenance.sourceTimeNs !== undefined && isEvent(value);
  if (kind === 'loss') return isLoss(value);
  return kind === 'placeholder' && provenance.sourceTimeNs !== undefined && isPlaceholder(value);
}

function isProvenance(value: unknown): value is DocumentProvenance {
  if (!isObject(value)) return false;
  const { bufferId, source, runId, epoch, sourceTimeNs, receiveTimeNs, flags, incarnation } =
    value as Loose<DocumentProvenance>;
  return (
    isCount(bufferId) &&
    isSource(source) &&
    isU64Text(runId) &&
    isEpoch(epoch) &&
    (sourceTimeNs === undefined || isU64Text(sourceTimeNs)) &&
    isU64Text(receiveTimeNs) &&
    isFlags(flags) &&
    (incarnation === undefined || isCount(incarnation))
  );
}

function isSource(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, name, path } = value as Loose<DocumentProvenance['source']>;
  return isCount(id) && isOptionalText(name) && isTexts(path);
}

function isEpoch(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, relation, definitionHash, semanticVersion } = value as Loose<DocumentProvenance['epoch']>;
  return (
    isCount(id) &&
    (relation === 'current' || relation === 'prior') &&
    isHash(definitionHash) &&
    isOptionalText(semanticVersion)
  );
}

function isFlags(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { timeUnsynced, syntheticRecord, partialPayload } = value as Loose<DocumentProvenance['flags']>;
  return (
    typeof timeUnsynced === 'boolean' && typeof syntheticRecord === 'boolean' && typeof partialPayload === 'boolean'
  );
}

function isEvent(value: Record<string, unknown>): boolean {
  const { eventName, eventTypeId, seq, fields, extensionFields, warnings } = value;
  return (
    typeof eventName === 'string' &&
    isCount(eventTypeId) &&
    isCount(seq) &&
    Array.isArray(fields) &&
    everyOf(fields, isField) &&
    (extensionFields === undefined || (Array.isArray(extensionFields) && everyOf(extensionFields, isExtension))) &&
    // What they hold goes through JSON: mapper-input.ts looks that it can.
    warnings === undefined
  );
}

/** As `every`, which passes over the holes of an array. */
function everyOf(values: readonly unknown[], is: (value: unknown) => boolean): boolean {
  for (let i = 0; i < values.length; i++) if (!is(values[i])) return false;
  return true;
}

function isField(value: unknown): boolean {
  if (!isObject(value)) return false;
  const field = value as Loose<DocumentField>;
  const kind = typeof field.type === 'string' ? valueKind(field.type) : undefined;
  return (
    kind !== undefined &&
    isValueOf(kind, field.value, field.nonFinite) &&
    typeof field.name === 'string' &&
    isCount(field.key) &&
    (field.enumLabel === null || typeof field.enumLabel === 'string') &&
    isOptionalText(field.unit) &&
    isOptionalText(field.label) &&
    (field.raw === undefined || isCount(field.raw)) &&
    (field.nonFinite === undefined || field.value === null)
  );
}

function isExtension(value: unknown): boolean {
  if (!isObject(value)) return false;
  const extension = value as Loose<ExtensionField>;
  if (!isCount(extension.key) || !isCount(extension.type) || !isHex(extension.payloadHex)) return false;
  if (extension.typeName === null) return extension.value === undefined && extension.nonFinite === undefined;
  const kind = typeof extension.typeName === 'string' ? valueKind(extension.typeName) : undefined;
  if (kind === undefined || (extension.nonFinite !== undefined && extension.value !== null)) return false;
  return extension.value === undefined || isValueOf(kind, extension.value, extension.nonFinite);
}

function isLoss(value: Record<string, unknown>): boolean {
  const loss = value as Loose<LossDocument>;
  const { firstSeq, lastSeq, count } = loss;
  return (
    isCount(firstSeq) &&
    isCount(lastSeq) &&
    count === lastSeq - firstSeq + 1 &&
    lastSeq >= firstSeq &&
    (loss.basis === 'inferred' || loss.basis === 'authoritative') &&
    LOSS_CLASSES.some((known) => known === loss.class) &&
    (loss.afterTimeNs === undefined || isU64Text(loss.afterTimeNs)) &&
    (loss.beforeTimeNs === undefined || isU64Text(loss.beforeTimeNs))
  );
}

function isPlaceholder(value: Record<string, unknown>): boolean {
  const { eventTypeId, seq, reason, rawSlots } = value as Loose<PlaceholderDocument>;
  // A detail goes through JSON, too.
  return (
    isCount(eventTypeId) &&
    isCount(seq) &&
    isObject(reason) &&
    typeof reason.kind === 'string' &&
    !('detail' in reason) &&
    Array.isArray(rawSlots) &&
    everyOf(rawSlots, isRawSlot)
  );
}

function isRawSlot(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { key, type, payloadHex } = value;
  return isCount(key) && isCount(type) && isHex(payloadHex);
}
