/**
 * The time of one search or test, and its end from outside. Whoever works in it asks `isOver` between two requests;
 * what hangs in a request is cut by `onEnd`, a moment later.
 */
export class Budget {
  private readonly startedMs = performance.now();
  private readonly timer: NodeJS.Timeout;
  private readonly abort = (): void => this.expire();
  private cut: (() => void) | undefined;
  private ended = false;

  /** `graceMs` after its time is over a request that is still under way is cut. */
  constructor(
    readonly ms: number,
    private readonly signal?: AbortSignal,
    graceMs = 1000
  ) {
    this.timer = setTimeout(() => this.expire(), ms + graceMs);
    if (signal?.aborted === true) this.ended = true;
    signal?.addEventListener('abort', this.abort);
  }

  /** What cuts a request that is under way: called once, at the end of the time or when the caller gives up. */
  onEnd(cut: () => void): void {
    this.cut = cut;
    if (this.ended) cut();
  }

  get isAborted(): boolean {
    return this.signal?.aborted === true;
  }

  get isOver(): boolean {
    return this.ended || this.usedMs >= this.ms;
  }

  /** Milliseconds since the beginning, of a monotonic clock. */
  get usedMs(): number {
    return performance.now() - this.startedMs;
  }

  get leftMs(): number {
    return Math.max(0, this.ms - this.usedMs);
  }

  /** To be called at the end of the work: nothing is left behind. */
  close(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this.abort);
    this.cut = undefined;
  }

  private expire(): void {
    if (this.ended) return;
    this.ended = true;
    this.cut?.();
  }
}
