import type { NodeMessageInFlow } from 'node-red';
import type { Timers } from '../../lib/base';
import type { Token } from '../delivery';
import { CodedError } from '../runtime/coded-error';
import { BackpressureQueue, QueuedMessage } from './backpressure-queue';
import type { Entry } from './batcher';
import { kindOf } from './incoming';
import type { MapperState } from './mapper-state';
import { isFree, Settlements } from './settlements';

/**
 * Items that may wait without a token (and none to come with a later part), and their bytes, estimated: whoever sends
 * them cannot be slowed down, and memory is bounded.
 */
export const MAX_WAITING_ITEMS = 100_000;
export const MAX_WAITING_BYTES = 128 * 1024 * 1024;
/** Milliseconds between two looks at what is settled while a message waits for it. */
export const ROOM_MS = 50;
/** Milliseconds after which the first message that waits for it goes on although nothing was settled. */
export const STALL_MS = 10_000;

/** What admission needs of the others. */
export interface AdmissionPorts extends Pick<Timers, 'after'> {
  readonly state: Pick<MapperState, 'state' | 'isFull'>;
  readonly settlements: Pick<Settlements, 'sweep' | 'concluded' | 'canSettle'>;
  /** Mapped, and not sent. */
  unsent(): readonly Entry[];
}

/** Who is mapped at once, and who waits: for the state, or for room among the spans that are not settled. */
export class Admission {
  private readonly room = new BackpressureQueue();
  private cancelLook: (() => void) | undefined;
  /** Since something was settled, or went on, while messages wait for it. */
  private stalledMs = 0;
  private concluded = 0;
  private closed = false;

  constructor(private readonly ports: AdmissionPorts) {}

  /** Messages that wait. */
  get waiting(): Pick<BackpressureQueue, 'length' | 'looseItems' | 'looseBytes' | 'all'> {
    return this.room;
  }

  /** May it be mapped now? A reader's status has nothing to do with what waits for room. */
  isWelcome(message: NodeMessageInFlow, tokens: readonly Token[]): boolean {
    if (!this.isUsable) return false;
    if (kindOf(message.payload) === 'status') return true;
    if (this.room.length === 0 && this.ports.state.isFull) this.ports.settlements.sweep();
    return this.room.length === 0 && !this.mustWait(tokens);
  }

  /** Its `run` is called when it may go on, in order. */
  wait(queued: QueuedMessage): void {
    this.room.add(queued);
    // The first one sets the timer of the next look; a look for every message would cost more the more of them wait.
    if (this.room.length === 1) this.look();
  }

  /**
   * What waited goes on, in order, as far as it may; looks again soon where it may not. Where nothing is settled for
   * long, one message goes on: a consumer (a join) may acknowledge none before it has it. In an outage that costs
   * little: the reader sends only so many before the first acknowledgement, and more spans are kept than all of them
   * can close.
   */
  look(): void {
    const { settlements } = this.ports;
    if (this.closed || !this.isUsable) return;
    if (this.room.length > 0) settlements.sweep();
    if (settlements.concluded !== this.concluded) this.stalledMs = 0;
    this.concluded = settlements.concluded;
    for (
      let first = this.room.first;
      first !== undefined && (this.stalledMs >= STALL_MS || !this.mustWait(first.tokens));
      first = this.room.first
    ) {
      this.stalledMs = 0;
      this.room.take()!.run();
    }
    if (this.room.length === 0) return;
    this.cancelLook ??= this.ports.after(ROOM_MS, () => {
      this.cancelLook = undefined;
      this.stalledMs += ROOM_MS;
      this.look();
    });
  }

  close(): void {
    this.closed = true;
    this.cancelLook?.();
  }

  private get isUsable(): boolean {
    return this.ports.state.state === 'usable';
  }

  /**
   * While as many spans are on their way as may be, records that their reader can keep wait: it stops then, and its
   * ring is the buffer. Only as long as something can be settled without what waits, as far as the order of the tokens
   * tells: one may come by two ways. That a consumer wants more messages before it acknowledges any, they do not tell:
   * see `look`.
   */
  private mustWait(tokens: readonly Token[]): boolean {
    if (tokens.length === 0 || !this.ports.state.isFull) return false;
    const held = this.room.held(tokens);
    return (
      this.ports.settlements.canSettle(held) ||
      this.ports.unsent().some((entry) => entry.tokens.length > 0 && isFree(entry.tokens, held))
    );
  }
}

/** Throws OPENOT_OTEL_FULL where as much waits as may without a token. */
export function refuseFull({ items, bytes }: { readonly items: number; readonly bytes: number }): void {
  if (items < MAX_WAITING_ITEMS && bytes < MAX_WAITING_BYTES) return;
  throw new CodedError(
    'OPENOT_OTEL_FULL',
    `more than ${MAX_WAITING_ITEMS} items or ${MAX_WAITING_BYTES / 1048576} MiB wait without a commit token, ` +
      'because the state of this node cannot be used or saved, or because what was sent is not acknowledged: ' +
      `this message, which nobody sends again, is dropped. See the node's status and its earlier errors`
  );
}
