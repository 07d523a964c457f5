import type { AnyValue, KeyValue } from '../otlp-types';

/**
 * 0 for -0, any other number as it is. JSON.stringify writes a -0 as `0` and other writers as `-0`: a checksum over the
 * text (docs/format.md 24) must hold for whoever writes it.
 */
export function unsignedZero(value: number): number {
  return value === 0 ? 0 : value;
}

/** The attributes without any -0; the same list where there is none. */
export function withoutNegativeZero(attributes: KeyValue[]): KeyValue[] {
  return attributes.some(({ value }) => hasNegativeZero(value))
    ? attributes.map(({ key, value }) => ({ key, value: plain(value) }))
    : attributes;
}

function hasNegativeZero({ doubleValue, arrayValue, kvlistValue }: AnyValue): boolean {
  if (doubleValue !== undefined) return Object.is(doubleValue, -0);
  return arrayValue !== undefined
    ? arrayValue.values.some(hasNegativeZero)
    : kvlistValue !== undefined && kvlistValue.values.some(({ value }) => hasNegativeZero(value));
}

function plain(value: AnyValue): AnyValue {
  if (value.doubleValue !== undefined) return { doubleValue: unsignedZero(value.doubleValue) };
  if (value.arrayValue !== undefined) return { arrayValue: { values: value.arrayValue.values.map(plain) } };
  if (value.kvlistValue !== undefined)
    return {
      kvlistValue: { values: value.kvlistValue.values.map((entry) => ({ key: entry.key, value: plain(entry.value) })) }
    };
  return value;
}
