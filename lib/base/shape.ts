/** Checks of values that came from outside, out of a message or a saved state: looked at without trust. */

/** Says whether a value is what it should be. */
export type Check = (value: unknown) => boolean;

/** A plain object as JSON knows it: no array, not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Any text, the empty one too. */
export const isText = (value: unknown): value is string => typeof value === 'string';

/** A whole number from 0 to 2^53-1: a count, a position, a seq or an id. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const MAX_U64_TEXT = '18446744073709551615';

/**
 * Is it text that JSON takes for a whole number from 0 to 2^64-1: digits only, at most 20, no leading zeros? Such text
 * goes into documents as it is. Without a regular expression: it stands in the way of every record.
 */
export function isU64Text(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_U64_TEXT.length) return false;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  if (value.charCodeAt(0) === 48 && value.length > 1) return false;
  return value.length < MAX_U64_TEXT.length || value <= MAX_U64_TEXT;
}

/** Text of exactly so many lowercase hex digits. */
export const hexOf =
  (digits: number) =>
  (value: unknown): value is string =>
    typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);

/** One of these values. */
export const oneOf =
  <T>(...values: readonly T[]) =>
  (value: unknown): value is T =>
    (values as readonly unknown[]).includes(value);

/** Nothing, or what `check` takes. */
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

/** An array of what `check` takes, at most so many. */
export const listOf =
  (check: Check, most = Infinity): Check =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every((entry) => check(entry));

/** An array of as many entries as there are checks, each for its own place. */
export const tupleOf =
  (...checks: readonly Check[]): Check =>
  (value) =>
    Array.isArray(value) && value.length === checks.length && checks.every((check, place) => check(value[place]));

/** An object with these properties; others are not looked at. */
export const shapeOf =
  <T>(properties: Readonly<Record<keyof T & string, Check>>) =>
  (value: unknown): value is T =>
    isObject(value) && Object.entries<Check>(properties).every(([name, check]) => check(value[name]));
