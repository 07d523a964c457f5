/** First wait after a failure, in milliseconds. */
export const FIRST_BACKOFF_MS = 500;
/** Longest wait that grows by itself, in milliseconds. */
export const MAX_BACKOFF_MS = 10_000;
/** Part of a wait that is chance, so that many senders do not come back in one moment. */
const JITTER = 0.5;

/**
 * Milliseconds to wait after the n-th failure in a row, from 1: doubled each time up to the limit, the upper half of it
 * by chance.
 */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 20));
  return Math.round(full * (1 - JITTER + JITTER * random));
}

/** Milliseconds to wait where the collector said how long: never less, up to a tenth more. */
export function askedMs(retryAfterMs: number, random: number): number {
  return Math.round(retryAfterMs * (1 + 0.1 * random));
}
