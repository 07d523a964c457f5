import { backoffMs } from '../../base';
import { Clock, Random } from '../ports';

const FIRST_MS = 100;
const EARLY_CAP_MS = 1_000;
const LATE_CAP_MS = 10_000;
const EARLY_MS = 60_000;

/** Pauses during an outage: doubling, at most 1 s in its first minute and 10 s later, the upper half by chance. */
export class BackOff {
  private since: number | undefined;
  private failures = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random
  ) {}

  /** Milliseconds to wait before the next try. */
  pauseMs(): number {
    const now = this.clock.monotonicMs();
    this.since ??= now;
    const mostMs = now - this.since < EARLY_MS ? EARLY_CAP_MS : LATE_CAP_MS;
    return backoffMs(++this.failures, this.random.next(), { firstMs: FIRST_MS, mostMs });
  }

  /** The outage is over. */
  reset(): void {
    this.since = undefined;
    this.failures = 0;
  }
}
