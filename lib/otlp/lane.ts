import { askedMs, retryMs } from './backoff';
import { RequestBuilder } from './assemble';
import { resealed } from './covered';
import type { Consignment } from './consignments';
import { Fifo } from '../base';
import { probePlaces, Search } from './search';
import type { Item } from './take-apart';
import type { Refusal } from './verdict';

/** An item and the message that brought it. */
export interface Entry {
  readonly item: Item;
  readonly of: Consignment;
}

/** A message that must be sent as it came. */
interface Sealed {
  readonly text: string;
  readonly bytes: number;
  readonly entries: readonly Entry[];
}

/** A request that was refused, while it is looked whether single items of its batch are accepted. */
export interface Held {
  readonly outgoing: Outgoing;
  readonly refusal: Refusal;
}

/** A request that is to be sent, or sent again. */
export interface Outgoing {
  readonly entries: readonly Entry[];
  /** Rises with each new request of its lane; halves have that of the whole. */
  readonly serial: number;
  /** Exactly this text; else one made of the entries. */
  readonly text?: string;
  /** Text of the batch that a checksum covers, where this is it or a part of it. */
  readonly covered?: string;
  /** Sent without compression, to find out whether that is what was refused. */
  isPlain?: boolean;
  search?: Search<Outgoing, Held>;
  /** As it goes over the wire, once made, and whether it is compressed. */
  body?: { readonly bytes: Uint8Array; readonly isGzip: boolean };
}

/** When a request is full, and when it must go although it is not. */
export interface Limits {
  readonly maxItems: number;
  /** Of a request, not compressed. */
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/**
 * Milliseconds after which an endpoint that took a request only uncompressed is asked again whether it takes compressed
 * ones.
 */
export const COMPRESSION_AGAIN_MS = 3_600_000;

/**
 * Milliseconds that what a commit token waits for is kept for a fuller request, at most: a reader sends only so much
 * before it comes back.
 */
export const MAX_TOKEN_AGE_MS = 1000;

/** What waits for one signal's endpoint, in order, and when the endpoint may be asked again. */
export class Lane {
  private readonly queue = new Fifo<Entry | Sealed>();
  private items = 0;
  private bytes = 0;
  private sealed = 0;
  /** Requests to be sent again, and halves of refused ones: before anything new. */
  private again: Outgoing[] = [];
  /** Requests under way. */
  active = 0;
  /** In a row, without an answer or with one that says: later. */
  failures = 0;
  /** Rises with each failure that counts: what a request that began before it comes to says nothing new. */
  episode = 0;
  private openMs = -Infinity;
  /** When all that waits now must go, whatever its age. */
  private hurryMs = Infinity;
  /** Until when the collector itself has asked to be left alone. */
  private askedUntilMs = -Infinity;
  private serial = 0;
  /**
   * Does the endpoint understand compressed requests? `untried` until it accepted one, and again some time after it
   * refused one.
   */
  compression: 'untried' | 'understood' | 'refused' = 'untried';
  private refusedMs = -Infinity;

  constructor(private readonly limits: Limits) {}

  add(entries: readonly Entry[], sealed: string | undefined): void {
    if (sealed !== undefined) {
      const bytes = Buffer.byteLength(sealed);
      this.queue.push({ text: sealed, bytes, entries });
      this.sealed++;
      this.items += entries.length;
      this.bytes += bytes;
      return;
    }
    for (const entry of entries) {
      this.queue.push(entry);
      this.items++;
      this.bytes += entry.item.bytes;
    }
  }

  /** A token came: it is let go only when what waits before it has left, too. */
  hurry(nowMs: number): void {
    if (this.queue.length > 0) this.hurryMs = Math.min(this.hurryMs, nowMs + MAX_TOKEN_AGE_MS);
  }

  /**
   * When there is something to send, in milliseconds of the clock; undefined where nothing is. `-Infinity`: now.
   * `isLast`: whatever there is, as soon as the collector wants to hear of it.
   */
  dueMs(isLast = false): number | undefined {
    if (isLast) return this.again.length > 0 || this.queue.length > 0 ? this.askedUntilMs : undefined;
    // One at a time until the endpoint answers again.
    if (this.failures > 0 && this.active > 0) return undefined;
    const atMs = this.again.length > 0 ? -Infinity : this.queueDueMs();
    return atMs === undefined ? undefined : Math.max(atMs, this.openMs);
  }

  /** Takes the next request, full or not. Undefined where the first item fits into none: `tooLarge` takes it away. */
  next(): Outgoing | undefined {
    const again = this.again.shift();
    if (again !== undefined) return again;
    const first = this.queue.at(0)!;
    if ('text' in first) {
      this.taken(1);
      return { entries: first.entries, serial: ++this.serial, text: first.text, covered: first.text };
    }
    const builder = new RequestBuilder(this.limits.maxBytes);
    const entries: Entry[] = [];
    while (entries.length < this.limits.maxItems) {
      const entry = this.queue.at(entries.length);
      if (entry === undefined || 'text' in entry || !builder.add(entry.item)) break;
      entries.push(entry);
    }
    this.taken(entries.length);
    return entries.length === 0 ? undefined : { entries, serial: ++this.serial, text: builder.text() };
  }

  /** Takes the first item away, which fits into no request. */
  tooLarge(): Entry {
    const first = this.queue.at(0) as Entry;
    this.taken(1);
    return first;
  }

  /** The endpoint answered a request that began in this episode: it may be asked at once. */
  answered(episode: number): void {
    if (episode !== this.episode) return;
    this.failures = 0;
    this.openMs = this.askedUntilMs = -Infinity;
  }

  /** No answer, or one that says: later. Returns how long the endpoint is left alone now, in milliseconds. */
  failed(outgoing: Outgoing, episode: number, nowMs: number, random: number, retryAfterMs: number | undefined): number {
    const behind = this.again.findIndex(({ serial }) => serial > outgoing.serial);
    this.again.splice(behind < 0 ? this.again.length : behind, 0, outgoing);
    // Of several under way at the same time only one counts.
    if (episode === this.episode) {
      this.failures++;
      this.episode++;
    }
    const waitMs =
      retryAfterMs === undefined || retryAfterMs === 0 ? retryMs(this.failures, random) : askedMs(retryAfterMs, random);
    this.openMs = Math.max(this.openMs, nowMs + waitMs);
    if (retryAfterMs !== undefined && retryAfterMs > 0) this.askedUntilMs = this.openMs;
    return this.openMs - nowMs;
  }

  /**
   * Sends a request that was refused again in smaller ones, now or when more is known of its batch; false where there
   * is
   * nothing to make smaller, or where it has been tried long enough.
   */
  split(outgoing: Outgoing, refusal: Refusal): boolean {
    if (outgoing.entries.length < 2) return false;
    const search = (outgoing.search ??= new Search());
    switch (search.next()) {
      case 'up':
        return false;
      case 'hold':
        search.hold({ outgoing, refusal });
        return true;
      case 'probe':
        this.probe(outgoing, search, refusal);
        return true;
      default:
        search.requests += 2;
        // Behind the other halves: whether it is single items is known soonest by parts that lie apart.
        this.again.push(...halves(outgoing));
        return true;
    }
  }

  /** Takes single items out of this part and those that wait; they go first. */
  private probe(outgoing: Outgoing, search: Search<Outgoing, Held>, refusal: Refusal): void {
    const parts = [outgoing, ...this.again.filter((each) => each.search === search && each.entries.length > 1)];
    const all = parts.flatMap((part) => part.entries.map((entry) => ({ part, entry })));
    const chosen = probePlaces(all.length).map((place) => all[place]);
    const taken = new Set(chosen.map(({ entry }) => entry));
    const rest = (part: Outgoing): Outgoing =>
      partOf(
        part,
        part.entries.filter((entry) => !taken.has(entry))
      );
    const probes = chosen.map(({ part, entry }) => partOf(part, [entry]));
    const left = rest(outgoing);
    // One that was never asked alone is not known to be bad.
    if (left.entries.length === 1) probes.push(left);
    else if (left.entries.length > 1) search.hold({ outgoing: left, refusal });
    search.probing(probes);
    this.again = [
      ...probes,
      ...this.again
        .map((each) => (parts.includes(each) ? rest(each) : each))
        .filter(({ entries }) => entries.length > 0)
    ];
  }

  /** May a request be compressed? */
  compresses(nowMs: number): boolean {
    if (this.compression === 'refused' && nowMs - this.refusedMs >= COMPRESSION_AGAIN_MS) this.compression = 'untried';
    return this.compression !== 'refused';
  }

  refusesCompression(nowMs: number): void {
    this.compression = 'refused';
    this.refusedMs = nowMs;
  }

  /** Sends the same once more, at once. */
  repeat(outgoing: Outgoing): void {
    this.again.unshift(outgoing);
  }

  /** Sends one that is larger than any may be in halves instead, at once. */
  halve(outgoing: Outgoing): void {
    this.again.unshift(...halves(outgoing));
  }

  /** Takes away what is not under way, but for the requests with something in them that `keeps`. */
  thin(keeps: (of: Consignment) => boolean): void {
    const isKept = ({ of }: Entry): boolean => keeps(of);
    this.again = this.again.filter(({ entries }) => entries.some(isKept));
    const queue = this.queue.clear().filter((entry) => ('text' in entry ? entry.entries.some(isKept) : isKept(entry)));
    this.items = this.bytes = this.sealed = 0;
    for (const entry of queue) {
      if ('text' in entry) this.add(entry.entries, entry.text);
      else this.add([entry], undefined);
    }
  }

  private queueDueMs(): number | undefined {
    const first = this.queue.at(0);
    if (first === undefined) return undefined;
    if (this.sealed > 0 || this.items >= this.limits.maxItems || this.bytes >= this.limits.maxBytes) return -Infinity;
    return Math.min((first as Entry).of.arrivedMs + this.limits.maxAgeMs, this.hurryMs);
  }

  private taken(count: number): void {
    for (let i = 0; i < count; i++) {
      const entry = this.queue.shift()!;
      if ('text' in entry) this.sealed--;
      this.items -= 'text' in entry ? entry.entries.length : 1;
      this.bytes -= 'text' in entry ? entry.bytes : entry.item.bytes;
    }
    if (this.queue.length === 0) this.hurryMs = Infinity;
  }
}

function partOf({ serial, covered, isPlain, search }: Outgoing, entries: readonly Entry[]): Outgoing {
  return {
    entries,
    serial,
    ...(covered === undefined ? {} : { covered }),
    ...(isPlain === true ? { isPlain } : {}),
    ...(search === undefined ? {} : { search })
  };
}

function halves(outgoing: Outgoing): [Outgoing, Outgoing] {
  const { entries } = outgoing;
  const middle = entries.length >> 1;
  return [partOf(outgoing, entries.slice(0, middle)), partOf(outgoing, entries.slice(middle))];
}

/** The text of a request, however large. */
export function textOf({ text, covered, entries }: Outgoing): string {
  if (text !== undefined) return text;
  const builder = new RequestBuilder(Infinity);
  for (const { item } of entries) builder.add(item);
  const made = builder.text();
  return covered === undefined ? made : (resealed(covered, made) ?? made);
}
