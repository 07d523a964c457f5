import { RETRY_PAUSES_MS } from '../settings';

/** A trouble that lasts less is not worth a word in the status: a torn copy is right at the next read. */
export const TOLD_AFTER_MS = 1_000;

/** How long, and in how many polls, something has been so. */
export class Patience {
  times = 0;
  /** Milliseconds between the first and the latest time. */
  ms = 0;
  private since = 0;

  /** It is so once more. */
  note(nowMs: number): void {
    if (this.times === 0) this.since = nowMs;
    this.times++;
    this.ms = nowMs - this.since;
  }

  /** It is not so any more. */
  reset(): void {
    this.times = this.ms = 0;
  }

  /**
   * Pause before the same is read again: short at first, for torn copies, then doubling up to the interval of polls.
   */
  pauseMs(intervalMs: number): number {
    const last = RETRY_PAUSES_MS[RETRY_PAUSES_MS.length - 1];
    const short = RETRY_PAUSES_MS[this.times - 1] ?? last;
    const beyond = Math.max(0, this.times - 2 * RETRY_PAUSES_MS.length);
    return Math.max(short, Math.min(intervalMs, last * 2 ** Math.min(beyond, 16)));
  }
}
