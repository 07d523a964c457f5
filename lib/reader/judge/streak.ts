import { RETRY_PAUSES_MS } from '../settings';

/** A trouble that lasts less is not worth a word in the status: a torn copy is right at the next read. */
export const TOLD_AFTER_MS = 1_000;

/** How long, and in how many polls in a row, something has been so. No streak = it is not so. */
export interface Streak {
  readonly times: number;
  /** When it was so first, monotonic milliseconds. */
  readonly sinceMs: number;
  /** Milliseconds between the first and the latest time. */
  readonly ms: number;
}

/** It is so once more. */
export function longer(streak: Streak | undefined, nowMs: number): Streak {
  if (streak === undefined) return { times: 1, sinceMs: nowMs, ms: 0 };
  return { times: streak.times + 1, sinceMs: streak.sinceMs, ms: nowMs - streak.sinceMs };
}

/**
 * Pause in milliseconds before the same is read again. 50 for the first eight times, for torn copies; then doubling up
 * to the interval of polls. A shorter interval makes the first ones shorter: with 10 they are 10, 10, 20, 50, 50.
 */
export function pauseOf(streak: Streak | undefined, intervalMs: number): number {
  const times = streak?.times ?? 0;
  const last = RETRY_PAUSES_MS[RETRY_PAUSES_MS.length - 1];
  const short = RETRY_PAUSES_MS[times - 1] ?? last;
  const beyond = Math.max(0, times - 2 * RETRY_PAUSES_MS.length);
  return Math.max(short, Math.min(intervalMs, last * 2 ** Math.min(beyond, 16)));
}
