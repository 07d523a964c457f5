import type { NodeMessageInFlow } from 'node-red';
import type { ClockState } from '../../lib/otel/clock-watch/api';
import { createMeter } from '../../lib/otel/metrics';
import { createOtelMapper, Mapped, OtelMapper } from '../../lib/otel/mapper';
import { createNetworkProfile, NetworkProfile } from '../../lib/otel/network';
import { createSpanBook, SPAN_LIMITS, SpanBook } from '../../lib/otel/spans';
import type { Hashes } from '../../lib/otel/hashes';
import type { MappedItems } from '../../lib/otel/otlp';
import type { Store } from '../../lib/reader/ports';
import { CodedError, codedErrorOf } from '../shared/coded-error';
import { factsOf } from '../shared/facts';
import type { Send } from '../shared/handle';
import { tokensOf } from '../shared/messages';
import type { Standing } from '../shared/passage';
import { Batch, Batcher } from './batcher';
import { isForget, kindOf, refusalOf, wrongPayload } from './incoming';
import { outgoing } from './outgoing';
import { isFollowed, Settlements } from './settlements';
import type { MessageSettings, OtelSettings } from './settings';
import { KeeperState, StateKeeper } from './state-keeper';

/** Items that may wait without a token: whoever sends them cannot be slowed down, and memory is bounded. */
export const MAX_WAITING_ITEMS = 100_000;
/** Milliseconds between two looks at what is settled, and at what is to be saved at leisure. */
export const TICK_MS = 1000;

/** What the mapper node is made of. */
export interface OtelPorts {
  readonly settings: Pick<OtelSettings, 'of'>;
  readonly hashes: Hashes;
  /** Absent where nothing has to survive a restart. */
  readonly store?: Store;
  /** Decimal text, nanoseconds since the Unix epoch. */
  nowNs(): string;
  /** Calls back after `ms`; returns how to cancel. */
  after(ms: number, call: () => void): () => void;
  newId(): string;
  standing(life: string, serial: number): Standing;
  isSettled(life: string, serial: number): boolean;
  /** What happened outside of any message. */
  report(error: Error): void;
  /** The status reads otherwise. */
  onChange(): void;
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
  private network: NetworkProfile;
  private readonly keeper: StateKeeper | undefined;
  private book: SpanBook;
  private early: Early[] = [];
  /** Taken, and not sent: its state is being saved. */
  private leaving: Batch | undefined;
  private isSaving = false;
  private isDue = false;
  private cancelAge: (() => void) | undefined;
  private cancelTick: (() => void) | undefined;
  private closed = false;
  /** What the limits of the book took away, as far as it was told. */
  private told = { truncatedByLimit: 0, forgotten: 0 };

  constructor(private readonly ports: OtelPorts) {
    this.book = this.newBook();
    this.network = this.newNetwork();
    this.mapper = createOtelMapper({ book: { apply: (document, facts) => this.book.apply(document, facts) }, meter: createMeter({ startNs: ports.nowNs() }) });
    this.settlements = new Settlements({ standing: (life, serial) => ports.standing(life, serial), isSettled: (life, serial) => ports.isSettled(life, serial), settle: ({ stream, incarnation, runId, sourceId, seq }) => this.book.settled(stream, runId, sourceId, seq, incarnation) });
    const { store } = ports;
    if (store === undefined) return;
    this.keeper = new StateKeeper({
      store,
      after: (ms, call) => ports.after(ms, call),
      image: () => ({ spans: this.book.image(), audit: this.network.image() }),
      restore: ({ spans, audit }) => this.restore(spans, audit),
      report: (error) => ports.report(error),
      onChange: () => ports.onChange()
    });
  }

  /** Opens the state. Never rejects. */
  async start(): Promise<void> {
    await this.keeper?.open();
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
    await this.keeper?.close(() => this.book.changed || this.book.moved || this.network.changed);
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

  /** `usable` where there is no state to keep. */
  get state(): KeeperState {
    return this.keeper?.state ?? 'usable';
  }

  /** Why the state cannot be saved at the moment. */
  get trouble(): CodedError | undefined {
    return this.keeper?.trouble;
  }

  get openSpans(): number {
    return this.book.open;
  }

  clocks(): ClockState {
    return this.mapper.clocks();
  }

  private get isUsable(): boolean {
    return this.state === 'usable' && this.early.length === 0;
  }

  private newBook(): SpanBook {
    return createSpanBook({ hashes: this.ports.hashes });
  }

  private newNetwork(): NetworkProfile {
    return createNetworkProfile({ hashes: this.ports.hashes });
  }

  private restore(spans: Uint8Array, audit: Uint8Array): string | undefined {
    if (spans.length > 0) {
      const restored = this.book.restore(spans);
      if (!restored.ok) return restored.message;
    }
    if (audit.length === 0) return undefined;
    const restored = this.network.restore(audit);
    return restored.ok ? undefined : restored.message;
  }

  private async forget(): Promise<void> {
    await this.keeper?.forget();
    this.book = this.newBook();
    this.network = this.newNetwork();
    this.told = { truncatedByLimit: 0, forgotten: 0 };
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
    return this.network.prepare(mapped, mapped.documents, { stream }, envelope.settings);
  }

  /** Sends what is full or old enough, unless a save is under way: then its end does. */
  private pump(): void {
    if (this.closed || this.isSaving || this.batcher.isEmpty) return;
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
    if (!this.mustSave) return this.send(batch);
    this.leaving = batch;
    void this.save().then((isSaved) => {
      if (!isSaved || this.closed) return;
      this.leaving = undefined;
      this.send(batch);
      this.pump();
    });
  }

  /** Would a restart now miss what the tokens of these records stand for? */
  private get mustSave(): boolean {
    return this.keeper !== undefined && (this.book.changed || this.network.changed);
  }

  private async save(): Promise<boolean> {
    this.isSaving = true;
    const isSaved = await this.keeper!.save();
    this.isSaving = !isSaved;
    return isSaved;
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
    for (const { port, message, pass } of outgoing(batch, this.network, () => this.ports.newId())) pass([...Array<null>(port).fill(null), message]);
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
    this.tellLimits();
    if (this.keeper === undefined || this.state !== 'usable' || this.isSaving || !(this.book.changed || this.book.moved)) return;
    void this.save().then((isSaved) => (isSaved ? this.pump() : undefined));
  }

  /** What a limit of the spans took away since it was told last. */
  private tellLimits(): void {
    const { truncatedByLimit, forgotten } = this.book.counts;
    const [truncated, gone] = [truncatedByLimit - this.told.truncatedByLimit, forgotten - this.told.forgotten];
    if (truncated <= 0 && gone <= 0) return;
    this.told = { truncatedByLimit, forgotten };
    const what = [truncated > 0 ? `${truncated} open spans were closed as truncated` : '', gone > 0 ? `${gone} spans that were sent and are not acknowledged would not come again after a kill` : ''].filter((text) => text !== '').join(', and ');
    this.ports.report(new CodedError('OPENOT_OTEL_SPAN_LIMIT', `${what}: the limits of what this node remembers were reached (${SPAN_LIMITS.openSpans} open spans, ${SPAN_LIMITS.unsettledSpans} not acknowledged, ${SPAN_LIMITS.streams} streams). Alarms that never clear hold places: clear them, or split the stream over several of these nodes`));
  }

  private full(): CodedError {
    return new CodedError('OPENOT_OTEL_FULL', `more than ${MAX_WAITING_ITEMS} items wait because the state of this node cannot be used or saved: this message, which has no commit token and so will not come again, is dropped. See the node's earlier error`);
  }
}
