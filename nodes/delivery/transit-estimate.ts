/**
 * Milliseconds that a node of others may keep a batch before its silence counts as an answer, where nothing is known of
 * it.
 */
export const MAX_TRANSIT_MS = 30_000;
/** The same for one that is known to pass batches on at once, or never to pass any on. */
export const MIN_TRANSIT_MS = 250;
/** How many times the longest transit seen. */
const FACTOR = 4;

/**
 * How long to wait for what a node of others was given. It is learned: one that delays by 2 s is waited for 8 s, a
 * filter that passes at once what it passes at all only `MIN_TRANSIT_MS`, since a batch that waits for its checkpoint
 * counts against `maxInFlight`.
 */
export class TransitEstimate {
  private readonly longest = new Map<string, { ms: number; readonly isUnchanged: () => boolean }>();

  /** A batch came back from this node after `ms`. */
  observe(id: string, ms: number, isUnchanged: () => boolean = () => true): void {
    const known = this.longest.get(id);
    if (known === undefined) this.longest.set(id, { ms, isUnchanged });
    else known.ms = Math.max(known.ms, ms);
  }

  /** Nothing came for `MAX_TRANSIT_MS`, and nothing ever did: it observeSilence. True the first time. */
  observeSilence(id: string, isUnchanged: () => boolean = () => true): boolean {
    if (this.longest.has(id)) return false;
    this.longest.set(id, { ms: 0, isUnchanged });
    return true;
  }

  waitMsFor(id: string): number {
    const known = this.longest.get(id);
    return known === undefined ? MAX_TRANSIT_MS : Math.min(MAX_TRANSIT_MS, Math.max(MIN_TRANSIT_MS, FACTOR * known.ms));
  }

  /** A deploy is through: of nodes that it replaced nothing is known. */
  forgetChanged(): void {
    for (const [id, { isUnchanged }] of [...this.longest]) if (!isUnchanged()) this.longest.delete(id);
  }
}
