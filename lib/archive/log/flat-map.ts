/** A map out of its keys and values in turn. */
export function pairsOf(flat: readonly number[]): Map<number, number> {
  const pairs = new Map<number, number>();
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.set(flat[i], flat[i + 1]);
  return pairs;
}
