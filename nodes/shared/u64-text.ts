import { parseU64 } from '../../lib/wire';

const MAX_U64 = '18446744073709551615';

/**
 * Is it text that JSON takes for a whole number from 0 to 2^64-1: digits only, at most 20, no leading zeros? Such text
 * goes into documents as it is. Without a regular expression: it stands in the way of every record.
 */
export function isU64Text(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_U64.length) return false;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  if (value.charCodeAt(0) === 48 && value.length > 1) return false;
  return value.length < MAX_U64.length || value <= MAX_U64;
}

/** The same for what a message may bring: a number, such text, or a BigInt. Undefined when it is none of them. */
export function u64TextOf(value: unknown): string | undefined {
  return typeof value === 'string' ? (isU64Text(value) ? value : undefined) : parseU64(value)?.toString();
}
