/**
 * Milliseconds that a node of others may keep a batch before its silence counts as an answer, where nothing is known of
 * it.
 */
export const LONGEST_MS = 30_000;
/** The same for one that is known to pass batches on at once, or never to pass any on. */
export const SHORTEST_MS = 250;
/** How many times the longest transit seen. */
const FACTOR = 4;

/**
 * How long to wait for what a node of others was given. It is learned: one that delays by 2 s is waited for 8 s, a
 * filter that passes at once what it passes at all only `SHORTEST_MS`, since a batch that waits for its checkpoint
 * counts against `maxInFlight`.
 */
export class Patience {
  private readonly longest = new Map<string, { ms: number; readonly isUnchanged: () => boolean }>();

  /** A batch came back from this node after `ms`. */
  cameAfter(id: string, ms: number, isUnchanged: () => boolean = () => true): void {
    const known = this.longest.get(id);
    if (known === undefined) this.longest.set(id, { ms, isUnchanged });
    else known.ms = Math.max(known.ms, ms);
  }

  /** Nothing came for `LONGEST_MS`, and nothing ever did: it swallows. True the first time. */
  swallows(id: string, isUnchanged: () => boolean = () => true): boolean {
    if (this.longest.has(id)) return false;
    this.longest.set(id, { ms: 0, isUnchanged });
    return true;
  }

  msFor(id: string): number {
    const known = this.longest.get(id);
    return known === undefined ? LONGEST_MS : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, FACTOR * known.ms));
  }

  /** A deploy is through: of nodes that it replaced nothing is known. */
  forgetChanged(): void {
    for (const [id, { isUnchanged }] of [...this.longest]) if (!isUnchanged()) this.longest.delete(id);
  }
}
