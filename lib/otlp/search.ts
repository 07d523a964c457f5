/** Requests that one refused batch may cost while the bad items in it are looked for. */
export const MAX_SEARCH_REQUESTS = 1024;
/** Parts that a refused request is cut into. */
const PARTS = 16;
/** A part with more items than these is cut into parts again, a smaller one into single items. */
const MAX_SINGLES = 64;
/** Single items that are asked where no part was accepted. */
const PROBES = 16;
/**
 * Requests without one that is accepted after which no more is looked for: then it is not single items that are bad.
 */
export const MAX_FRUITLESS_REQUESTS = 1 + PARTS + 2 * PROBES;

/** What to do with a part that was refused. */
export type Next = { readonly kind: 'cut'; readonly parts: number } | { readonly kind: 'probe' | 'hold' | 'up' };

/**
 * What the parts of one refused request share. It is cut into 16 parts, and a part that is refused into its items, so
 * that no item is sent more than three times (of more than 1,024 items, four times): some stores keep what is good in
 * a request that they refuse. Where no part was accepted, either everything is bad, or each part has a bad item: single
 * items from all over it tell. Until they have answered, parts that were refused are held (docs/format.md 25).
 */
export class Search<Part, Held> {
  requests = 1;
  private readonly waited = new Set<Part>();
  private probes: Set<Part> | undefined;
  private held: Held[] = [];
  private isCut = false;

  /** `isSound`: it is known that the endpoint accepts others. */
  constructor(private isSound = false) {}

  /**
   * What to do with a part of `items` that was refused: cut it into so many parts, take `probes` out of it and of all
   * others that are held, `hold` it until something is known, or give it `up`.
   */
  next(part: Part, items: number): Next {
    this.waited.delete(part);
    const parts = items <= PARTS || (items <= MAX_SINGLES && this.isCut) ? items : PARTS;
    if (!this.isCut || this.isSound)
      return this.requests + parts > MAX_SEARCH_REQUESTS ? { kind: 'up' } : { kind: 'cut', parts };
    if (this.isOpen) return { kind: 'hold' };
    return { kind: this.probes === undefined ? 'probe' : 'up' };
  }

  private get isOpen(): boolean {
    return this.waited.size > 0 || (this.probes?.size ?? 0) > 0;
  }

  /** These are sent in place of what was refused. */
  sent(parts: readonly Part[]): void {
    if (!this.isCut) for (const part of parts) this.waited.add(part);
    this.isCut = true;
    this.requests += parts.length;
  }

  /** These single items are asked. */
  probing(probes: readonly Part[]): void {
    this.probes = new Set(probes);
    this.requests += probes.length;
  }

  hold(held: Held): void {
    this.held.push(held);
  }

  /** What is held, to be looked at together. */
  takeHeld(): Held[] {
    const { held } = this;
    this.held = [];
    return held;
  }

  /** These are sent in place of a part, for another reason than what is in it. */
  replaced(part: Part, parts: readonly Part[]): void {
    if (this.waited.delete(part)) for (const each of parts) this.waited.add(each);
  }

  /** This part has its outcome. Returns what was held and is looked at anew: it is known how to go on. */
  decided(part: Part, isAccepted: boolean): Held[] {
    if (isAccepted) this.isSound = true;
    this.waited.delete(part);
    this.probes?.delete(part);
    if (this.isSound) return this.takeHeld();
    if (this.isOpen) return [];
    // The probes are taken out of all that is held, when the first of it is looked at.
    return this.probes === undefined ? this.held.splice(-1) : this.takeHeld();
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
