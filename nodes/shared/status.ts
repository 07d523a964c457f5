import type { Node, NodeStatus } from 'node-red';

/** Shortest time between two updates of a node's status, in milliseconds. */
export const STATUS_INTERVAL_MS = 1000;

/**
 * A node's status, at most one update a second: the first at once, then the last one of each second. The text is
 * made when it is shown, so that ages and counts are those of that moment, and nothing is built per message.
 */
export class ThrottledStatus {
  private timer: NodeJS.Timeout | undefined;
  private pending: (() => NodeStatus) | undefined;
  private shown = '';
  private closed = false;

  constructor(
    private readonly node: Pick<Node, 'status'>,
    private readonly intervalMs = STATUS_INTERVAL_MS
  ) {}

  set(make: () => NodeStatus): void {
    if (this.closed) return;
    if (this.timer !== undefined) {
      this.pending = make;
      return;
    }
    this.show(make());
    this.timer = setTimeout(() => this.due(), this.intervalMs);
  }

  /** Shows nothing any more and lets go of the timer. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.pending = undefined;
  }

  private due(): void {
    this.timer = undefined;
    const make = this.pending;
    this.pending = undefined;
    if (make !== undefined) this.set(make);
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

/** Milliseconds as `12 s`, `5 min`, `3 h`. */
export function shortAge(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}
