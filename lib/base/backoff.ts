/** Limits of the pauses between tries, in milliseconds. */
export interface BackoffLimits {
  /** After the first failure. */
  readonly firstMs: number;
  /** However often it failed. */
  readonly mostMs: number;
}

/**
 * Milliseconds to wait after the n-th failure in a row, from 1: doubled each time up to the limit, the upper half of it
 * by chance, so that many do not come back in one moment.
 */
export function backoffMs(failures: number, random: number, { firstMs, mostMs }: BackoffLimits): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return full / 2 + (full / 2) * random;
}
