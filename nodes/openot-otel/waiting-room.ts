import type { NodeMessageInFlow } from 'node-red';
import { Fifo } from '../../lib/base';
import type { Token } from '../delivery';
import { estimatedBytes } from './size';

/** A message that waits to be mapped. */
export interface Guest {
  readonly message: NodeMessageInFlow;
  readonly stream: string;
  readonly tokens: readonly Token[];
  /** Nobody reads it again: no token, and none to come. */
  readonly isLoose: boolean;
  readonly run: () => void;
}

interface Seat extends Guest {
  /** 0 where it is not loose. */
  readonly items: number;
  readonly bytes: number;
}

/** Messages that are not mapped yet, in order: for the state, or for room among the spans that are not settled. */
export class WaitingRoom {
  private readonly seats = new Fifo<Seat>();
  /** Of these, those with tokens: as many as readers have on their way, however many others wait between them. */
  private readonly withTokens = new Fifo<Seat>();
  /** Of those that are loose: their items, and bytes, about. */
  looseItems = 0;
  looseBytes = 0;

  get length(): number {
    return this.seats.length;
  }

  get first(): Guest | undefined {
    return this.seats.at(0);
  }

  *all(): Iterable<Guest> {
    for (let n = 0; n < this.seats.length; n++) yield this.seats.at(n)!;
  }

  add(guest: Guest): void {
    const { tokens, isLoose } = guest;
    const { payload } = guest.message;
    const seat: Seat = {
      ...guest,
      items: isLoose ? (Array.isArray(payload) ? payload.length : 1) : 0,
      bytes: isLoose ? bytesOf(payload) : 0
    };
    this.seats.push(seat);
    if (tokens.length > 0) this.withTokens.push(seat);
    this.looseItems += seat.items;
    this.looseBytes += seat.bytes;
  }

  take(): Guest | undefined {
    const seat = this.seats.shift();
    if (seat === undefined) return undefined;
    if (seat.tokens.length > 0) this.withTokens.shift();
    this.looseItems -= seat.items;
    this.looseBytes -= seat.bytes;
    return seat;
  }

  /** By session, the lowest serial that waits here; `more` are of a message that is about to come. */
  held(more: readonly Token[]): Map<string, number> {
    const held = new Map<string, number>();
    const put = ({ session, serial }: Token): void =>
      void held.set(session, Math.min(serial, held.get(session) ?? Infinity));
    more.forEach(put);
    for (let n = 0; n < this.withTokens.length; n++) this.withTokens.at(n)!.tokens.forEach(put);
    return held;
  }
}

/** What refers to itself has no end: it will be refused when it is mapped. */
function bytesOf(payload: unknown): number {
  try {
    return estimatedBytes(payload);
  } catch {
    return 0;
  }
}
