import { Clock } from '../ports';

/** Milliseconds that a poll may go without an end before that is told, and between two times that it is. */
const SILENCE_MS = 3000;

/**
 * Tells while a poll stays unanswered: a green status on a dead link is a lie. One sleep at a time looks after all
 * polls, because hardly any of them lasts so long; it ends when nobody polls any more.
 */
export class Attendance {
  private readonly ended = new AbortController();
  /** When the poll under way began. */
  private begunMs: number | undefined;
  private isWatched = false;
  /** A poll began since the watch woke last. */
  private isBusy = false;

  constructor(
    private readonly clock: Clock,
    private readonly onSilence: (ms: number) => void
  ) {}

  /** The outcome of the poll; one at a time. */
  async attended<T>(poll: Promise<T>): Promise<T> {
    this.begunMs = this.clock.monotonicMs();
    this.isBusy = true;
    if (!this.isWatched) void this.watch();
    try {
      return await poll;
    } finally {
      this.begunMs = undefined;
    }
  }

  /** For good. */
  end(): void {
    this.ended.abort('ended');
  }

  private async watch(): Promise<void> {
    this.isWatched = true;
    while (this.isBusy || this.begunMs !== undefined) {
      this.isBusy = false;
      // At least 1 ms: a rest of a millionth would add nothing to a clock that counts in floating point.
      await this.clock.sleep(Math.max(1, SILENCE_MS - (this.silentMs() % SILENCE_MS)), this.ended.signal);
      if (this.ended.signal.aborted) return;
      const silentMs = this.silentMs();
      if (silentMs >= SILENCE_MS) this.onSilence(Math.round(silentMs));
    }
    this.isWatched = false;
  }

  /** Milliseconds that the poll under way lasts. */
  private silentMs(): number {
    return this.begunMs === undefined ? 0 : this.clock.monotonicMs() - this.begunMs;
  }
}
