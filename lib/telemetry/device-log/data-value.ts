import { isObject } from '../../base';
import { isU64Text } from '../../wire';
import { anyValue, isI64Text, stringValue, wellFormed } from '../any-value';
import type { AnyValue, KeyValue } from '../otlp-types';

const INTEGERS: ReadonlySet<string> = new Set(['SByte', 'Byte', 'Int16', 'UInt16', 'Int32', 'UInt32']);
const FLOATS: ReadonlySet<string> = new Set(['Float', 'Double']);

/**
 * A value of a record's additional data as OTLP has it, by OPC UA's built-in type and never by what it looks like. A
 * value that is not what documents give its type becomes text. Null is undefined, within a list empty text.
 */
export function dataValue(type: string, value: unknown): AnyValue | undefined {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value))
    return { arrayValue: { values: Array.from(value, (one: unknown) => dataValue(type, one) ?? stringValue('')) } };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return numberValue(type, value);
  if (typeof value === 'string') return textValue(type, value);
  return isObject(value) ? objectValue(type, value) : stringValue(String(value));
}

function numberValue(type: string, value: number): AnyValue {
  if (!Number.isFinite(value)) return stringValue(String(value));
  return INTEGERS.has(type) && Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function textValue(type: string, value: string): AnyValue {
  if (type === 'UInt64' && isU64Text(value)) return anyValue('u64', value, undefined);
  if (type === 'Int64' && isI64Text(value)) return { intValue: value };
  const isBytes = (type === 'ByteString' || type.startsWith('Reserved')) && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
  return isBytes ? { bytesValue: value } : stringValue(FLOATS.has(type) && value === '' ? 'NaN' : value);
}

function objectValue(type: string, value: Record<string, unknown>): AnyValue {
  if (type === 'LocalizedText') return stringValue(typeof value.text === 'string' ? value.text : '');
  const isVariant = typeof value.type === 'string' && 'value' in value;
  if (isVariant) return dataValue(value.type as string, value.value) ?? stringValue('');
  const values: KeyValue[] = [];
  for (const [key, inner] of Object.entries(value)) {
    const one = typeof inner === 'number' ? dataValue('Int32', inner) : dataValue('', inner);
    if (one !== undefined) values.push({ key: wellFormed(key), value: one });
  }
  return { kvlistValue: { values } };
}
