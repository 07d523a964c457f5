import type { NodeMessageInFlow } from 'node-red';
import { Binding, NOT_ADVERTISED, Relation } from '../../lib/definition';
import type { Item, LooseFacts } from '../../lib/stream';
import type { Send } from '../runtime/handle';
import { isFollowed } from '../runtime/messages';
import { tokensOf } from '../delivery';

/** A message that waits, whole or what is left of it. */
export interface Held {
  readonly message: NodeMessageInFlow;
  readonly facts: LooseFacts;
  readonly items: readonly Item[];
  /** Items that have left. */
  gone: number;
  /** It had to wait, at least for a while. */
  hasWaited: boolean;
  readonly pass: Send;
  /** All of it has left. */
  readonly done: () => void;
}

/** Would a definition that arrives later bind the records of this relation? Not those whose epoch nobody can name. */
export function canArrive(binding: Binding, relation: Relation): boolean {
  const { ok, advertised } = binding[relation];
  if (ok || advertised === NOT_ADVERTISED) return false;
  return relation === 'prior'
    ? binding.priorEpoch !== undefined
    : (binding.current as { reason: { kind: string } }).reason.kind !== 'stalePriorEpoch';
}

/** Must this item wait for its definition? */
export function mustWait(binding: Binding, item: Item): boolean {
  if (item.kind !== 'record') return false;
  const { relation, bound } = binding.relationOf(item.abs);
  if (bound.ok || !canArrive(binding, relation)) return false;
  return relation === 'current' || item.abs >= binding.priorEpoch!.firstAbs;
}

const sizeOf = ({ items, gone }: Held): number => Math.max(1, items.length - gone);

/** What one stream holds back, in its order. */
export interface HeldStream {
  readonly name: string;
  readonly queue: Held[];
  /** Records and notices in it; an empty message counts as one. */
  held: number;
  /** The limit was reached since it began to hold. */
  isOverLimit: boolean;
}

/** The queues of all streams that hold something back. */
export class Holds {
  private readonly streams = new Map<string, HeldStream>();
  /** Over all streams. */
  held = 0;

  get(name: string): HeldStream | undefined {
    return this.streams.get(name);
  }

  /** Streams with something in them, the one that holds the longest first. */
  all(): HeldStream[] {
    return [...this.streams.values()];
  }

  add(name: string, held: Held): HeldStream {
    const stream = this.streams.get(name) ?? { name, queue: [], held: 0, isOverLimit: false };
    this.streams.set(name, stream);
    stream.queue.push(held);
    this.count(stream, sizeOf(held));
    return stream;
  }

  /** Takes items off the head of the first message; the whole message when nothing of it is left. */
  leave(stream: HeldStream, items: number): void {
    const [first] = stream.queue;
    const before = sizeOf(first);
    first.gone += items;
    const isThrough = first.gone >= first.items.length;
    this.count(stream, (isThrough ? 0 : sizeOf(first)) - before);
    if (!isThrough) return;
    stream.queue.shift();
    if (stream.queue.length === 0) this.streams.delete(stream.name);
  }

  /**
   * Records and notices that nobody will read again when all is thrown away now: those of messages without a commit
   * token
   * behind which none with one waits. A part of a sequence that is not its last belongs to a token that is still to
   * come.
   */
  withoutToken(): number {
    let count = 0;
    for (const { queue } of this.streams.values()) {
      for (let i = queue.length - 1; i >= 0; i--) {
        const { message } = queue[i];
        if (tokensOf(message).length > 0 || isFollowed(message)) break;
        count += queue[i].items.length - queue[i].gone;
      }
    }
    return count;
  }

  private count(stream: HeldStream, change: number): void {
    stream.held += change;
    this.held += change;
  }
}
