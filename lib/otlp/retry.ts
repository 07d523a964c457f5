import { backoffMs } from '../base';

/** First wait after a failure, in milliseconds. */
export const FIRST_BACKOFF_MS = 500;
/** Longest wait that grows by itself, in milliseconds. */
export const MAX_BACKOFF_MS = 10_000;
const LIMITS = { firstMs: FIRST_BACKOFF_MS, mostMs: MAX_BACKOFF_MS };

/** When one endpoint may be asked again. */
export class RetryGate {
  private failures = 0;
  /** Rises with each failure that counts: what a request that began before it comes to says nothing new. */
  episode = 0;
  /** The endpoint is left alone until then; `-Infinity`: it may be asked now. */
  openMs = -Infinity;
  /** Until when the collector itself has asked to be left alone. */
  askedUntilMs = -Infinity;

  /** The last request had no answer, or one that says: later. */
  get isTroubled(): boolean {
    return this.failures > 0;
  }

  /** The endpoint answered a request that began in this episode: it may be asked at once. */
  answered(episode: number): void {
    if (episode !== this.episode) return;
    this.failures = 0;
    this.openMs = this.askedUntilMs = -Infinity;
  }

  /**
   * No answer, or one that says: later, and where it says it `retryAfterMs`. Returns for how many milliseconds the
   * endpoint is left alone. `random` from 0 up to, not including, 1.
   */
  failed(episode: number, nowMs: number, random: number, retryAfterMs: number | undefined): number {
    // Of several under way at the same time only one counts.
    if (episode === this.episode) {
      this.failures++;
      this.episode++;
    }
    const isAsked = retryAfterMs !== undefined && retryAfterMs > 0;
    // Where the collector said how long: never less, up to a tenth more.
    const waitMs = isAsked ? retryAfterMs * (1 + 0.1 * random) : backoffMs(this.failures, random, LIMITS);
    this.openMs = Math.max(this.openMs, nowMs + Math.round(waitMs));
    if (isAsked) this.askedUntilMs = this.openMs;
    return this.openMs - nowMs;
  }
}
