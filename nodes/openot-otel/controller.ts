import type { NodeMessageInFlow } from 'node-red';
import type { ClockState, NetworkProfile, MappedItems } from '../../lib/telemetry';
import { createMeter, createOtelMapper, Mapped, OtelMapper } from '../../lib/telemetry';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import { factsOf } from '../delivery';
import type { Send } from '../runtime/handle';
import { AckStatus, OwnTokens, Token, tokensOf } from '../delivery';
import { Batch, Batcher, Entry } from './batcher';
import { isForget, isWrongKind, kindOf, refusalOf, wrongPayload } from './incoming';
import { MapperState, MapperStatePorts } from './mapper-state';
import { outgoing } from './outgoing';
import { isFree, marksOf, Settlements } from './settlements';
import type { MessageSettings, OtelSettings } from './settings';
import type { KeeperState } from './state-keeper';
import { TokenStreams } from './token-streams';
import { BackpressureQueue } from './backpressure-queue';

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
/** Milliseconds between two looks at what is settled, and at what is to be saved at leisure. */
export const TICK_MS = 1000;

/** What the mapper node is made of. */
export interface OtelPorts extends MapperStatePorts {
  readonly settings: Pick<OtelSettings, 'of'>;
  /** Decimal text, nanoseconds since the Unix epoch. */
  nowNs(): string;
  newId(): string;
  ackStatus(session: string, serial: number): AckStatus;
  isSettled(session: string, serial: number): boolean;
}

export interface OtelTotals {
  /** Sent. */
  logs: number;
  metrics: number;
  traces: number;
  /** Documents and status messages that could not be mapped. */
  refused: number;
}

/**
 * Documents and status messages to OTLP requests: maps at once, sends in batches, never before what must be saved is.
 */
export class OtelController {
  readonly totals: OtelTotals = { logs: 0, metrics: 0, traces: 0, refused: 0 };
  /** Documents refused in the last message that held any. */
  lastRefused = 0;
  /** The last message was mapped with all signals off. */
  isSilent = false;
  /** By kind of message, the code with which the last one was refused whole; until one of its kind is mapped. */
  private readonly wrong = new Map<'documents' | 'status', string>();
  private readonly tokens: OwnTokens;
  private readonly streams = new TokenStreams();
  private readonly room = new BackpressureQueue();
  private cancelLook: (() => void) | undefined;
  /** Since something was settled, or went on, while messages wait for it. */
  private stalledMs = 0;
  private concluded = 0;
  private readonly batcher = new Batcher();
  private readonly settlements: Settlements;
  private readonly mapper: OtelMapper;
  private readonly mapperState: MapperState;
  /** Taken, and not sent: its state is being saved. */
  private leaving: Batch | undefined;
  private isDue = false;
  /** Timers of what waits for others, each shorter than the one before it. */
  private ages: Array<() => void> = [];
  private ageMs = Infinity;
  private cancelTick: (() => void) | undefined;
  private closed = false;

  constructor(private readonly ports: OtelPorts) {
    const mapperState = (this.mapperState = new MapperState({ ...ports, onRested: () => this.pump() }));
    this.tokens = new OwnTokens((session, serial) => ports.ackStatus(session, serial));
    this.mapper = createOtelMapper({
      spanStore: mapperState.spanStore,
      meter: createMeter({ startNs: ports.nowNs() })
    });
    this.settlements = new Settlements(
      {
        ackStatus: (session, serial) => ports.ackStatus(session, serial),
        isSettled: (session, serial) => ports.isSettled(session, serial),
        settle: (mark) => mapperState.settle(mark),
        abandon: (mark) => mapperState.abandon(mark)
      },
      this.streams
    );
  }

  /** Opens the state. Never rejects. */
  async start(): Promise<void> {
    await this.mapperState.open();
    if (this.closed) return;
    this.look();
    this.tick();
    this.ports.onChange();
  }

  /** Takes one message; the promise resolves when everything of it has left. Rejects, or throws, with a coded error. */
  input(message: NodeMessageInFlow, pass: Send): void | Promise<void> {
    if (isForget(message)) return this.forget();
    const tokens = this.tokens.of(message);
    this.streams.saw(message, streamOf(message), tokens.length > 0);
    if (this.isWelcome(message, tokens)) return this.map(message, tokens, pass);
    const isLoose = !this.streams.isBound(message, streamOf(message), tokens);
    if (isLoose && (this.room.looseItems >= MAX_WAITING_ITEMS || this.room.looseBytes >= MAX_WAITING_BYTES))
      throw this.full();
    return new Promise<void>((resolve, reject) => {
      const run = (): void => {
        try {
          Promise.resolve(this.map(message, tokens, pass)).then(resolve, reject);
        } catch (thrown) {
          reject(thrown as Error);
        }
      };
      this.room.add({ message, stream: streamOf(message), tokens, isLoose, run });
      // The first one sets the timer of the next look; a look for every message would cost more the more of them wait.
      if (this.room.length === 1) this.look();
      this.ports.onChange();
    });
  }

  /** Saves what is not saved, and lets others have the state. What waits is dropped: it was not acknowledged. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancelAges();
    this.cancelLook?.();
    this.cancelTick?.();
    await this.mapperState.close();
  }

  /**
   * Messages that wait, and of their number those that nobody sends again: no token of a reader of this process, and
   * none to
   * come with a later message of their stream. A reader's status never has one, and is told again in a second: nothing
   * is
   * lost with it.
   */
  get waiting(): { readonly messages: number; readonly withoutToken: number } {
    const all = [...this.unsent, ...this.room.all()];
    const covered = new Set<string>();
    let withoutToken = 0;
    for (let i = all.length - 1; i >= 0; i--) {
      const { message, stream, tokens } = all[i];
      if (tokens.length > 0 || this.streams.awaits(message, stream)) covered.add(stream);
      else if (!covered.has(stream) && kindOf(message.payload) !== 'status') withoutToken++;
    }
    return { messages: all.length, withoutToken };
  }

  /** Messages that wait until spans that were sent are settled. */
  get held(): number {
    return this.state === 'usable' ? this.room.length : 0;
  }

  /** The code with which messages are refused whole at the moment. */
  get refusing(): string | undefined {
    return this.wrong.get('documents') ?? this.wrong.get('status');
  }

  get state(): KeeperState {
    return this.mapperState.state;
  }

  /** Why the state cannot be saved at the moment. */
  get trouble(): CodedError | undefined {
    return this.mapperState.trouble;
  }

  get openSpans(): number {
    return this.mapperState.openSpans;
  }

  clocks(): ClockState {
    return this.mapper.clocks();
  }

  /** Mapped, and not sent. */
  private get unsent(): readonly Entry[] {
    return [...(this.leaving?.entries ?? []), ...this.batcher.waiting];
  }

  private async forget(): Promise<void> {
    await this.mapperState.forget();
    this.look();
    this.ports.onChange();
  }

  /** May it be mapped now? A reader's status has nothing to do with what waits for room. */
  private isWelcome(message: NodeMessageInFlow, tokens: readonly Token[]): boolean {
    if (this.state !== 'usable') return false;
    if (kindOf(message.payload) === 'status') return true;
    if (this.room.length === 0 && this.mapperState.isFull) this.settlements.sweep();
    return this.room.length === 0 && !this.mustWait(tokens);
  }

  /**
   * While as many spans are on their way as may be, records that their reader can keep wait: it stops then, and its
   * ring is
   * the buffer. Only as long as something can be settled without what waits, as far as the order of the tokens tells:
   * one may
   * come by two ways. That a consumer wants more messages before it acknowledges any, they do not tell: see `look`.
   */
  private mustWait(tokens: readonly Token[]): boolean {
    if (tokens.length === 0 || !this.mapperState.isFull) return false;
    const held = this.room.held(tokens);
    return (
      this.settlements.canSettle(held) ||
      this.unsent.some((entry) => entry.tokens.length > 0 && isFree(entry.tokens, held))
    );
  }

  /**
   * What waited goes on, in order, as far as it may; looks again soon where it may not. Where nothing is settled for
   * long, one
   * message goes on: a consumer (a join) may acknowledge none before it has it. In an outage that costs little: the
   * reader
   * sends only so many before the first acknowledgement, and more spans are kept than all of them can close.
   */
  private look(): void {
    if (this.closed || this.state !== 'usable') return;
    if (this.room.length > 0) this.settlements.sweep();
    if (this.settlements.concluded !== this.concluded) this.stalledMs = 0;
    this.concluded = this.settlements.concluded;
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

  private map(message: NodeMessageInFlow, tokens: readonly Token[], pass: Send): void | Promise<void> {
    if (this.closed) return new Promise(() => undefined);
    const kind = kindOf(message.payload) === 'status' ? 'status' : 'documents';
    try {
      const { taken, isMapped } = this.mapOne(message, tokens, pass);
      if (isMapped) this.wrong.delete(kind);
      return taken;
    } catch (thrown) {
      this.wrong.set(kind, (codedErrorOf(thrown) as CodedError).code);
      throw thrown;
    }
  }

  /** `isMapped`: there was something in it. Throws with a coded error where the whole message is refused. */
  private mapOne(
    message: NodeMessageInFlow,
    tokens: readonly Token[],
    pass: Send
  ): { taken: void | Promise<void>; isMapped: boolean } {
    const settings = this.ports.settings.of(message);
    const facts = factsOf(message.openot);
    const stream = facts.stream ?? '';
    // Whoever has tokens, or gets one with the last part, is slowed down by them.
    if (
      !this.streams.isBound(message, stream, tokens) &&
      (this.batcher.items >= MAX_WAITING_ITEMS || this.batcher.bytes >= MAX_WAITING_BYTES)
    )
      throw this.full();
    const { logs, metrics, traces } = settings.mapping.signals;
    this.isSilent = !logs && !metrics && !traces;
    const mapped = this.mapped(message.payload, facts, settings);
    this.count(mapped);
    const isWrong = isWrongKind(mapped.problems, mapped.documents.length);
    const refusal = refusalOf(mapped.problems, mapped.of, isWrong);
    if (refusal !== undefined && isWrong) throw refusal;
    const isMapped = mapped.documents.length > 0 || (kindOf(message.payload) === 'status' && refusal === undefined);
    const items = this.prepared(mapped, stream, settings);
    const count = items.logs.length + items.metrics.length + items.spans.length;
    if (count === 0 && tokensOf(message).length === 0) {
      if (refusal !== undefined) throw refusal;
      return { taken: undefined, isMapped };
    }
    const { envelope, limits } = settings;
    const taken = new Promise<void>((resolve, reject) => {
      const left = (failure: Error | undefined = refusal): void =>
        failure === undefined ? resolve() : reject(failure);
      this.batcher.add(
        { message, pass, items: count, left, stream, tokens, marks: marksOf(mapped.documents, stream) },
        items,
        envelope,
        limits
      );
      this.pump();
    });
    return { taken, isMapped };
  }

  private mapped(
    payload: unknown,
    facts: ReturnType<typeof factsOf>,
    { mapping }: MessageSettings
  ): Mapped & { documents: Parameters<NetworkProfile['prepare']>[1]; of: number } {
    switch (kindOf(payload)) {
      case 'status':
        return { ...this.mapper.status(payload, facts, this.ports.nowNs(), mapping), documents: [], of: 1 };
      case 'documents':
        return { ...this.mapper.documents(payload, facts, mapping), of: Array.isArray(payload) ? payload.length : 1 };
      case 'wrong':
        this.totals.refused++;
        this.lastRefused = 1;
        throw wrongPayload(payload);
    }
  }

  private count({ problems, documents }: { problems: readonly unknown[]; documents: readonly unknown[] }): void {
    this.totals.refused += problems.length;
    if (problems.length > 0 || documents.length > 0) this.lastRefused = problems.length;
  }

  private prepared(
    mapped: Mapped & { documents: Parameters<NetworkProfile['prepare']>[1] },
    stream: string,
    { envelope }: MessageSettings
  ): MappedItems {
    if (envelope.profile === 'otlp') return mapped;
    return this.mapperState.network.prepare(mapped, mapped.documents, { stream }, envelope.settings);
  }

  /** Sends what is full or old enough, unless a save is under way: then its end does. */
  private pump(): void {
    if (this.closed || this.mapperState.isBeingSaved || this.batcher.isEmpty) return;
    if (!this.isDue && !this.batcher.isFull) return this.wait();
    const mustSave = this.batcher.hasTokens && this.mapperState.mustSave;
    if (mustSave && this.mapperState.mustRest) return;
    this.cancelAges();
    this.isDue = false;
    const batch = this.batcher.take()!;
    if (!mustSave) return this.send(batch);
    this.leaving = batch;
    void this.mapperState.save().then((isSaved) => {
      if (!isSaved || this.closed) return;
      this.leaving = undefined;
      this.send(batch);
      this.pump();
    });
  }

  /** A later message may make what waits more urgent, never less. */
  private wait(): void {
    const { maxAgeMs } = this.batcher;
    if (maxAgeMs >= this.ageMs) return;
    this.ageMs = maxAgeMs;
    this.ages.push(
      this.ports.after(maxAgeMs, () => {
        this.cancelAges();
        this.isDue = true;
        this.pump();
      })
    );
  }

  private cancelAges(): void {
    for (const cancel of this.ages) cancel();
    this.ages = [];
    this.ageMs = Infinity;
  }

  /**
   * Throws nothing: it is called by timers too. A batch that cannot be put together, or sent, is an error of its
   * messages. Their
   * tokens are refused with them (nodes/delivery/port): a reader that waits for acknowledgements reads them again.
   */
  private send(batch: Batch): void {
    try {
      this.sendAll(batch);
    } catch (thrown) {
      this.totals.refused += batch.entries.length;
      for (const { left } of batch.entries) left(codedErrorOf(thrown));
      this.ports.onChange();
    }
  }

  private sendAll(batch: Batch): void {
    for (const { port, message, pass } of outgoing(
      batch,
      this.mapperState.network,
      ({ message, stream }) => this.streams.awaits(message, stream),
      () => this.ports.newId()
    ))
      pass([...Array<null>(port).fill(null), message]);
    for (const { logs, metrics, traces } of batch.groups) {
      this.totals.logs += logs.items.length;
      this.totals.metrics += metrics.items.length;
      this.totals.traces += traces.items.length;
    }
    this.settlements.sent(batch.entries);
    for (const { left } of batch.entries) left();
    this.ports.onChange();
  }

  /** Looks at what is settled, and saves what may be saved at leisure. */
  private tick(): void {
    if (this.closed) return;
    this.cancelTick = this.ports.after(TICK_MS, () => this.tick());
    this.settlements.sweep();
    this.look();
    this.mapperState.reportLimits();
    if (this.mapperState.wantsSaving())
      void this.mapperState.save().then((isSaved) => (isSaved ? this.pump() : undefined));
  }

  private full(): CodedError {
    return new CodedError(
      'OPENOT_OTEL_FULL',
      `more than ${MAX_WAITING_ITEMS} items or ${MAX_WAITING_BYTES / 1048576} MiB wait without a commit token, ` +
        'because the state of this node cannot be used or saved, or because what was sent is not acknowledged: ' +
        `this message, which nobody sends again, is dropped. See the node's status and its earlier errors`
    );
  }
}

const streamOf = ({ openot }: NodeMessageInFlow & { openot?: { stream?: unknown } | null }): string =>
  String(openot?.stream ?? '');
