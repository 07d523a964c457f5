/** What was thrown, as a person reads it. Never throws, whatever a getter or a proxy does. */
export function errorText(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return 'an error without text';
  }
}

/** What was thrown, as an Error. */
export const errorOf = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(errorText(thrown)));

/** Text of at most `most` characters; where it was longer, `…` stands behind them. */
export const shortened = (text: string, most: number): string =>
  text.length > most ? text.slice(0, most) + '…' : text;

/** `1 record`, `2 records`; `many` where the plural is not made with an s. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

const MAX_SHOWN = 80;

/** A value as an error message shows it: its JSON, cut after 80 characters. Never throws. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  try {
    const text =
      JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner)) ??
      'nothing';
    return shortened(text, MAX_SHOWN);
  } catch {
    // A message may hold anything, an object that holds itself included.
    return 'an object that is no JSON';
  }
}
