import type { DocumentField, EventDocument, ExtensionField } from '../document';
import { anyValue, bytesValue, intValue, stringValue, valueKind, ValueKind } from './any-value';
import { UniqueAttributes } from './attributes';
import { FieldKeyStore, FieldKeys } from './field-keys';
import type { AnyValue, KeyValue } from './otlp-types';

/**
 * The attributes of an event's fields (docs/format.md 21): `openot.field.<name>`, with `.unit`, `.label` and `.raw`
 * where
 * the field has them. Returns whether any float among them is none that a number can be.
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
      putField(list, keys, field);
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
const valueOf = (field: DocumentField): AnyValue => anyValue(kindOf(field), field.value, field.nonFinite);
const labelOf = (field: DocumentField): string | null => field.label ?? field.enumLabel;

/** One value is an array of one where the field may repeat. */
const wrapped = (keys: FieldKeys, value: AnyValue): AnyValue =>
  keys.repeats ? { arrayValue: { values: [value] } } : value;

function putField(list: KeyValue[], keys: FieldKeys, field: DocumentField): void {
  const label = labelOf(field);
  list.push({ key: keys.value, value: wrapped(keys, valueOf(field)) });
  if (field.unit !== undefined) list.push({ key: keys.unit, value: wrapped(keys, stringValue(field.unit)) });
  if (label !== null) list.push({ key: keys.label, value: wrapped(keys, stringValue(label)) });
  if (field.raw !== undefined) list.push({ key: keys.raw, value: wrapped(keys, intValue(field.raw)) });
}

/** What stands in an array beside others at the place of a field that has no unit, label or number. */
const nothing = (): AnyValue => ({ stringValue: '' });

/** The same where names repeat or could meet: fields of one name are one array, at the place of the first. */
function putTogether(list: KeyValue[], fields: readonly DocumentField[], fieldKeys: FieldKeyStore): boolean {
  const unique = new UniqueAttributes(list);
  for (const [name, same] of groupedBy(fields, (field) => field.name)) {
    const keys = fieldKeys.keysOf(name);
    const put = (key: string, values: AnyValue[]): void =>
      unique.put(key, keys.repeats || values.length > 1 ? { arrayValue: { values } } : values[0]);
    put(keys.value, same.map(valueOf));
    if (same.some(({ unit }) => unit !== undefined))
      put(
        keys.unit,
        same.map(({ unit }) => (unit === undefined ? nothing() : stringValue(unit)))
      );
    if (same.some((field) => labelOf(field) !== null))
      put(
        keys.label,
        same.map((field) => stringValue(labelOf(field) ?? ''))
      );
    if (same.some(({ raw }) => raw !== undefined))
      put(
        keys.raw,
        same.map(({ raw }) => (raw === undefined ? nothing() : intValue(raw)))
      );
  }
  return fields.some(({ nonFinite }) => nonFinite !== undefined);
}

/**
 * Private slots: `openot.extension.<key>`, by the type of their tag; what does not decode as it, or has none, as bytes.
 */
function putExtensions(list: KeyValue[], extensions: readonly ExtensionField[]): boolean {
  for (const [key, same] of groupedBy(extensions, (extension) => extension.key)) {
    const values = same.map(extensionValue);
    list.push({ key: 'openot.extension.' + key, value: values.length > 1 ? { arrayValue: { values } } : values[0] });
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
