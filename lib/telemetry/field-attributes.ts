import type { DocumentField, EventDocument, ExtensionField } from '../document';
import { anyValue, bytesValue, intValue, stringValue, valueKind, ValueKind } from './any-value';
import { UniqueAttributes } from './attributes';
import { FieldKeyStore, FieldKeys } from './field-keys';
import type { AnyValue, KeyValue } from './otlp-types';
import { asText, listTypeOf, ofOneType, scalarTypeOf, valueTypeOf } from './value-type';

/**
 * The attributes of an event's fields (docs/format.md 21): `openot.field.<name>` with the field's type behind it where
 * the name does not fix it, and `_unit`, `_label` and `_raw` where the field has them. Returns whether any float among
 * them is none that a number can be.
 */
export function putFields(list: KeyValue[], document: EventDocument, fieldKeys: FieldKeyStore): boolean {
  const { fields, extensionFields } = document;
  const before = list.length;
  fieldKeys.begin();
  let nonFinite = false;
  let distinct = true;
  for (let n = 0; n < fields.length && distinct; n++) {
    const field = fields[n];
    const keys = fieldKeys.fresh(field.name);
    if (keys === undefined) distinct = false;
    else {
      if (keys.repeats) putList(list, keys, [field]);
      else putField(list, keys, field);
      nonFinite ||= field.nonFinite !== undefined;
    }
  }
  if (!distinct) {
    list.length = before;
    nonFinite = putTogether(list, fields, fieldKeys);
  }
  return (extensionFields !== undefined && putExtensions(list, extensionFields)) || nonFinite;
}

const kindOf = (field: DocumentField): ValueKind => valueKind(field.type) as ValueKind;
const labelOf = (field: DocumentField): string | null => field.label ?? field.enumLabel;

function valueOf(field: DocumentField, { isNamed }: FieldKeys): AnyValue {
  const value = anyValue(kindOf(field), field.value, field.nonFinite);
  return isNamed && value.intValue !== undefined ? { stringValue: value.intValue } : value;
}

/** The number behind a name; of what may have a name also where it has none. */
function rawOf(field: DocumentField, { isNamed }: FieldKeys): AnyValue | undefined {
  if (field.raw !== undefined) return intValue(field.raw);
  return isNamed && kindOf(field) === 'int' ? intValue(field.value as number) : undefined;
}

/** What every distinct name has that comes once. */
function putField(list: KeyValue[], keys: FieldKeys, field: DocumentField): void {
  const label = labelOf(field);
  const raw = rawOf(field, keys);
  const value = valueOf(field, keys);
  list.push({ key: keys.of(scalarTypeOf(value)), value });
  if (field.unit !== undefined) list.push({ key: keys.unit, value: stringValue(field.unit) });
  if (label !== null) list.push({ key: keys.label, value: stringValue(label) });
  if (raw !== undefined) list.push({ key: keys.raw, value: raw });
}

/** The same where names repeat or could meet: fields of one name are one list, at the place of the first. */
function putTogether(list: KeyValue[], fields: readonly DocumentField[], fieldKeys: FieldKeyStore): boolean {
  const unique = new UniqueAttributes(list);
  for (const [name, same] of groupedBy(fields, (field) => field.name)) {
    const keys = fieldKeys.keysOf(name);
    const own: KeyValue[] = [];
    if (same.length > 1 || keys.repeats) putList(own, keys, same);
    else putField(own, keys, same[0]);
    for (const { key, value } of own) unique.put(key, value);
  }
  return fields.some(({ nonFinite }) => nonFinite !== undefined);
}

/** Fields of one name, place by place: what one of them has not is empty text. */
function putList(list: KeyValue[], keys: FieldKeys, fields: readonly DocumentField[]): void {
  const put = (key: string, values: AnyValue[]): void => void list.push({ key, value: { arrayValue: { values } } });
  // What is always a list has no key beside it that is none.
  const end = keys.repeats ? '' : '_list';
  const given = fields.map((field) => valueOf(field, keys));
  const values = keys.type === 'text_list' ? given.map((value) => stringValue(asText(value))) : ofOneType(given);
  put(keys.of(listTypeOf(values)), values);
  if (fields.some(({ unit }) => unit !== undefined))
    put(
      keys.unit + end,
      fields.map(({ unit }) => stringValue(unit ?? ''))
    );
  if (fields.some((field) => labelOf(field) !== null))
    put(
      keys.label + end,
      fields.map((field) => stringValue(labelOf(field) ?? ''))
    );
  const raws = fields.map((field) => rawOf(field, keys));
  if (raws.some((raw) => raw !== undefined)) {
    const all = ofOneType(raws.map((raw) => raw ?? stringValue('')));
    put(keys.raw + (listTypeOf(all) === 'int_list' ? end : '_text_list'), all);
  }
}

/**
 * Private slots: `openot.extension.<key>_<type>`, by the type of their tag; what does not decode as it, or has none, as
 * bytes.
 */
function putExtensions(list: KeyValue[], extensions: readonly ExtensionField[]): boolean {
  for (const [key, same] of groupedBy(extensions, (extension) => extension.key)) {
    const values = same.map(extensionValue);
    const value = values.length > 1 ? { arrayValue: { values: ofOneType(values) } } : values[0];
    list.push({ key: `openot.extension.${key}_${valueTypeOf(value)}`, value });
  }
  return extensions.some(({ nonFinite }) => nonFinite !== undefined);
}

function extensionValue({ typeName, value, payloadHex, nonFinite }: ExtensionField): AnyValue {
  const kind = typeName === null ? undefined : valueKind(typeName);
  return kind === undefined || value === undefined ? bytesValue(payloadHex) : anyValue(kind, value, nonFinite);
}

function groupedBy<T, K>(entries: readonly T[], keyOf: (entry: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}
