import { hexText } from '../wire/hex';
import { tlvName, tlvWidth } from '../wire/registry/tlv-types';
import { SlotTable } from '../wire/slot-table';
import { ExtensionField, RawSlot } from './document';
import { Resolution } from './resolution';
import { nonFinite, valueJson, valueObject } from './value';

/**
 * JSON text of the slot-made parts of a document (docs/format.md 17, 18). What is `null` as text is `null` as object
 * too.
 */

/** `,"nonFinite":"…"` for a float that JSON writes as null, else nothing. */
function nonFiniteText(type: number, bytes: Uint8Array, at: number): string {
  const name = nonFinite(type, bytes, at);
  return name === undefined ? '' : `,"nonFinite":"${name}"`;
}

/** The inside of `fields`. */
export function fieldsText(resolution: Resolution, enriched: boolean): string {
  const { slots, shapes, slotOf, count } = resolution;
  let text = '';
  for (let n = 0; n < count; n++) {
    const shape = shapes[n];
    if (n > 0) text += ',';
    if (shape.whole !== undefined) {
      text += shape.whole;
      continue;
    }
    const i = slotOf[n];
    const type = slots.type[i];
    const bytes = slots.bytes[i];
    const at = slots.at[i];
    const added = enriched ? nonFiniteText(type, bytes, at) : '';
    text +=
      shape.head +
      valueJson(type, bytes, at, slots.len[i]) +
      (added === '' ? shape.tail : shape.tail.slice(0, -1) + added + '}');
  }
  return text;
}

/** Whether a private slot's value can be decoded: known tag and its width. Invalid UTF-8 shows when it is decoded. */
function isDecodable(type: number, length: number): boolean {
  const width = tlvWidth(type);
  return width === 0 || width === length;
}

/** `,"extensionFields":[…]`, or nothing when there are none. */
export function extensionsText(resolution: Resolution, enriched: boolean): string {
  const { slots, extensions, extensionCount } = resolution;
  if (extensionCount === 0) return '';
  let text = ',"extensionFields":[';
  for (let n = 0; n < extensionCount; n++) {
    const i = extensions[n];
    const [type, bytes, at, length] = [slots.type[i], slots.bytes[i], slots.at[i], slots.len[i]];
    const value = isDecodable(type, length) ? valueJson(type, bytes, at, length) : undefined;
    text +=
      (n > 0 ? ',' : '') +
      `{"key":${slots.key[i]},"type":${type},"typeName":${JSON.stringify(tlvName(type) ?? null)},"name":null` +
      (value === undefined ? '' : ',"value":' + value) +
      `,"payloadHex":"${hexText(bytes, at, length)}"` +
      (enriched && value !== undefined ? nonFiniteText(type, bytes, at) : '') +
      '}';
  }
  return text + ']';
}

/** The extension fields as objects. */
export function extensionObjects(resolution: Resolution, enriched: boolean): ExtensionField[] {
  const { slots, extensions, extensionCount } = resolution;
  return extensions.slice(0, extensionCount).map((i) => {
    const [type, bytes, at, length] = [slots.type[i], slots.bytes[i], slots.at[i], slots.len[i]];
    const value = isDecodable(type, length) ? valueObject(type, bytes, at, length) : undefined;
    const name = enriched && value !== undefined ? nonFinite(type, bytes, at) : undefined;
    return {
      key: slots.key[i],
      type,
      typeName: tlvName(type) ?? null,
      name: null,
      ...(value === undefined ? {} : { value }),
      payloadHex: hexText(bytes, at, length),
      ...(name === undefined ? {} : { nonFinite: name })
    };
  });
}

/** The inside of `rawSlots`: every slot in record order. */
export function rawSlotsText(slots: SlotTable): string {
  let text = '';
  for (let i = 0; i < slots.count; i++) {
    text +=
      (i > 0 ? ',' : '') +
      `{"key":${slots.key[i]},"type":${slots.type[i]},"payloadHex":"` +
      `${hexText(slots.bytes[i], slots.at[i], slots.len[i])}"}`;
  }
  return text;
}

/** The raw slots as objects. */
export function rawSlotObjects(slots: SlotTable): RawSlot[] {
  const raw: RawSlot[] = [];
  for (let i = 0; i < slots.count; i++)
    raw.push({
      key: slots.key[i],
      type: slots.type[i],
      payloadHex: hexText(slots.bytes[i], slots.at[i], slots.len[i])
    });
  return raw;
}
