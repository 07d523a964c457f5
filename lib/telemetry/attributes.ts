import { anyValue, intValue, stringValue, wellFormed } from './any-value';
import type { AnyValue, KeyValue } from './otlp-types';

/** A text as attribute. */
export const textAttribute = (key: string, text: string): KeyValue => ({ key, value: stringValue(text) });

/** A whole number that is exact as a double, as attribute. */
export const intAttribute = (key: string, value: number): KeyValue => ({ key, value: intValue(value) });

/** An unsigned integer as decimal text: above 2^63-1, where OTLP has no integer, as text under `<key>_text`. */
export function u64Attribute(key: string, digits: string): KeyValue {
  const value = anyValue('u64', digits, undefined);
  return { key: value.intValue === undefined ? `${key}_text` : key, value };
}

/**
 * Attributes whose keys may meet: the first keeps its key, later ones are suffixed `_2`, `_3`, … (docs/format.md 21).
 * A collector may refuse a whole request for one key that comes twice, and nothing may be lost.
 */
export class UniqueAttributes {
  private readonly used: Set<string>;

  /** Adds to `list`, which may hold some already. */
  constructor(readonly list: KeyValue[]) {
    this.used = new Set(list.map(({ key }) => key));
  }

  /** Adds one, under the next key that is free. */
  put(key: string, value: AnyValue): void {
    const wanted = wellFormed(key);
    let free = wanted;
    for (let n = 2; this.used.has(free); n++) free = `${wanted}_${n}`;
    this.used.add(free);
    this.list.push({ key: free, value });
  }
}
