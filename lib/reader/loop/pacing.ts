import { Clock } from '../ports';

/**
 * Waiting that can be cut short: by `wake` (something to do now) or for good by `stop`. While waiting it runs the
 * chores that fall due: saving, reporting.
 */
export class Pacer {
  private stopped = false;
  private woken = false;
  /** Each is used until it aborts: making one costs as much as the rest of a pause. */
  private sleeping = new AbortController();
  private readonly stopping = new AbortController();
  private isAsleep = false;

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
    await this.clock.sleep(ms, this.stopping.signal);
  }

  /** Ends the waiting under way, or the next one. */
  wake(): void {
    this.woken = true;
    this.nudge();
  }

  /** Lets the chores be looked at again, without ending the waiting. */
  nudge(): void {
    if (this.isAsleep) this.sleeping.abort('nudged');
  }

  stop(): void {
    this.stopped = true;
    this.nudge();
    this.stopping.abort('stopped');
  }

  private async sleep(ms: number): Promise<void> {
    if (this.sleeping.signal.aborted) this.sleeping = new AbortController();
    this.isAsleep = true;
    await this.clock.sleep(ms, this.sleeping.signal);
    this.isAsleep = false;
  }
}
