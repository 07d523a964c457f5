import { Fifo } from '../base';
import { RequestBuilder } from './assemble';
import { CompressionState } from './compression';
import { Entry, halvesOf, Outgoing } from './outgoing';
import type { PendingMessage } from './pending-messages';
import { RetryGate } from './retry';
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

/**
 * What waits for one signal's endpoint, in order, and when the endpoint may be asked again. Nothing waits for others to
 * come: a request takes what is there when it may go, up to its limits.
 */
export class SignalQueue {
  readonly retry = new RetryGate();
  readonly compression = new CompressionState();
  private readonly queue = new Fifo<Entry | Checksummed>();
  /** Requests to be sent again, and parts of refused ones: before anything new. */
  private again: Outgoing[] = [];
  private serial = 0;
  /** Requests under way. */
  active = 0;

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
    // One at a time until the endpoint answers again.
    return this.retry.isTroubled && this.active > 0 ? undefined : this.retry.openMs;
  }

  /** The serial of the message that the next request begins with; 0 of one that is sent again. */
  get nextSerial(): number {
    const first = this.again.length > 0 ? undefined : this.queue.at(0);
    if (first === undefined) return 0;
    return ('text' in first ? first.entries[0] : first).of.serial;
  }

  /** Takes the next request. Undefined where the first item fits into none: `takeTooLarge` takes it away. */
  next(): Outgoing | undefined {
    const again = this.again.shift();
    if (again !== undefined) return again;
    const first = this.queue.at(0)!;
    if ('text' in first) {
      this.queue.shift();
      return { entries: first.entries, serial: ++this.serial, text: first.text, checksummed: first.text };
    }
    const builder = new RequestBuilder(this.limits.maxBytes);
    const entries: Entry[] = [];
    while (entries.length < this.limits.maxItems) {
      const entry = this.queue.at(0);
      if (entry === undefined || 'text' in entry || !builder.add(entry.item)) break;
      entries.push(entry);
      this.queue.shift();
    }
    return entries.length === 0 ? undefined : { entries, serial: ++this.serial, text: builder.text() };
  }

  /** Takes the first item away, which fits into no request. */
  takeTooLarge(): Entry {
    return this.queue.shift() as Entry;
  }

  /** Sends a request that failed again, in its order among the others. */
  sendLater(outgoing: Outgoing): void {
    const behind = this.again.findIndex(({ serial }) => serial > outgoing.serial);
    this.again.splice(behind < 0 ? this.again.length : behind, 0, outgoing);
  }

  /** Sends the same once more, at once. */
  sendFirst(outgoing: Outgoing): void {
    this.again.unshift(outgoing);
  }

  /** Sends one that is larger than any may be in halves instead, at once. */
  sendHalvesFirst(outgoing: Outgoing): void {
    this.again.unshift(...halvesOf(outgoing));
  }

  /** Sends a refused request in smaller ones, now or when more is known of its batch; false: all of it is refused. */
  split(outgoing: Outgoing, refusal: Refusal): boolean {
    const result = split(outgoing, refusal, this.again);
    if (result.kind === 'parts') this.again = result.again;
    return result.kind !== 'givenUp';
  }

  /** Takes away what is not under way, but for the requests with something in them that `keeps`. */
  keepOnly(keeps: (of: PendingMessage) => boolean): void {
    const isKept = ({ of }: Entry): boolean => keeps(of);
    this.again = this.again.filter(({ entries }) => entries.some(isKept));
    for (const each of this.queue.clear())
      if ('text' in each ? each.entries.some(isKept) : isKept(each)) this.queue.push(each);
  }
}
