const OURS = /oot|open.?ot/i;
const LIKELY = /ring|control|ctrl|event|log|audit|buffer|journal/i;
const DATA = /data|db|global|gvl|prog|main|plc|app/i;

/**
 * How likely something of ours stands at or below a node of this name: 0 to 4. A plant's address space is large, and
 * the time is short.
 */
export function nameScore(name: string): number {
  if (OURS.test(name)) return 4;
  if (LIKELY.test(name)) return 2;
  return DATA.test(name) ? 1 : 0;
}

/** Highest score that `bestFirst` knows. */
const MOST = 8;

/** A queue that gives the entries with the highest score first, and of those the ones that came first. */
export class BestFirst<T> {
  private readonly buckets: T[][] = Array.from({ length: MOST + 1 }, () => []);
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(score: number, entry: T): void {
    this.buckets[Math.max(0, Math.min(MOST, score))].push(entry);
    this.count++;
  }

  /** At most `most` entries, taken out. */
  next(most: number): T[] {
    const taken: T[] = [];
    for (let score = MOST; score >= 0 && taken.length < most; score--)
      taken.push(...this.buckets[score].splice(0, most - taken.length));
    this.count -= taken.length;
    return taken;
  }
}
