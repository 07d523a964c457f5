import type { Signal } from '../telemetry/otlp-types';
import { Fifo } from '../base';

/** What became of the items of one message. items = accepted + partial + rejected. */
export interface Counts {
  readonly signal: Signal;
  readonly items: number;
  /** In requests that were accepted whole. */
  accepted: number;
  /** In requests that were accepted in part: the collector does not say which, and output 2 has told it. */
  partial: number;
  /** Refused, and told. */
  rejected: number;
  /** Requests that carried at least one of them, those that were sent again counted once. */
  requests: number;
}

/** One message while items of it are on their way. */
export interface Consignment {
  readonly counts: Counts;
  readonly bytes: number;
  readonly arrivedMs: number;
  /** It has a commit token of its own: if this process ends, its reader reads it again. */
  readonly hasToken: boolean;
  readonly stream: string | undefined;
  readonly sequence: string | undefined;
  /** Items without an outcome. */
  pending: number;
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
export class Consignments {
  private readonly order = new Fifo<Consignment>();
  /**
   * Those that nobody would read again: they have no token, and no later message of their stream or their sequence has
   * one.
   */
  private readonly loose = new Set<Consignment>();
  /** The same by stream and by sequence. */
  private readonly looseOf = new Map<string, Set<Consignment>>();
  /** Bytes of these. */
  looseBytes = 0;
  /** Bytes of all. */
  bytes = 0;

  add(counts: Counts, bytes: number, arrivedMs: number, { hasToken, stream, sequence, done }: Arrival): Consignment {
    const consignment: Consignment = {
      counts,
      bytes,
      arrivedMs,
      hasToken,
      stream,
      sequence,
      pending: counts.items,
      done
    };
    this.order.push(consignment);
    this.bytes += bytes;
    if (hasToken) {
      // Its token is let go only after all before it: where they are lost, they come again with it.
      for (const key of keysOf(consignment))
        for (const earlier of [...(this.looseOf.get(key) ?? [])]) this.tie(earlier);
      return consignment;
    }
    this.looseBytes += bytes;
    this.loose.add(consignment);
    for (const key of keysOf(consignment)) this.looseOf.set(key, (this.looseOf.get(key) ?? new Set()).add(consignment));
    return consignment;
  }

  /** Messages that have not left. */
  get count(): number {
    return this.order.length;
  }

  /** The one that came first of those that have not left. */
  get oldest(): Consignment | undefined {
    return this.order.at(0);
  }

  isLoose(consignment: Consignment): boolean {
    return this.loose.has(consignment);
  }

  /** Lets go of what is through, up to the first that is not. */
  release(): void {
    for (let first = this.oldest; first !== undefined && first.pending === 0; first = this.oldest) {
      this.order.shift();
      this.bytes -= first.bytes;
      this.tie(first);
      first.done(first.counts);
    }
  }

  /** Items without an outcome: those that nobody would read again, and the data points of the others. */
  unaccepted(): { readonly items: number; readonly points: number } {
    let items = 0;
    let points = 0;
    for (const consignment of this.order.all()) {
      if (this.loose.has(consignment)) items += consignment.pending;
      else if (consignment.counts.signal === 'metrics') points += consignment.pending;
    }
    return { items, points };
  }

  /** It is loose no more. */
  private tie(consignment: Consignment): void {
    if (!this.loose.delete(consignment)) return;
    this.looseBytes -= consignment.bytes;
    for (const key of keysOf(consignment)) {
      const set = this.looseOf.get(key);
      set?.delete(consignment);
      if (set?.size === 0) this.looseOf.delete(key);
    }
  }
}

function keysOf({ stream, sequence }: Consignment): string[] {
  return [
    ...(stream === undefined ? [] : [`stream ${stream}`]),
    ...(sequence === undefined ? [] : [`sequence ${sequence}`])
  ];
}
