/**
 * Compares whole numbers written as decimal text without leading zeros: below 0, 0, above 0. Exact for any size,
 * without a bigint.
 */
export function compareDecimal(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
