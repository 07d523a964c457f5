/** Requests that one refused batch may cost while the bad items in it are looked for. */
export const MAX_SEARCH_REQUESTS = 1024;
/** Requests of these, halves only, after which single items are asked where none of them was accepted. */
const MAX_FRUITLESS_HALVES = 16;
/** Single items that are asked then. */
const PROBES = 16;
/**
 * Requests without one that is accepted after which no more is looked for: then it is not single items that are bad.
 */
export const MAX_FRUITLESS_REQUESTS = MAX_FRUITLESS_HALVES + PROBES;

/**
 * What the parts of one refused request share. It is halved, breadth first. Where nothing was accepted after a few
 * levels,
 * either everything is bad, or a few bad ones lie so that each part has one: single items from all over it tell. Until
 * they have answered, parts that were refused are held (docs/format.md 25).
 */
export class Search<Part, Held> {
  requests = 1;
  private accepted = 0;
  private probes: Set<Part> | undefined;
  private held: Held[] = [];

  /**
   * What to do with a part that was refused: `halve` it, take `probes` out of it and of all others that wait, `hold` it
   * until these have answered, or give it `up`.
   */
  next(): 'halve' | 'probe' | 'hold' | 'up' {
    if (this.probes !== undefined && this.probes.size > 0 && this.accepted === 0) return 'hold';
    if (this.requests + 2 > MAX_SEARCH_REQUESTS) return 'up';
    if (this.accepted > 0 || this.requests + 2 <= MAX_FRUITLESS_HALVES) return 'halve';
    return this.probes === undefined ? 'probe' : 'up';
  }

  probing(probes: readonly Part[]): void {
    this.probes = new Set(probes);
    this.requests += probes.length;
  }

  hold(held: Held): void {
    this.held.push(held);
  }

  /** This part has its outcome. Returns what was held, to be looked at anew, when it is known how to go on. */
  decided(part: Part, isAccepted: boolean): Held[] {
    if (isAccepted) this.accepted++;
    this.probes?.delete(part);
    if (this.probes === undefined || (this.probes.size > 0 && this.accepted === 0)) return [];
    const { held } = this;
    this.held = [];
    return held;
  }
}

/**
 * Which of `count` items are asked alone: at most `PROBES`, one in each stretch, not at the same place of each: what is
 * bad may be every n-th.
 */
export function probePlaces(count: number): number[] {
  const stretches = Math.min(PROBES, count);
  return [
    ...new Set(Array.from({ length: stretches }, (_, i) => Math.floor(((i + ((i * 0.618) % 1)) * count) / stretches)))
  ];
}
