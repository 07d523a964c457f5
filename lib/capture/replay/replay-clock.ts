import { CaptureClock } from '../clock';

/** Milliseconds of the recorded time beyond the next frame's that may be jumped over. */
const AHEAD_MS = 10_000;
/** Turns of the event loop in which nothing may happen before time jumps. */
const QUIET_TURNS = 3;

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/**
 * The time of a recording, for the reader that replays it: its wall time is the one at which a frame was recorded, so
 * that receive times come out as they were. With `jumps`, a pause is over as soon as nothing else happens: the same
 * polls and the same waits as then, in a fraction of the time. It never runs far beyond the next frame that is
 * recorded; when nobody asks for that (back-pressure) or there is none, pauses last as long as they say. Between pauses
 * time stands, so that the speed of this machine changes nothing.
 */
export class ReplayClock implements CaptureClock {
  private standsAtMs: number;
  private wallNs: bigint;
  private wallAtMs: number;
  /** Recorded time in ms plus this is this clock's. */
  private shiftMs = 0;
  private limitMs = -Infinity;
  private sleepers: Sleeper[] = [];
  private busyCount = 0;
  private waiting = false;

  constructor(
    private readonly base: CaptureClock,
    private readonly jumps: boolean
  ) {
    this.wallNs = base.nowNs();
    this.standsAtMs = this.wallAtMs = base.monotonicMs();
  }

  nowNs(): bigint {
    return this.wallNs + BigInt(Math.round((this.monotonicMs() - this.wallAtMs) * 1000)) * 1000n;
  }

  monotonicMs(): number {
    return this.jumps ? this.standsAtMs : this.base.monotonicMs();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const ended = new AbortController();
      const sleeper: Sleeper = {
        untilMs: this.monotonicMs() + ms,
        wake: () => {
          this.sleepers = this.sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          ended.abort();
          resolve();
        }
      };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', sleeper.wake);
      void this.base.sleep(ms, ended.signal).then(() => {
        if (ended.signal.aborted) return;
        this.standsAtMs = Math.max(this.standsAtMs, sleeper.untilMs);
        sleeper.wake();
      });
      this.look();
    });
  }

  /** A frame of this time was handed on. */
  reached(recordedMs: number, wallNs: bigint): void {
    const behindMs = recordedMs + this.shiftMs - this.monotonicMs();
    if (behindMs > 0 && this.jumps) this.standsAtMs += behindMs;
    else this.shiftMs -= behindMs;
    this.wallNs = wallNs;
    this.wallAtMs = this.monotonicMs();
  }

  /** The next frame's recorded time; undefined = there is none. */
  next(recordedMs: number | undefined): void {
    this.limitMs = recordedMs === undefined ? -Infinity : recordedMs + this.shiftMs + AHEAD_MS;
    this.look();
  }

  /** Time stands while this is worked on. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.busyCount++;
    try {
      return await work();
    } finally {
      this.busyCount--;
      this.look();
    }
  }

  private look(): void {
    if (!this.jumps || this.waiting || this.sleepers.length === 0) return;
    this.waiting = true;
    void this.quiet().then(() => {
      this.waiting = false;
      this.jump();
    });
  }

  private async quiet(): Promise<void> {
    for (let turn = 0; turn < QUIET_TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  private jump(): void {
    if (this.busyCount > 0 || this.sleepers.length === 0) return;
    const untilMs = Math.min(...this.sleepers.map((sleeper) => sleeper.untilMs));
    if (untilMs > this.limitMs) return;
    this.standsAtMs = Math.max(this.standsAtMs, untilMs);
    for (const sleeper of this.sleepers.filter((one) => one.untilMs <= untilMs)) sleeper.wake();
    this.look();
  }
}
