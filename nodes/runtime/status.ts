import type { Node, NodeStatus } from 'node-red';

/** Shortest time between two updates of a node's status, in milliseconds. */
export const STATUS_INTERVAL_MS = 1000;

/**
 * `make` builds the status when it is shown; `agesInMs`, of one that shows an age, tells how soon it may read
 * otherwise.
 */
interface Making {
  readonly make: () => NodeStatus;
  readonly agesInMs: (() => number | undefined) | undefined;
}

/**
 * A node's status, at most one update a second: the first at once, then the last one of each second. The text is
 * made when it is shown, so that ages and counts are those of that moment, and nothing is built per message. One that
 * shows an age is made again by itself when the age reads otherwise: where no message comes any more nobody else would.
 */
export class ThrottledStatus {
  private timer: NodeJS.Timeout | undefined;
  private renewal: NodeJS.Timeout | undefined;
  private pending: Making | undefined;
  private shown = '';
  private closed = false;
  private last: Making | undefined;
  private override: NodeStatus | undefined;

  constructor(
    private readonly node: Pick<Node, 'status'>,
    private readonly intervalMs = STATUS_INTERVAL_MS
  ) {}

  /** Shown in place of everything else until it is taken back (undefined). */
  showInstead(status: NodeStatus | undefined): void {
    if (status?.text === this.override?.text) return;
    this.override = status;
    if (this.last !== undefined) this.set(this.last.make, this.last.agesInMs);
  }

  set(make: () => NodeStatus, agesInMs?: () => number | undefined): void {
    if (this.closed) return;
    this.last = { make, agesInMs };
    if (this.timer !== undefined) {
      this.pending = { make, agesInMs };
      return;
    }
    clearTimeout(this.renewal);
    this.renewal = undefined;
    this.show(this.override ?? make());
    this.timer = setTimeout(() => this.due(), this.intervalMs);
    const renewInMs = agesInMs?.();
    if (renewInMs !== undefined)
      this.renewal = setTimeout(() => this.set(make, agesInMs), Math.max(this.intervalMs, renewInMs));
  }

  /** Shows nothing any more and lets go of the timers. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.renewal);
    this.timer = undefined;
    this.renewal = undefined;
    this.pending = undefined;
  }

  private due(): void {
    this.timer = undefined;
    const { pending } = this;
    this.pending = undefined;
    if (pending !== undefined) this.set(pending.make, pending.agesInMs);
  }

  private show(status: NodeStatus): void {
    const key = `${status.fill}/${status.shape}/${status.text}`;
    if (key === this.shown) return;
    this.shown = key;
    this.node.status(status);
  }
}

/** `1234567` as `1.2 M`: a status has room for a few characters only. */
export function shortCount(count: number): string {
  if (count < 10_000) return String(count);
  if (count < 1_000_000) return `${(count / 1000).toFixed(count < 100_000 ? 1 : 0)} k`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} M`;
  return `${(count / 1_000_000_000).toFixed(1)} G`;
}

/** Milliseconds until `shortAge` of an age that is now `ms` reads otherwise: seconds, then minutes, then hours. */
export function ageChangesInMs(ms: number): number {
  if (ms < 60_000) return 1000;
  const unit = ms < 3_600_000 ? 60_000 : 3_600_000;
  return unit - (ms % unit);
}

/** Milliseconds as `12 s`, `5 min`, `3 h`. */
export function shortAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}
