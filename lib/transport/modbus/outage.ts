/** Milliseconds that a try may take while a link that was good before is down: it may be back at any moment. */
const QUICK_MS = 800;
/**
 * In the first minute of an outage every try is a quick one, later every second one: the link may be slower than it
 * was.
 */
const EARLY_MS = 60_000;
/**
 * Milliseconds that opening a connection may take meanwhile: TCP asks again after 1 s and then only after 3 s, and
 * would sleep through a link that comes back in between. Every fourth try takes its time.
 */
const CONNECT_MS = 1_500;

/** How long a try may take. While a link is down that was good, a long one would sleep through its return. */
export class Outage {
  /** Of the last connection. */
  slowestMs = 0;
  private sinceMs: number | undefined;
  private tries = 0;
  private wasGood = false;

  /** The connection is lost, or could not be opened. */
  begin(): void {
    this.sinceMs ??= performance.now();
  }

  /** Something was answered. */
  over(): void {
    this.sinceMs = undefined;
    this.tries = 0;
    this.wasGood = true;
  }

  /** Milliseconds that the next try may take. */
  answerWaitMs(timeoutMs: number): number {
    this.tries++;
    const quick = this.wasGood && this.sinceMs !== undefined && (this.isEarly || this.tries % 2 === 0);
    return quick ? Math.min(timeoutMs, Math.max(QUICK_MS, 4 * this.slowestMs)) : timeoutMs;
  }

  /** Of a try's milliseconds, those for the connection alone. */
  connectMs(tryMs: number): number {
    const takesItsTime = this.tries % 4 === 0 || (this.sinceMs !== undefined && !this.isEarly);
    return takesItsTime ? tryMs : Math.min(tryMs, CONNECT_MS);
  }

  private get isEarly(): boolean {
    return this.sinceMs !== undefined && performance.now() - this.sinceMs < EARLY_MS;
  }
}
