import { backoffMs } from '../base';
import type { Pause } from './verdict';

/** First wait after a failure, in milliseconds. */
export const FIRST_BACKOFF_MS = 500;
/** Longest wait that grows by itself, in milliseconds. */
export const MAX_BACKOFF_MS = 10_000;
/** The same where a person must act: a wrong address does not mend itself. */
export const MAX_LONG_BACKOFF_MS = 60_000;
/** Milliseconds until credentials that were refused are tried again: accounts are locked by many tries. */
export const CREDENTIALS_AGAIN_MS = 300_000;

/** Why an endpoint is left alone. */
export interface Failed {
  readonly pause: Pause;
  /** Where the collector said how long. */
  readonly retryAfterMs?: number;
}

/** When one endpoint may be asked again. */
export class RetryGate {
  private failures = 0;
  /** Rises with each failure that counts: what a request that began before it comes to says nothing new. */
  episode = 0;
  /** The endpoint is left alone until then; `-Infinity`: it may be asked now. */
  openMs = -Infinity;
  /** Until when the collector itself has asked to be left alone, or its credentials are not tried. */
  askedUntilMs = -Infinity;
  /** When the request was sent that was the first to fail; undefined where the endpoint works. */
  sinceMs: number | undefined;

  /** The last request had no answer, or one that accepts nothing whatever is sent. */
  get isTroubled(): boolean {
    return this.failures > 0;
  }

  /** The endpoint answered a request that began in this episode: it may be asked at once. */
  answered(episode: number): void {
    if (episode !== this.episode) return;
    this.failures = 0;
    this.openMs = this.askedUntilMs = -Infinity;
    this.sinceMs = undefined;
  }

  /**
   * A request that was sent at `sentMs` failed. Returns for how many milliseconds the endpoint is left alone. `random`
   * from 0 up to, not including, 1.
   */
  failed(episode: number, sentMs: number, nowMs: number, random: number, { pause, retryAfterMs = 0 }: Failed): number {
    // Of several under way at the same time only one counts.
    if (episode === this.episode) {
      this.failures++;
      this.episode++;
    }
    this.sinceMs ??= sentMs;
    const asked = pause === 'credentials' ? Math.max(retryAfterMs, CREDENTIALS_AGAIN_MS) : retryAfterMs;
    // Where it was said how long: never less, up to a tenth more.
    const mostMs = pause === 'short' ? MAX_BACKOFF_MS : MAX_LONG_BACKOFF_MS;
    const waitMs =
      asked > 0 ? asked * (1 + 0.1 * random) : backoffMs(this.failures, random, { firstMs: FIRST_BACKOFF_MS, mostMs });
    this.openMs = Math.max(this.openMs, nowMs + Math.round(waitMs));
    if (asked > 0) this.askedUntilMs = this.openMs;
    return this.openMs - nowMs;
  }

  /** Something else shows that the endpoint may be asked now. */
  open(): void {
    if (this.askedUntilMs === -Infinity) this.openMs = -Infinity;
  }
}
