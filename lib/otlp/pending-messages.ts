import type { Signal } from '../telemetry/otlp-types';
import { Fifo } from '../base';

/** What became of the items of one message when it left. items = accepted + partial + rejected + dropped + kept. */
export interface Counts {
  readonly signal: Signal;
  readonly items: number;
  /** In requests that were accepted whole. */
  accepted: number;
  /** In requests that were accepted in part: the collector does not say which, and output 2 has told it. */
  partial: number;
  /** Refused, and told. */
  rejected: number;
  /** Let go of: too much waited for a collector that is away. */
  dropped: number;
  /** Still to be sent, out of memory, to a collector that is away. */
  kept: number;
  /** Requests that carried at least one of them, those that were sent again counted once. */
  requests: number;
}

/** One message while items of it are on their way. */
export interface PendingMessage {
  /** From 1, in the order of arrival. */
  readonly serial: number;
  readonly counts: Counts;
  readonly bytes: number;
  readonly arrivedMs: number;
  /** It has a commit token of its own: if this process ends, its reader reads it again. */
  readonly hasToken: boolean;
  readonly stream: string | undefined;
  readonly sequence: string | undefined;
  /** Items without an outcome. */
  pending: number;
  /** It has left with items without an outcome, which are kept in memory. */
  isKept: boolean;
  readonly done: (counts: Counts) => void;
}

/** What is known of a message when it comes. */
export interface Arrival {
  readonly hasToken: boolean;
  /** `msg.openot.stream`. */
  readonly stream?: string;
  /** `msg.parts.id`: a token on one part of a sequence speaks for all before it. */
  readonly sequence?: string;
  /** Called once, in the order of arrival, when every item has an outcome. Never after `close`. */
  readonly done: (counts: Counts) => void;
}

/** The messages on their way, in the order in which they came: in this order they leave. */
export class PendingMessages {
  private readonly order = new Fifo<PendingMessage>();
  private serial = 0;
  /**
   * Those that nobody would read again: they have no token, and no later message of their stream or their sequence has
   * one.
   */
  private readonly loose = new Set<PendingMessage>();
  /** The same by stream and by sequence. */
  private readonly looseOf = new Map<string, Set<PendingMessage>>();
  /** Bytes of these. */
  looseBytes = 0;
  /** Bytes of all. */
  bytes = 0;
  /** Items without an outcome of messages that have left. */
  keptPending = 0;

  add(counts: Counts, bytes: number, arrivedMs: number, { hasToken, stream, sequence, done }: Arrival): PendingMessage {
    const message: PendingMessage = {
      serial: ++this.serial,
      counts,
      bytes,
      arrivedMs,
      hasToken,
      stream,
      sequence,
      pending: counts.items,
      isKept: false,
      done
    };
    this.order.push(message);
    this.bytes += bytes;
    if (hasToken) {
      // Its token is let go only after all before it: where they are lost, they come again with it.
      for (const key of keysOf(message)) for (const earlier of [...(this.looseOf.get(key) ?? [])]) this.bind(earlier);
      return message;
    }
    this.looseBytes += bytes;
    this.loose.add(message);
    for (const key of keysOf(message)) this.looseOf.set(key, (this.looseOf.get(key) ?? new Set()).add(message));
    return message;
  }

  /** Messages that have not left. */
  get count(): number {
    return this.order.length;
  }

  /** The one that came first of those that have not left. */
  get oldest(): PendingMessage | undefined {
    return this.order.at(0);
  }

  isLoose(message: PendingMessage): boolean {
    return this.loose.has(message);
  }

  /** Lets go of what is through, or waits for nothing (`isFree`), up to the first that is not. */
  release(isFree: (message: PendingMessage) => boolean): void {
    for (let first = this.oldest; first !== undefined && (first.pending === 0 || isFree(first)); first = this.oldest) {
      this.order.shift();
      this.bytes -= first.bytes;
      this.bind(first);
      if (first.pending > 0) {
        first.isKept = true;
        first.counts.kept = first.pending;
        this.keptPending += first.pending;
      }
      first.done({ ...first.counts });
    }
  }

  /** An item of it has its outcome. */
  settle(message: PendingMessage): void {
    message.pending--;
    if (message.isKept) this.keptPending--;
  }

  /** Items without an outcome that nobody reads again, and the data points of the others. */
  unaccepted(): { readonly items: number; readonly points: number; readonly kept: number } {
    let items = 0;
    let points = 0;
    for (const message of this.order.all()) {
      if (this.loose.has(message)) items += message.pending;
      else if (message.counts.signal === 'metrics') points += message.pending;
    }
    return { items, points, kept: this.keptPending };
  }

  /** It is loose no more. */
  private bind(message: PendingMessage): void {
    if (!this.loose.delete(message)) return;
    this.looseBytes -= message.bytes;
    for (const key of keysOf(message)) {
      const set = this.looseOf.get(key);
      set?.delete(message);
      if (set?.size === 0) this.looseOf.delete(key);
    }
  }
}

function keysOf({ stream, sequence }: PendingMessage): string[] {
  return [
    ...(stream === undefined ? [] : [`stream ${stream}`]),
    ...(sequence === undefined ? [] : [`sequence ${sequence}`])
  ];
}
