import { Fifo } from '../base';
import { RequestBuilder } from './assemble';
import { CompressionState } from './compression';
import { cutInto, Entry, Outgoing, partOf } from './outgoing';
import type { PendingMessage } from './pending-messages';
import { RetryGate } from './retry';
import { SizeLimit } from './size-limit';
import { split } from './split';
import type { Refusal } from './verdict';

/** A batch with a checksum: it must be sent as it came. */
interface Checksummed {
  readonly text: string;
  readonly entries: readonly Entry[];
}

/** When a request is full. */
export interface RequestLimits {
  readonly maxItems: number;
  /** Of a request, not compressed. */
  readonly maxBytes: number;
}

/** Single items that are taken out of a request which is answered with 500 while there is nothing else to send. */
const MAX_PEELED = 16;

/**
 * What waits for one signal's endpoint, in order, and what is known of the endpoint. Nothing waits for others to come:
 * a request takes what is there when it may go, up to its limits.
 */
export class SignalQueue {
  readonly retry = new RetryGate();
  readonly compression = new CompressionState();
  readonly size = new SizeLimit();
  private readonly queue = new Fifo<Entry | Checksummed>();
  /** Requests to be sent again, and parts of refused ones: before anything new. */
  private again: Outgoing[] = [];
  private serial = 0;
  /** Requests under way. */
  active = 0;
  /** When the last one was accepted, of the monotonic clock. */
  acceptedMs = -Infinity;
  /** The last answer says that nothing takes this signal there. */
  isNotHere = false;
  /** The collector takes other signals and not this one: until when it is not asked again. */
  notOfferedUntilMs: number | undefined;

  constructor(private readonly limits: RequestLimits) {}

  /** `checksummed`: the text of the request that brought the entries, where it must be sent as it came. */
  add(entries: readonly Entry[], checksummed: string | undefined): void {
    if (checksummed !== undefined) this.queue.push({ text: checksummed, entries });
    else for (const entry of entries) this.queue.push(entry);
  }

  /**
   * When there is something to send, in milliseconds of the clock; undefined where nothing is. `-Infinity`: now.
   * `isLast`: whatever there is, as soon as the collector wants to hear of it.
   */
  dueMs(isLast: boolean): number | undefined {
    if (this.again.length === 0 && this.queue.length === 0) return undefined;
    if (isLast) return this.retry.askedUntilMs;
    // One at a time until the endpoint answers again, or large requests get through.
    const isOneByOne = this.retry.isTroubled || this.size.isLimited || this.notOfferedUntilMs !== undefined;
    if (isOneByOne && this.active > 0) return undefined;
    if (this.retry.isTroubled || this.queue.length > 0) return this.retry.openMs;
    return Math.max(this.retry.openMs, this.firstAgainMs);
  }

  private get firstAgainMs(): number {
    return this.again.reduce((first, { fault }) => Math.min(first, fault?.notBeforeMs ?? -Infinity), Infinity);
  }

  /** The serial of the message that the next request begins with; 0 of one that is sent again. */
  get nextSerial(): number {
    const first = this.again.length > 0 ? undefined : this.queue.at(0);
    if (first === undefined) return 0;
    return ('text' in first ? first.entries[0] : first).of.serial;
  }

  /** Nothing waits but what is under way. */
  get isEmpty(): boolean {
    return this.again.length === 0 && this.queue.length === 0;
  }

  /** Takes the next request. Undefined where the first item fits into none: `takeTooLarge` takes it away. */
  next(nowMs: number): Outgoing | undefined {
    const again = this.takeAgain(nowMs);
    if (again !== undefined) return this.inSize(again);
    const first = this.queue.at(0)!;
    if ('text' in first) {
      this.queue.shift();
      return { entries: first.entries, serial: ++this.serial, text: first.text, checksummed: first.text };
    }
    const { maxItems, maxBytes } = this.limits;
    // A single item is sent whatever is known of sizes.
    const builder = new RequestBuilder(maxBytes);
    const most = this.size.textBytes(maxBytes);
    const entries: Entry[] = [];
    while (entries.length < maxItems && (entries.length === 0 || builder.bytes < most)) {
      const entry = this.queue.at(0);
      if (entry === undefined || 'text' in entry || !builder.add(entry.item)) break;
      entries.push(entry);
      this.queue.shift();
    }
    return entries.length === 0 ? undefined : { entries, serial: ++this.serial, text: builder.text() };
  }

  /** One that was answered with 500 lets others go first: while nothing gets through all, else for its own pause. */
  private takeAgain(nowMs: number): Outgoing | undefined {
    let place = this.again.findIndex(({ fault }) => fault === undefined);
    if (place < 0 && !this.retry.isTroubled) place = this.again.findIndex(({ fault }) => fault!.notBeforeMs <= nowMs);
    if (place < 0 && this.queue.length === 0) place = 0;
    return place < 0 ? undefined : this.again.splice(place, 1)[0];
  }

  /** What is larger than gets through is cut: the rest waits. */
  private inSize(outgoing: Outgoing): Outgoing {
    const parts = this.size.partsOf(outgoing.body?.bytes.byteLength ?? 0, outgoing.entries.length);
    return parts < 2 ? outgoing : this.cutFirst(outgoing, parts);
  }

  private cutFirst(outgoing: Outgoing, parts: number): Outgoing {
    const [first, ...rest] = cutInto(outgoing, parts);
    outgoing.search?.replaced(outgoing, [first, ...rest]);
    this.again.unshift(...rest);
    return first;
  }

  /** Takes the first item away, which fits into no request. */
  takeTooLarge(): Entry {
    return this.queue.shift() as Entry;
  }

  /** Sends a request that failed again, in its order among the others. */
  sendLater(outgoing: Outgoing): void {
    const behind = outgoing.fault === undefined ? this.again.findIndex(({ serial }) => serial > outgoing.serial) : -1;
    this.again.splice(behind < 0 ? this.again.length : behind, 0, outgoing);
  }

  /** Sends the same once more, at once. */
  sendFirst(outgoing: Outgoing): void {
    this.again.unshift(outgoing);
  }

  /** Sends it in at least two smaller ones instead, at once. */
  sendSmaller(outgoing: Outgoing): void {
    const parts = this.size.partsOf(outgoing.body?.bytes.byteLength ?? 0, outgoing.entries.length);
    this.again.unshift(this.cutFirst(outgoing, Math.max(2, parts)));
  }

  /**
   * Of a request that is answered with 500 again and again while nothing else is there to send, sends single items: one
   * that is accepted shows that it is not the endpoint. False where that was tried often enough.
   */
  peel(outgoing: Outgoing): boolean {
    const { entries, peeled = 0, fault } = outgoing;
    if (entries.length < 2 || peeled >= MAX_PEELED || outgoing.checksummed !== undefined) return false;
    const single = partOf(outgoing, entries.slice(0, 1));
    const rest: Outgoing = { ...partOf(outgoing, entries.slice(1)), fault, peeled: peeled + 1 };
    outgoing.search?.replaced(outgoing, [single, rest]);
    this.again.unshift(single);
    this.again.push(rest);
    return true;
  }

  /** Sends a refused request in smaller ones, now or when more is known of its batch; false: all of it is refused. */
  split(outgoing: Outgoing, refusal: Refusal, isSound: boolean): boolean {
    const result = split(outgoing, refusal, isSound);
    if (result.kind === 'parts')
      this.again = result.isFirst ? [...result.parts, ...this.again] : [...this.again, ...result.parts];
    return result.kind !== 'givenUp';
  }

  /** Takes away all that is not under way. */
  takeAll(): Entry[] {
    const again = this.again.flatMap(({ entries, search }) => [
      ...entries,
      ...(search?.takeHeld() ?? []).flatMap(({ outgoing }) => outgoing.entries)
    ]);
    this.again = [];
    return [...again, ...this.queue.clear().flatMap((each) => ('text' in each ? each.entries : [each]))];
  }

  /** The serial of the message of the oldest item that is not under way. */
  get oldestSerial(): number | undefined {
    const again = this.again.at(0)?.entries[0];
    if (again !== undefined) return again.of.serial;
    const first = this.queue.at(0);
    return first === undefined ? undefined : ('text' in first ? first.entries[0] : first).of.serial;
  }

  /** Takes the oldest items away, `most` at most: all of a batch with a checksum, or of one that is searched. */
  takeOldest(most: number): readonly Entry[] {
    const again = this.again.shift();
    if (again !== undefined) {
      const { entries, search, checksummed } = again;
      if (search !== undefined || checksummed !== undefined || entries.length <= most) {
        // What was held back for this one is sent by itself.
        for (const { outgoing } of search?.decided(again, false) ?? []) this.again.push(outgoing);
        return entries;
      }
      this.again.unshift({ ...partOf(again, entries.slice(most)), fault: again.fault });
      return entries.slice(0, most);
    }
    const taken: Entry[] = [];
    for (let first = this.queue.at(0); first !== undefined && taken.length < most; first = this.queue.at(0)) {
      this.queue.shift();
      if ('text' in first) return [...taken, ...first.entries];
      taken.push(first);
    }
    return taken;
  }

  /** Takes away what is not under way, but for the requests with something in them that `keeps`. */
  keepOnly(keeps: (of: PendingMessage) => boolean): void {
    const isKept = ({ of }: Entry): boolean => keeps(of);
    this.again = this.again.filter(({ entries }) => entries.some(isKept));
    for (const each of this.queue.clear())
      if ('text' in each ? each.entries.some(isKept) : isKept(each)) this.queue.push(each);
  }
}
