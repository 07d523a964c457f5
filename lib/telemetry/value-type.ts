/**
 * One attribute key has one type for ever (docs/format.md 21): stores make a column of a key, and refuse what is of
 * another type later. Where the type is not fixed by the key's name, the key ends in it.
 */
import { stringValue } from './any-value';
import type { AnyValue } from './otlp-types';

/** The types that an attribute of ours can have, as keys end in them. */
export type ScalarType = 'bool' | 'int' | 'double' | 'text' | 'bytes';

/** The same, and lists: all elements of one are of one type. */
export type ValueType = ScalarType | `${ScalarType}_list`;

const TYPES = [
  ['stringValue', 'text'],
  ['intValue', 'int'],
  ['doubleValue', 'double'],
  ['boolValue', 'bool'],
  ['bytesValue', 'bytes']
] as const satisfies readonly (readonly [keyof AnyValue, ScalarType])[];

/** The type of a value that is no list and no map. */
export function scalarTypeOf(value: AnyValue): ScalarType {
  for (const [property, type] of TYPES) if (value[property] !== undefined) return type;
  throw new TypeError('a list or a map has no scalar type');
}

/** Lists without elements are lists of text. */
export const listTypeOf = ([first]: readonly AnyValue[]): ValueType =>
  first === undefined ? 'text_list' : `${scalarTypeOf(first)}_list`;

/** The type of a value that is no map; of a list that of its first element: `sameType` made the others be like it. */
export const valueTypeOf = (value: AnyValue): ValueType =>
  value.arrayValue === undefined ? scalarTypeOf(value) : listTypeOf(value.arrayValue.values);

/** A value as text: numbers with all their digits, bytes as base64, a list as the JSON of its texts. */
export function asText(value: AnyValue): string {
  if (value.arrayValue !== undefined) return JSON.stringify(value.arrayValue.values.map(asText));
  if (Object.is(value.doubleValue, -0)) return '-0';
  return String(value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue ?? value.bytesValue);
}

/** The values as they are where all are of one type, else all as text. */
export function ofOneType(values: AnyValue[]): AnyValue[] {
  if (values.some(({ arrayValue }) => arrayValue !== undefined))
    return values.map((value) => stringValue(asText(value)));
  const type = values.length === 0 ? 'text' : scalarTypeOf(values[0]);
  return values.every((value) => scalarTypeOf(value) === type)
    ? values
    : values.map((value) => stringValue(asText(value)));
}
