import { Clock } from '../ports';

/**
 * Waiting that can be cut short: by `wake` (something to do now) or for good by `stop`. While waiting it runs the
 * chores that fall due: saving, reporting.
 */
export class Pacer {
  private stopped = false;
  private woken = false;
  private sleeping: AbortController | undefined;
  private pausing: AbortController | undefined;

  constructor(
    private readonly clock: Clock,
    /** Does what is due and answers with the milliseconds until it is needed again. */
    private readonly chores: () => Promise<number>
  ) {}

  /** Waits `ms`, or less. */
  async wait(ms: number): Promise<void> {
    const until = this.clock.monotonicMs() + ms;
    for (;;) {
      const due = await this.chores();
      if (this.stopped || this.woken) break;
      const left = until - this.clock.monotonicMs();
      if (left <= 0) break;
      await this.sleep(Math.min(left, due));
    }
    this.woken = false;
  }

  /**
   * A pause inside a poll, or before the same is read again: only `stop` cuts it short, so that the spacing of looks is
   * real.
   */
  async pause(ms: number): Promise<void> {
    if (this.stopped || ms <= 0) return;
    this.pausing = new AbortController();
    await this.clock.sleep(ms, this.pausing.signal);
    this.pausing = undefined;
  }

  /** Ends the waiting under way, or the next one. */
  wake(): void {
    this.woken = true;
    this.sleeping?.abort();
  }

  /** Lets the chores be looked at again, without ending the waiting. */
  nudge(): void {
    this.sleeping?.abort();
  }

  stop(): void {
    this.stopped = true;
    this.sleeping?.abort();
    this.pausing?.abort();
  }

  private async sleep(ms: number): Promise<void> {
    this.sleeping = new AbortController();
    await this.clock.sleep(ms, this.sleeping.signal);
    this.sleeping = undefined;
  }
}
