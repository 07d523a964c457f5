import { isU64Text, parseU64 } from '../wire';

/** Decimal text of what a message may bring: a number, such text, or a BigInt. Undefined when it is none of them. */
export function u64TextOf(value: unknown): string | undefined {
  return typeof value === 'string' ? (isU64Text(value) ? value : undefined) : parseU64(value)?.toString();
}
