import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import type { ClockState, OtelMapper } from '../../lib/telemetry';
import { createMeter, createMetricRegistry, createOtelMapper } from '../../lib/telemetry';
import { AckStatus, OwnTokens, Token, tokensOf } from '../delivery';
import type { CodedError } from '../runtime/coded-error';
import type { Send } from '../runtime/handle';
import { Admission, refuseFull } from './admission';
import type { Batch } from './batcher';
import { Departures } from './departures';
import { isForget, isRegistry, kindOf } from './incoming';
import { MapperState, MapperStatePorts } from './mapper-state';
import { MessageMapping } from './message-items';
import { Settlements } from './settlements';
import type { OtelSettings } from './settings';
import type { KeeperState } from './state-keeper';
import { TokenStreams } from './token-streams';

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
  readonly logs: number;
  readonly metrics: number;
  readonly traces: number;
  /** Documents and status messages that could not be mapped. */
  readonly refused: number;
}

/**
 * The mapper node: who is mapped now (`Admission`), what becomes of it (`MessageMapping`), when that leaves
 * (`Departures`), and when it is through for good (`Settlements`).
 */
export class OtelController {
  private readonly sent = { logs: 0, metrics: 0, traces: 0 };
  private readonly tokens: OwnTokens;
  private readonly streams = new TokenStreams();
  private readonly mapper: OtelMapper;
  private readonly registry = createMetricRegistry();
  private readonly mapperState: MapperState;
  private readonly settlements: Settlements;
  private readonly admission: Admission;
  private readonly mapping: MessageMapping;
  private readonly departures: Departures;
  private cancelTick: (() => void) | undefined;
  private closed = false;

  constructor(private readonly ports: OtelPorts) {
    const state = (this.mapperState = new MapperState({ ...ports, onRested: () => this.departures.pump() }));
    const after: OtelPorts['after'] = (ms, call) => ports.after(ms, call);
    this.tokens = new OwnTokens((session, serial) => ports.ackStatus(session, serial));
    this.mapper = createOtelMapper({ spanStore: state.spanStore, meter: createMeter({ startNs: ports.nowNs() }) });
    this.settlements = new Settlements(
      {
        ackStatus: (session, serial) => ports.ackStatus(session, serial),
        isSettled: (session, serial) => ports.isSettled(session, serial),
        settle: (mark) => state.settle(mark),
        abandon: (mark) => state.abandon(mark)
      },
      this.streams
    );
    this.mapping = new MessageMapping({
      mapper: this.mapper,
      network: () => state.network,
      nowNs: () => ports.nowNs()
    });
    this.departures = new Departures({
      state,
      after,
      newId: () => ports.newId(),
      awaitsToken: ({ message, stream }) => this.streams.awaits(message, stream),
      onSent: (batch) => this.hasLeft(batch),
      onLost: ({ entries }) => void (this.mapping.refused += entries.length),
      onChange: () => ports.onChange()
    });
    this.admission = new Admission({
      state,
      after,
      settlements: this.settlements,
      unsent: () => this.departures.unsent
    });
  }

  /** Opens the state. Never rejects. */
  async start(): Promise<void> {
    await this.mapperState.open();
    if (this.closed) return;
    this.admission.look();
    this.tick();
    this.ports.onChange();
  }

  /** Takes one message; the promise resolves when everything of it has left. Rejects, or throws, with a coded error. */
  input(message: NodeMessageInFlow, pass: Send): void | Promise<void> {
    if (isForget(message)) return this.forget();
    if (isRegistry(message)) return pass([null, { topic: 'registry', payload: this.registry.rows() } as NodeMessage]);
    const tokens = this.tokens.of(message);
    const stream = streamOf(message);
    this.streams.saw(message, stream, tokens.length > 0);
    if (this.admission.isWelcome(message, tokens)) return this.map(message, tokens, pass);
    const isLoose = !this.streams.isBound(message, stream, tokens);
    const { looseItems, looseBytes } = this.admission.waiting;
    if (isLoose) refuseFull({ items: looseItems, bytes: looseBytes });
    return new Promise<void>((resolve, reject) => {
      const run = (): void => {
        try {
          Promise.resolve(this.map(message, tokens, pass)).then(resolve, reject);
        } catch (thrown) {
          reject(thrown as Error);
        }
      };
      this.admission.wait({ message, stream, tokens, isLoose, run });
      this.ports.onChange();
    });
  }

  /** Saves what is not saved, and lets others have the state. What waits is dropped: it was not acknowledged. */
  async close(): Promise<void> {
    this.closed = true;
    this.departures.close();
    this.admission.close();
    this.cancelTick?.();
    await this.mapperState.close();
  }

  /**
   * Messages that wait, and of their number those that nobody sends again: no token of a reader of this process, and
   * none to come with a later message of their stream. A reader's status never has one, and is told again in a second:
   * nothing is lost with it.
   */
  get waiting(): { readonly messages: number; readonly withoutToken: number } {
    const all = [...this.departures.unsent, ...this.admission.waiting.all()];
    const covered = new Set<string>();
    let withoutToken = 0;
    for (let i = all.length - 1; i >= 0; i--) {
      const { message, stream, tokens } = all[i];
      if (tokens.length > 0 || this.streams.awaits(message, stream)) covered.add(stream);
      else if (!covered.has(stream) && kindOf(message.payload) !== 'status') withoutToken++;
    }
    return { messages: all.length, withoutToken };
  }

  get totals(): OtelTotals {
    return { ...this.sent, refused: this.mapping.refused };
  }

  /** Documents refused in the last message that held any. */
  get lastRefused(): number {
    return this.mapping.lastRefused;
  }

  /** The last message was mapped with all signals off. */
  get isSilent(): boolean {
    return this.mapping.isSilent;
  }

  /** Messages that wait until spans that were sent are settled. */
  get held(): number {
    return this.state === 'usable' ? this.admission.waiting.length : 0;
  }

  /** The code with which messages are refused whole at the moment. */
  get refusing(): string | undefined {
    return this.mapping.refusing;
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

  private async forget(): Promise<void> {
    await this.mapperState.forget();
    this.admission.look();
    this.ports.onChange();
  }

  private map(message: NodeMessageInFlow, tokens: readonly Token[], pass: Send): void | Promise<void> {
    if (this.closed) return new Promise(() => undefined);
    const stream = streamOf(message);
    const { settings, items, count, marks, refusal } = this.mapping.of(message, () => {
      const given = this.ports.settings.of(message);
      // Whoever has tokens, or gets one with the last part, is slowed down by them.
      if (!this.streams.isBound(message, stream, tokens)) refuseFull(this.departures.waiting);
      return given;
    });
    if (count === 0 && tokensOf(message).length === 0) return;
    return new Promise<void>((resolve, reject) => {
      const left = (failure: Error | undefined = refusal): void =>
        failure === undefined ? resolve() : reject(failure);
      const entry = { message, pass, items: count, left, stream, tokens, marks };
      this.departures.add(entry, items, settings.envelope, settings.limits);
    });
  }

  private hasLeft({ groups, entries }: Batch): void {
    for (const { logs, metrics, traces } of groups) {
      this.sent.logs += logs.items.length;
      this.sent.metrics += metrics.items.length;
      this.sent.traces += traces.items.length;
      this.registry.sent(metrics.items);
    }
    this.settlements.sent(entries);
  }

  /** Looks at what is settled, and saves what may be saved at leisure. */
  private tick(): void {
    if (this.closed) return;
    this.cancelTick = this.ports.after(TICK_MS, () => this.tick());
    this.settlements.sweep();
    this.admission.look();
    this.mapperState.reportLimits();
    if (this.mapperState.wantsSaving())
      void this.mapperState.save().then((isSaved) => (isSaved ? this.departures.pump() : undefined));
  }
}

const streamOf = ({ openot }: NodeMessageInFlow & { openot?: { stream?: unknown } | null }): string =>
  String(openot?.stream ?? '');
