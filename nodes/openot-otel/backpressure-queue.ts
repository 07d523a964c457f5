import type { NodeMessageInFlow } from 'node-red';
import { Fifo } from '../../lib/base';
import type { Token } from '../delivery';
import { estimatedBytes } from './size';

/** A message that waits to be mapped. */
export interface QueuedMessage {
  readonly message: NodeMessageInFlow;
  readonly stream: string;
  readonly tokens: readonly Token[];
  /** Nobody reads it again: no token, and none to come. */
  readonly isLoose: boolean;
  readonly run: () => void;
}

interface Slot extends QueuedMessage {
  /** 0 where it is not loose. */
  readonly items: number;
  readonly bytes: number;
}

/** Messages that are not mapped yet, in order: for the state, or for room among the spans that are not settled. */
export class BackpressureQueue {
  private readonly slots = new Fifo<Slot>();
  /** Of these, those with tokens: as many as readers have on their way, however many others wait between them. */
  private readonly withTokens = new Fifo<Slot>();
  /** Of those that are loose: their items, and bytes, about. */
  looseItems = 0;
  looseBytes = 0;

  get length(): number {
    return this.slots.length;
  }

  get first(): QueuedMessage | undefined {
    return this.slots.at(0);
  }

  *all(): Iterable<QueuedMessage> {
    for (let n = 0; n < this.slots.length; n++) yield this.slots.at(n)!;
  }

  add(queued: QueuedMessage): void {
    const { tokens, isLoose } = queued;
    const { payload } = queued.message;
    const slot: Slot = {
      ...queued,
      items: isLoose ? (Array.isArray(payload) ? payload.length : 1) : 0,
      bytes: isLoose ? bytesOf(payload) : 0
    };
    this.slots.push(slot);
    if (tokens.length > 0) this.withTokens.push(slot);
    this.looseItems += slot.items;
    this.looseBytes += slot.bytes;
  }

  take(): QueuedMessage | undefined {
    const slot = this.slots.shift();
    if (slot === undefined) return undefined;
    if (slot.tokens.length > 0) this.withTokens.shift();
    this.looseItems -= slot.items;
    this.looseBytes -= slot.bytes;
    return slot;
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
