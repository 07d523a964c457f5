import type { Seen } from './position';

/** A record as far as its place in a log goes. */
export interface Placed {
  readonly key: string;
  readonly ticks: bigint;
}

/** Records that a look asks for. */
export const LOOK_RECORDS = 10;

/** What is known of a log when a look is judged. */
export interface LookFacts {
  /** How late records may be entered, in ticks: so much the oldest Time says too little of what was evicted last. */
  readonly late: bigint;
  /** Whether Times tell what was entered first; not where the clock was set back. */
  readonly comparesTimes: boolean;
  /** The newest Time read so far. */
  readonly newest: bigint | undefined;
  /** What `overtaken` found in it. */
  readonly overtaken: bigint | undefined;
}

/**
 * By how much an eviction has overtaken the first record that is there now, in ticks: so much newer is one that was
 * read, belongs among those that are there, and is gone. So much later than it the first record was entered.
 * Undefined: none is gone. `now` in the order of Times.
 */
export function overtaken(now: readonly Placed[], read: Iterable<Placed>): bigint | undefined {
  const first = now.at(0)?.ticks;
  const last = now.at(-1)?.ticks;
  if (first === undefined || last === undefined) return undefined;
  const there = new Set(now.map(({ key }) => key));
  let by: bigint | undefined;
  for (const { key, ticks } of read)
    if (ticks >= first && ticks < last && !there.has(key) && (by === undefined || ticks - first > by))
      by = ticks - first;
  return by;
}

/**
 * Tells whether eviction has passed the reading of one poll (docs/format.md 29.4). Eviction goes from the first entered
 * record to the last; so does reading, but for records entered late.
 */
export class EvictionWatch {
  private pages = 0;
  private pagesUnchecked = 0;
  /** Keys of the poll's first records. */
  private readonly first: string[] = [];
  private readonly firstPage = new Set<string>();
  /** Keys of the pages before the last look, and since then. */
  private checked = new Set<string>();
  private unchecked = new Set<string>();
  /** Up to here everything was read before the last look, or by the poll before. */
  private certain: bigint | undefined;
  private isDisordered = false;
  private isSliced = false;

  /** `readBefore`: up to which Time earlier polls have read everything. */
  constructor(
    private readonly known: ReadonlyMap<string, Seen>,
    private readonly readBefore: bigint | undefined
  ) {}

  beginPage(): void {
    this.pages++;
    this.pagesUnchecked++;
  }

  read(key: string): void {
    if (this.first.length < LOOK_RECORDS) this.first.push(key);
    if (this.pages === 1) this.firstPage.add(key);
    else this.unchecked.add(key);
  }

  endPage(newest: bigint | undefined): void {
    if (this.pages === 1) this.certain = newest;
  }

  /** Whether the records come in the order of Times, as far as was seen. */
  get inOrder(): boolean {
    return !this.isDisordered;
  }

  /** The records come in the order of entering, as evictions do. */
  disordered(): void {
    this.isDisordered = true;
  }

  /** One span of Times is read after the other. */
  sliced(): void {
    this.isSliced = true;
  }

  /** Whether there are pages that no look came after. */
  get isDue(): boolean {
    return this.pages >= 2 && this.pagesUnchecked > 0;
  }

  /**
   * The first records that the log has now, of those that the poll asks for. What may have gone unread lies between the
   * Times that come back; undefined: nothing.
   */
  look(now: readonly Placed[], facts: LookFacts): { readonly after: bigint; readonly until?: bigint } | undefined {
    const { certain } = this;
    const isBehind =
      now.some(({ key }) => (this.known.get(key)?.settled ?? 0) > 0) ||
      (facts.overtaken === undefined && this.isUnchanged(now)) ||
      (now.length > 0 && this.isBehind(now[0], facts));
    this.certain = facts.newest;
    this.checked = this.unchecked;
    this.unchecked = new Set();
    this.pagesUnchecked = 0;
    if (isBehind || certain === undefined) return undefined;
    return now.length > 0 && now[0].ticks > certain ? { after: certain, until: now[0].ticks } : { after: certain };
  }

  /** The records that were first are first still, but for others that were entered late: nothing was evicted. */
  private isUnchanged(now: readonly Placed[]): boolean {
    const still = now.map(({ key }) => key).filter((key) => this.first.includes(key));
    return still.length > 0 && still.every((key, i) => key === this.first[i]);
  }

  private isBehind({ key, ticks }: Placed, { late, comparesTimes }: LookFacts): boolean {
    // One span was read after the other: then all that is older than the newest by that much was read.
    const reach = this.isSliced ? 2n * late : late;
    if (comparesTimes && ticks + reach < this.readTo) return true;
    if (late > 0n && comparesTimes && (!this.isDisordered || this.isSliced)) return false;
    if (this.known.has(key)) return true;
    // A new record from before the time that earlier polls read to was entered late itself, and proves nothing.
    if (!this.isDisordered && this.readBefore !== undefined && ticks <= this.readBefore) return false;
    return this.firstPage.has(key) || this.checked.has(key);
  }

  private get readTo(): bigint {
    const { certain = 0n, readBefore = 0n } = this;
    return certain > readBefore ? certain : readBefore;
  }
}
