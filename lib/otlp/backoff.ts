import { backoffMs } from '../base';

/** First wait after a failure, in milliseconds. */
export const FIRST_BACKOFF_MS = 500;
/** Longest wait that grows by itself, in milliseconds. */
export const MAX_BACKOFF_MS = 10_000;
const LIMITS = { firstMs: FIRST_BACKOFF_MS, mostMs: MAX_BACKOFF_MS };

/** Milliseconds to wait after the n-th failure in a row, from 1. */
export const retryMs = (failures: number, random: number): number => Math.round(backoffMs(failures, random, LIMITS));

/** Milliseconds to wait where the collector said how long: never less, up to a tenth more. */
export function askedMs(retryAfterMs: number, random: number): number {
  return Math.round(retryAfterMs * (1 + 0.1 * random));
}
