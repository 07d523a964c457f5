/** Values that came from outside, out of a message or a saved state: looked at without trust. */

/** A plain object as JSON knows it: no array, not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const MAX_SHOWN = 80;

/** A value as an error message shows it: its JSON, cut after 80 characters. Never throws. */
export function shownValue(value: unknown): string {
  try {
    const text =
      JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner)) ??
      'nothing';
    return text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) + '…' : text;
  } catch {
    // A message may hold anything, an object that holds itself included.
    return 'an object that is no JSON';
  }
}
