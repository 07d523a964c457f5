import { isObject } from '../../base';
import { isU64Text } from '../../wire';
import { anyValue, isI64Text, stringValue } from '../any-value';
import type { AnyValue } from '../otlp-types';
import { ofOneType } from '../value-type';

const INTEGERS: ReadonlySet<string> = new Set(['SByte', 'Byte', 'Int16', 'UInt16', 'Int32', 'UInt32']);
const FLOATS: ReadonlySet<string> = new Set(['Float', 'Double']);

/**
 * A value of a record's additional data as OTLP has it, by OPC UA's built-in type and never by what it looks like. A
 * value that is not what documents give its type becomes text. Null is undefined, within a list empty text. A list
 * whose elements are not all of one type is a list of text; what has parts of its own is JSON, as text.
 */
export function dataValue(type: string, value: unknown): AnyValue | undefined {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) {
    const values = Array.from(value, (one: unknown) => elementValue(type, one));
    return { arrayValue: { values: ofOneType(values) } };
  }
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return numberValue(type, value);
  if (typeof value === 'string') return textValue(type, value);
  return isObject(value) ? objectValue(type, value) : stringValue(String(value));
}

/** A matrix is a list of lists: each of those is JSON. */
const elementValue = (type: string, value: unknown): AnyValue =>
  Array.isArray(value) ? jsonValue(value) : (dataValue(type, value) ?? stringValue(''));

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
  return jsonValue(value);
}

/** As documents write it; what JSON cannot write, which only a flow can bring, is an empty object. */
function jsonValue(value: object): AnyValue {
  try {
    return stringValue(
      JSON.stringify(value, (_name, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? '{}'
    );
  } catch {
    return stringValue('{}');
  }
}
