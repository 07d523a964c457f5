import type { NodeMessageInFlow } from 'node-red';
import type { ClockState } from '../../lib/otel/clock-watch/api';
import { createMeter } from '../../lib/otel/metrics';
import { createOtelMapper, Mapped, OtelMapper } from '../../lib/otel/mapper';
import type { NetworkProfile } from '../../lib/otel/network';
import type { MappedItems } from '../../lib/otel/otlp';
import { CodedError, codedErrorOf } from '../shared/coded-error';
import { factsOf } from '../shared/facts';
import type { Send } from '../shared/handle';
import { isFollowed, tokensOf } from '../shared/messages';
import type { Standing } from '../shared/passage';
import { Batch, Batcher } from './batcher';
import { isForget, kindOf, refusalOf, wrongPayload } from './incoming';
import { Memory, MemoryPorts } from './memory';
import { outgoing } from './outgoing';
import { Settlements } from './settlements';
import type { MessageSettings, OtelSettings } from './settings';
import type { KeeperState } from './state-keeper';

/** Items that may wait without a token: whoever sends them cannot be slowed down, and memory is bounded. */
export const MAX_WAITING_ITEMS = 100_000;
/** Milliseconds between two looks at what is settled, and at what is to be saved at leisure. */
export const TICK_MS = 1000;

/** What the mapper node is made of. */
export interface OtelPorts extends MemoryPorts {
  readonly settings: Pick<OtelSettings, 'of'>;
  /** Decimal text, nanoseconds since the Unix epoch. */
  nowNs(): string;
  newId(): string;
  standing(life: string, serial: number): Standing;
  isSettled(life: string, serial: number): boolean;
}

export interface OtelTotals {
  /** Sent. */
  logs: number;
  metrics: number;
  traces: number;
  /** Documents and status messages that could not be mapped. */
  refused: number;
}

/** A message that waits for the state. */
interface Early {
  readonly message: NodeMessageInFlow;
  readonly run: () => void;
}

/** Documents and status messages to OTLP requests: maps at once, sends in batches, never before what must be saved is. */
export class OtelController {
  readonly totals: OtelTotals = { logs: 0, metrics: 0, traces: 0, refused: 0 };
  /** Refused in the last message that held anything. */
  lastRefused = 0;
  private readonly batcher = new Batcher();
  private readonly settlements: Settlements;
  private readonly mapper: OtelMapper;
  private readonly memory: Memory;
  private early: Early[] = [];
  /** Taken, and not sent: its state is being saved. */
  private leaving: Batch | undefined;
  private isDue = false;
  private cancelAge: (() => void) | undefined;
  private cancelTick: (() => void) | undefined;
  private closed = false;
  constructor(private readonly ports: OtelPorts) {
    const memory = (this.memory = new Memory(ports));
    this.mapper = createOtelMapper({ book: memory.book, meter: createMeter({ startNs: ports.nowNs() }) });
    this.settlements = new Settlements({ standing: (life, serial) => ports.standing(life, serial), isSettled: (life, serial) => ports.isSettled(life, serial), settle: (mark) => memory.settle(mark) });
  }

  /** Opens the state. Never rejects. */
  async start(): Promise<void> {
    await this.memory.open();
    if (this.closed) return;
    this.tick();
    this.admit();
    this.ports.onChange();
  }

  /** Takes one message; the promise resolves when everything of it has left. Rejects, or throws, with a coded error. */
  input(message: NodeMessageInFlow, pass: Send): void | Promise<void> {
    if (isForget(message)) return this.forget();
    if (this.isUsable) return this.map(message, pass);
    if (tokensOf(message).length === 0 && this.early.length >= MAX_WAITING_ITEMS) throw this.full();
    return new Promise<void>((resolve, reject) => {
      this.early.push({
        message,
        run: () => {
          try {
            Promise.resolve(this.map(message, pass)).then(resolve, reject);
          } catch (thrown) {
            reject(thrown as Error);
          }
        }
      });
      this.ports.onChange();
    });
  }

  /** Saves what is not saved, and lets others have the state. What waits is dropped: it was not acknowledged. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancelAge?.();
    this.cancelTick?.();
    await this.memory.close();
  }

  /**
   * Messages that wait, and of their number those that nobody sends again: no token, and none to come with a later part. A
   * reader's status never has one, and is told again in a second: nothing is lost with it.
   */
  get waiting(): { readonly messages: number; readonly withoutToken: number } {
    const all = [...(this.leaving?.entries ?? []), ...this.batcher.waiting, ...this.early].map(({ message }) => message);
    let withoutToken = 0;
    for (let i = all.length - 1; i >= 0; i--) {
      if (tokensOf(all[i]).length > 0 || isFollowed(all[i])) break;
      if (kindOf(all[i].payload) !== 'status') withoutToken++;
    }
    return { messages: all.length, withoutToken };
  }

  get state(): KeeperState {
    return this.memory.state;
  }

  /** Why the state cannot be saved at the moment. */
  get trouble(): CodedError | undefined {
    return this.memory.trouble;
  }

  get openSpans(): number {
    return this.memory.openSpans;
  }

  clocks(): ClockState {
    return this.mapper.clocks();
  }

  private get isUsable(): boolean {
    return this.state === 'usable' && this.early.length === 0;
  }

  private async forget(): Promise<void> {
    await this.memory.forget();
    this.admit();
    this.ports.onChange();
  }

  /** What waited for the state goes on, in order. */
  private admit(): void {
    if (this.state !== 'usable') return;
    const early = this.early;
    this.early = [];
    for (const { run } of early) run();
  }

  private map(message: NodeMessageInFlow, pass: Send): void | Promise<void> {
    if (this.closed) return new Promise(() => undefined);
    const settings = this.ports.settings.of(message);
    const facts = factsOf(message.openot);
    const stream = facts.stream ?? '';
    const tokens = tokensOf(message);
    // Whoever has tokens is slowed down by them.
    if (tokens.length === 0 && this.batcher.items >= MAX_WAITING_ITEMS) throw this.full();
    const mapped = this.mapped(message.payload, facts, settings);
    const refusal = refusalOf(mapped.problems, mapped.of);
    this.count(mapped);
    // Every document of a strict node is refused: their tokens must not say that they were sent.
    if (refusal !== undefined && mapped.documents.length === 0 && refusal.code === 'OPENOT_OTEL_STRICT_DOCUMENT') throw refusal;
    this.settlements.mapped(mapped.documents, stream);
    const items = this.prepared(mapped, stream, settings);
    const count = items.logs.length + items.metrics.length + items.spans.length;
    if (count === 0 && tokens.length === 0) {
      if (refusal !== undefined) throw refusal;
      return;
    }
    const { envelope, limits } = settings;
    return new Promise<void>((resolve, reject) => {
      const left = (failure: Error | undefined = refusal): void => (failure === undefined ? resolve() : reject(failure));
      this.batcher.add({ message, pass, items: count, left }, items, envelope, limits);
      this.pump();
    });
  }

  private mapped(payload: unknown, facts: ReturnType<typeof factsOf>, { mapping }: MessageSettings): Mapped & { documents: Parameters<NetworkProfile['prepare']>[1]; of: number } {
    switch (kindOf(payload)) {
      case 'status':
        return { ...this.mapper.status(payload, facts, this.ports.nowNs(), mapping), documents: [], of: 1 };
      case 'documents':
        return { ...this.mapper.documents(payload, facts, mapping), of: Array.isArray(payload) ? payload.length : 1 };
      case 'wrong':
        throw wrongPayload(payload);
    }
  }

  private count({ problems, documents }: { problems: readonly unknown[]; documents: readonly unknown[] }): void {
    this.totals.refused += problems.length;
    if (problems.length > 0 || documents.length > 0) this.lastRefused = problems.length;
  }

  private prepared(mapped: Mapped & { documents: Parameters<NetworkProfile['prepare']>[1] }, stream: string, { envelope }: MessageSettings): MappedItems {
    if (envelope.profile === 'otlp') return mapped;
    return this.memory.network.prepare(mapped, mapped.documents, { stream }, envelope.settings);
  }

  /** Sends what is full or old enough, unless a save is under way: then its end does. */
  private pump(): void {
    if (this.closed || this.memory.isBeingSaved || this.batcher.isEmpty) return;
    if (!this.isDue && !this.batcher.isFull) {
      this.cancelAge ??= this.ports.after(this.batcher.maxAgeMs, () => {
        this.cancelAge = undefined;
        this.isDue = true;
        this.pump();
      });
      return;
    }
    this.cancelAge?.();
    this.cancelAge = undefined;
    this.isDue = false;
    const batch = this.batcher.take()!;
    if (!this.memory.mustSave) return this.send(batch);
    this.leaving = batch;
    void this.memory.save().then((isSaved) => {
      if (!isSaved || this.closed) return;
      this.leaving = undefined;
      this.send(batch);
      this.pump();
    });
  }

  /** Throws nothing: it is called by timers too. A batch that cannot be put together is an error of its messages, whose tokens stay. */
  private send(batch: Batch): void {
    try {
      this.sendAll(batch);
    } catch (thrown) {
      for (const { left } of batch.entries) left(codedErrorOf(thrown));
    }
  }

  private sendAll(batch: Batch): void {
    for (const { port, message, pass } of outgoing(batch, this.memory.network, () => this.ports.newId())) pass([...Array<null>(port).fill(null), message]);
    for (const { logs, metrics, traces } of batch.groups) {
      this.totals.logs += logs.items.length;
      this.totals.metrics += metrics.items.length;
      this.totals.traces += traces.items.length;
    }
    this.settlements.sent(batch.tokens, batch.entries.map(({ message }) => message));
    for (const { left } of batch.entries) left();
    this.ports.onChange();
  }

  /** Looks at what is settled, and saves what may be saved at leisure. */
  private tick(): void {
    if (this.closed) return;
    this.cancelTick = this.ports.after(TICK_MS, () => this.tick());
    this.settlements.sweep();
    this.memory.tellLimits();
    if (this.memory.wantsSaving) void this.memory.save().then((isSaved) => (isSaved ? this.pump() : undefined));
  }

  private full(): CodedError {
    return new CodedError('OPENOT_OTEL_FULL', `more than ${MAX_WAITING_ITEMS} items wait because the state of this node cannot be used or saved: this message, which has no commit token and so will not come again, is dropped. See the node's earlier error`);
  }
}
