import type { LogRecord, MappedItems, MetricPoint, Signal, Span } from '../../lib/telemetry';
import type { Send } from '../runtime/handle';
import { tokensOf } from '../delivery';
import { estimatedBytes } from './size';
import type { BatchLimits, EnvelopeSettings } from './settings';
import type { PendingMessage } from './settlements';

/**
 * Milliseconds that what a reader's token is bound to waits for others, at most: its reader sends only so much before
 * it.
 */
export const MAX_TOKEN_AGE_MS = 1000;

/** A message whose items wait for others. */
export interface Entry extends PendingMessage {
  readonly pass: Send;
  readonly items: number;
  /** Everything of it has left, or could not. */
  readonly left: (failure?: Error) => void;
}

/** The open request of each signal in one envelope. */
export interface Group {
  readonly envelope: EnvelopeSettings;
  readonly logs: Bundle<LogRecord>;
  readonly metrics: Bundle<MetricPoint>;
  readonly traces: Bundle<Span>;
  /** The messages that brought items for it. */
  readonly entries: Entry[];
}

/** Items of one signal, each with its estimated bytes. */
export class Bundle<T> {
  readonly items: T[] = [];
  private readonly sizes: number[] = [];
  bytes = 0;

  add(items: readonly T[]): void {
    for (const item of items) {
      const size = estimatedBytes(item);
      this.items.push(item);
      this.sizes.push(size);
      this.bytes += size;
    }
  }

  /** The items in the requests that they fit into, in order. An item above the limit gets a request of its own. */
  chunks({ maxItems, maxBytes }: BatchLimits): T[][] {
    const chunks: T[][] = [];
    let room = -1;
    for (let i = 0; i < this.items.length; i++) {
      const current = chunks.at(-1);
      if (current === undefined || current.length >= maxItems || this.sizes[i] > room) {
        chunks.push([this.items[i]]);
        room = maxBytes - this.sizes[i];
      } else {
        current.push(this.items[i]);
        room -= this.sizes[i];
      }
    }
    return chunks;
  }
}

/** What leaves together: the tokens of all its messages are let go with its last logs request. */
export interface Batch {
  readonly groups: readonly Group[];
  /** In the order in which they came. */
  readonly entries: readonly Entry[];
  readonly limits: BatchLimits;
  readonly tokens: readonly string[];
}

/**
 * Collects the items of messages until they are many, large or old enough. One request of each signal is open for each
 * envelope (two streams have two resources). All of them leave together: an acknowledgement is cumulative, so the
 * tokens of a later message must not leave before the items of an earlier one that waits in another request.
 */
export class Batcher {
  private groups = new Map<string, Group>();
  private entries: Entry[] = [];
  private limits: BatchLimits | undefined;
  /** That wait. */
  items = 0;
  /** Of these, estimated. */
  bytes = 0;
  /** Does a token of a reader of this process wait? */
  hasTokens = false;

  /** The limits are those of the message that came last. */
  add(entry: Entry, items: MappedItems, envelope: EnvelopeSettings, limits: BatchLimits): void {
    this.limits = limits;
    this.entries.push(entry);
    this.items += entry.items;
    this.hasTokens ||= entry.tokens.length > 0;
    if (entry.items === 0) return;
    const key = JSON.stringify(envelope);
    let group = this.groups.get(key);
    if (group === undefined)
      this.groups.set(
        key,
        (group = { envelope, logs: new Bundle(), metrics: new Bundle(), traces: new Bundle(), entries: [] })
      );
    group.entries.push(entry);
    const before = bytesIn(group);
    group.logs.add(items.logs);
    group.metrics.add(items.metrics);
    group.traces.add(items.spans);
    this.bytes += bytesIn(group) - before;
  }

  /** Is a request full, as far as its limits go? */
  get isFull(): boolean {
    const { limits } = this;
    if (limits === undefined) return false;
    if (limits.maxAgeMs === 0) return true;
    for (const { logs, metrics, traces } of this.groups.values()) {
      for (const bundle of [logs, metrics, traces])
        if (bundle.items.length >= limits.maxItems || bundle.bytes >= limits.maxBytes) return true;
    }
    return false;
  }

  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  /** Milliseconds that what waits may still wait for others, from when it came. */
  get maxAgeMs(): number {
    const maxAgeMs = this.limits?.maxAgeMs ?? 0;
    return this.hasTokens ? Math.min(maxAgeMs, MAX_TOKEN_AGE_MS) : maxAgeMs;
  }

  /** Messages that wait, in order. */
  get waiting(): readonly Entry[] {
    return this.entries;
  }

  /** Everything that waits, which then waits no more. */
  take(): Batch | undefined {
    const { limits, entries } = this;
    if (limits === undefined || entries.length === 0) return undefined;
    const batch: Batch = {
      groups: [...this.groups.values()],
      entries,
      limits,
      tokens: [...new Set(entries.flatMap(({ message }) => tokensOf(message)))]
    };
    this.groups = new Map();
    this.entries = [];
    this.items = 0;
    this.bytes = 0;
    this.hasTokens = false;
    return batch;
  }
}

const bytesIn = ({ logs, metrics, traces }: Group): number => logs.bytes + metrics.bytes + traces.bytes;

/** The signals in the order in which they leave: the logs come last, with the tokens (docs/format.md 23). */
export const order: readonly Signal[] = ['traces', 'metrics', 'logs'];
