import type { AnyValue, KeyValue } from '../../otlp-types';
import { unsignedZero } from '../zero';
import type { LiteralKeyValue, LiteralValue } from './types';

/** Attributes in the specification's own types (docs/format.md 24). */
export function literalAttributes(attributes: readonly KeyValue[]): LiteralKeyValue[] {
  return attributes.map(({ key, value }) => ({ key, value: literalValue(value) }));
}

/** One value in the specification's own types. */
export function literalValue(value: AnyValue): LiteralValue {
  if (value.intValue !== undefined) return { intValue: literalInteger(value.intValue) };
  if (value.doubleValue !== undefined) return { doubleValue: unsignedZero(value.doubleValue) };
  if (value.bytesValue !== undefined) return { stringValue: value.bytesValue };
  if (value.arrayValue !== undefined) return { arrayValue: { values: value.arrayValue.values.map(literalValue) } };
  if (value.kvlistValue !== undefined) return { kvlistValue: { values: literalAttributes(value.kvlistValue.values) } };
  return value as LiteralValue;
}

function literalInteger(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}
