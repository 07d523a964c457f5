/**
 * Values of documents as OTLP's AnyValue (docs/format.md 21): by the name of the field's type and never by what the
 * value
 * looks like, so that a Real of 5 stays a double and a small ULInt an integer. Everything made here is new each time: a
 * flow may change what it is given.
 */
import type { DocumentValue } from '../document';
import { isU64Text } from '../wire';
import type { AnyValue } from './otlp-types';

/** How the values of a type are written. `u64` and `i64` come as decimal text. */
export type ValueKind = 'bool' | 'int' | 'u64' | 'i64' | 'float' | 'text' | 'bytes';

const kinds: ReadonlyMap<string, ValueKind> = new Map<string, ValueKind>([
  ['Bool', 'bool'],
  ...['SInt', 'USInt', 'UInt', 'Int', 'UDInt', 'DInt'].map((type): [string, ValueKind] => [type, 'int']),
  ['ULInt', 'u64'],
  ['LInt', 'i64'],
  ['DateTime', 'u64'],
  ['Real', 'float'],
  ['LReal', 'float'],
  ['String', 'text'],
  ['Bytes', 'bytes'],
  ...['StateMachineRef', 'StateRef', 'ConditionRef', 'CauseOperandRef', 'ValueRef', 'MessageTemplateRef'].map(
    (type): [string, ValueKind] => [type, 'text']
  )
]);

/**
 * The kind of a type by its name in documents, or undefined for a name they do not use. Every resolved reference
 * (`StateRef`, …) is text.
 */
export const valueKind = (type: string): ValueKind | undefined => kinds.get(type);

/** What stands for a float that JSON cannot write. */
export const isNonFiniteName = (name: unknown): name is string =>
  name === 'NaN' || name === 'Infinity' || name === '-Infinity';

const MAX_I64 = '9223372036854775807';
const MIN_I64_DIGITS = '9223372036854775808';

/** Is the decimal text of a u64 at most 2^63-1? */
const fitsI64 = (digits: string): boolean =>
  digits.length < MAX_I64.length || (digits.length === MAX_I64.length && digits <= MAX_I64);

/** Is it the decimal text of a signed 64-bit integer, without leading zeros, a plus sign or a negative zero? */
export function isI64Text(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  if (value.charCodeAt(0) !== 0x2d) return isU64Text(value) && fitsI64(value);
  const digits = value.slice(1);
  return (
    isU64Text(digits) &&
    digits !== '0' &&
    (digits.length < MIN_I64_DIGITS.length || (digits.length === MIN_I64_DIGITS.length && digits <= MIN_I64_DIGITS))
  );
}

/** Hex digits, an even number of them. */
export const isHex = (text: unknown): text is string =>
  typeof text === 'string' && text.length % 2 === 0 && !/[^0-9a-fA-F]/.test(text);

/** Whether a value has the form that documents give the values of this kind; nothing else may reach `anyValue`. */
export function isValueOf(kind: ValueKind, value: unknown, nonFinite: unknown): value is DocumentValue {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'int':
      return Number.isSafeInteger(value);
    case 'float':
      return value === null ? isNonFiniteName(nonFinite) : Number.isFinite(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'u64':
      return isU64Text(value);
    case 'i64':
      return isI64Text(value);
    case 'bytes':
      return typeof value === 'object' && value !== null && isHex((value as { payloadHex?: unknown }).payloadHex);
  }
}

/** A value of which `isValueOf` is true. A non-finite float becomes its name as text. */
export function anyValue(kind: ValueKind, value: DocumentValue, nonFinite: string | undefined): AnyValue {
  switch (kind) {
    case 'text':
      return stringValue(value as string);
    case 'int':
      return { intValue: '' + (value as number) };
    case 'float':
      return value === null ? { stringValue: nonFinite } : { doubleValue: value as number };
    case 'bool':
      return { boolValue: value as boolean };
    case 'u64':
      return fitsI64(value as string) ? { intValue: value as string } : { stringValue: value as string };
    case 'i64':
      return { intValue: value as string };
    case 'bytes':
      return bytesValue((value as { payloadHex: string }).payloadHex);
  }
}

/** Text that UTF-8 can write: a surrogate without its other half, which only a flow can bring, becomes U+FFFD. */
export const wellFormed = (text: string): string => (text as string & { toWellFormed(): string }).toWellFormed();

/** Text as it is, empty text too. */
export const stringValue = (text: string): AnyValue => ({ stringValue: wellFormed(text) });

/** A whole number that is exact as a double. */
export const intValue = (value: number): AnyValue => ({ intValue: '' + value });

/** Hex digits as base64. */
export const bytesValue = (hex: string): AnyValue => ({ bytesValue: Buffer.from(hex, 'hex').toString('base64') });

/** Several texts. */
export const textsValue = (texts: readonly string[]): AnyValue => ({ arrayValue: { values: texts.map(stringValue) } });
