import { Socket } from 'node:net';
import { withDeadline } from '../../base/deadline';
import { TransportError } from '../transport';
import { ModbusConnection, ModbusConnectionState, RegisterAsk, RegistersOutcome } from './api';
import { shownDevice, transportError, unexpectedError } from './errors';
import { RegisterLine } from './line';
import { closed as socketClosed, Opening, openSocket } from './open-socket';
import { RegisterReads } from './register-reads';
import { DEFAULT_MODBUS_SETTINGS, MAX_PIPELINE, MAX_REGISTERS, ModbusSettings } from './settings';

/** Whoever lets go waits at most this long, in milliseconds; the rest goes on behind. */
const LET_GO_MS = 600;
/** Milliseconds that a try may take while a link that was good before is down: it may be back at any moment. */
const QUICK_MS = 800;
/**
 * In the first minute of an outage every try is a quick one, later every second one: the link may be slower than it
 * was.
 */
const EARLY_MS = 60_000;
/**
 * Milliseconds that opening a connection may take meanwhile: TCP asks again after 1 s and then only after 3 s, and
 * would
 * sleep through a link that comes back in between. Every fourth try takes its time.
 */
const CONNECT_MS = 1_500;

const closedError = (): TransportError =>
  transportError('OPENOT_MODBUS_CLOSED', 'the connection was closed', 'reconnect');

/**
 * One TCP connection, shared: opened when the first reader asks, closed when the last one lets go, opened anew by
 * whoever asks after it was lost. It never tries again by itself: readers do, with their back-off, for ever.
 */
export class SharedConnection implements ModbusConnection {
  readonly settings: ModbusSettings;
  private readonly reads: RegisterReads;
  /** Each with what sends it away while it still waits for the connection. */
  private readonly holders = new Map<object, () => void>();
  private readonly listeners = new Set<(state: ModbusConnectionState) => void>();
  private line: RegisterLine | undefined;
  private socket: Socket | undefined;
  private opening: Opening | undefined;
  private opened: Promise<TransportError | undefined> | undefined;
  private closing: Promise<unknown> = Promise.resolve();
  private error: TransportError | undefined;
  private generation = 0;
  private lastId = 0;
  private destroyed = false;
  private readonly outage = new Outage();

  constructor(settings: Partial<ModbusSettings> & Pick<ModbusSettings, 'host'>) {
    this.settings = withLimits(settings);
    this.reads = new RegisterReads(
      this.settings,
      (request) => this.line?.ask(request) ?? Promise.resolve(this.lostError())
    );
  }

  state(): ModbusConnectionState {
    const state =
      this.line !== undefined
        ? 'connected'
        : this.opened !== undefined
          ? 'connecting'
          : this.error !== undefined
            ? 'failed'
            : 'closed';
    return {
      state,
      ...(this.error === undefined || state === 'connected' ? {} : { error: this.error }),
      holders: this.holders.size,
      connections: this.generation,
      maxRegisters: this.reads.maxRegisters
    };
  }

  onState(listener: (state: ModbusConnectionState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Number of the connection; a transport looks at its ring anew when it has changed. 0 = none is open. */
  get session(): number {
    return this.line === undefined ? 0 : this.generation;
  }

  async acquire(holder: object): Promise<{ readonly ok: true } | TransportError> {
    if (this.destroyed) return closedError();
    this.holders.get(holder)?.();
    const sentAway = new Promise<TransportError>((resolve) => this.holders.set(holder, () => resolve(closedError())));
    if (this.line !== undefined) return { ok: true };
    this.opened ??= this.openNow();
    this.tell();
    const failed = await Promise.race([this.opened, sentAway]);
    return failed ?? { ok: true };
  }

  async release(holder: object): Promise<void> {
    this.holders.get(holder)?.();
    if (!this.holders.delete(holder)) return;
    if (this.holders.size > 0) return this.tell();
    await this.letGo();
  }

  async destroy(): Promise<void> {
    this.destroyed = true;
    await this.letGo();
  }

  registers(ask: RegisterAsk): Promise<RegistersOutcome> {
    return this.registersOf([ask]).then((read) => (read.ok ? { ok: true, bytes: read.blocks[0] } : read));
  }

  /** Several places in as few requests as the device allows, in their order. Never rejects. */
  registersOf(
    asks: readonly RegisterAsk[]
  ): Promise<{ readonly ok: true; readonly blocks: Uint8Array[] } | TransportError> {
    return this.reads.read(asks).then(
      (outcome) => {
        if (outcome.ok) this.outage.over();
        return outcome;
      },
      (error: unknown) => unexpectedError(error, shownDevice(this.settings))
    );
  }

  private lostError(): TransportError {
    return (
      this.error ??
      transportError(
        'OPENOT_MODBUS_CONNECTION_LOST',
        `there is no connection to ${shownDevice(this.settings)}`,
        'reconnect'
      )
    );
  }

  private async letGo(): Promise<void> {
    for (const sendAway of this.holders.values()) sendAway();
    this.holders.clear();
    this.opening?.abort();
    this.drop(closedError());
    this.error = undefined;
    this.tell();
    await withDeadline('closing', LET_GO_MS, this.closing).catch(() => undefined);
  }

  private async openNow(): Promise<TransportError | undefined> {
    const ms = this.outage.patienceMs(this.settings.requestTimeoutMs);
    // Few devices take many connections: the old one is gone before a new one is asked for.
    await this.closing;
    const opening = this.destroyed ? undefined : openSocket(this.settings, this.outage.connectMs(ms));
    this.opening = opening;
    const socket = (await opening?.done) ?? closedError();
    this.opening = this.opened = undefined;
    if (!(socket instanceof Socket)) {
      this.outage.begin();
      this.error = socket;
      this.tell();
      return socket;
    }
    if (this.destroyed || this.holders.size === 0) {
      socket.end();
      this.closing = socketClosed(socket);
      return closedError();
    }
    const line = new RegisterLine(socket, this.settings, { firstMs: ms, lastId: this.lastId }, (error) =>
      this.lost(line, error)
    );
    this.line = line;
    this.socket = socket;
    this.generation++;
    this.error = undefined;
    this.tell();
    return undefined;
  }

  private lost(line: RegisterLine, error: TransportError): void {
    if (this.line !== line) return;
    this.outage.begin();
    this.drop(error);
    this.error = error;
    this.tell();
  }

  /** Lets go of the connection at once (FIN); that it is gone is waited for before a new one is opened. */
  private drop(why: TransportError): void {
    const { line, socket } = this;
    if (line === undefined || socket === undefined) return;
    this.line = this.socket = undefined;
    this.outage.slowestMs = line.slowestMs;
    this.lastId = line.lastId;
    line.close(why);
    this.closing = socketClosed(socket);
  }

  private tell(): void {
    const state = this.state();
    for (const listener of [...this.listeners]) {
      try {
        listener(state);
      } catch {
        // What a listener makes of it is its own affair: it must not end a request of somebody else.
      }
    }
  }
}

/** How long a try may take. While a link is down that was good, a long one would sleep through its return. */
class Outage {
  /** Of the last connection. */
  slowestMs = 0;
  private sinceMs: number | undefined;
  private tries = 0;
  private wasGood = false;

  begin(): void {
    this.sinceMs ??= performance.now();
  }

  over(): void {
    this.sinceMs = undefined;
    this.tries = 0;
    this.wasGood = true;
  }

  patienceMs(timeoutMs: number): number {
    this.tries++;
    const quick = this.wasGood && this.sinceMs !== undefined && (this.isEarly || this.tries % 2 === 0);
    return quick ? Math.min(timeoutMs, Math.max(QUICK_MS, 4 * this.slowestMs)) : timeoutMs;
  }

  /** Of a try's milliseconds, those for the connection alone. */
  connectMs(tryMs: number): number {
    const takesItsTime = this.tries % 4 === 0 || (this.sinceMs !== undefined && !this.isEarly);
    return takesItsTime ? tryMs : Math.min(tryMs, CONNECT_MS);
  }

  private get isEarly(): boolean {
    return this.sinceMs !== undefined && performance.now() - this.sinceMs < EARLY_MS;
  }
}

function withLimits(given: Partial<ModbusSettings> & Pick<ModbusSettings, 'host'>): ModbusSettings {
  const number = (key: keyof typeof DEFAULT_MODBUS_SETTINGS, min: number, max: number): number => {
    const value = given[key];
    return value === undefined || !Number.isFinite(value)
      ? DEFAULT_MODBUS_SETTINGS[key]
      : Math.min(max, Math.max(min, Math.trunc(value)));
  };
  return {
    host: given.host,
    port: number('port', 1, 65_535),
    unitId: number('unitId', 0, 255),
    requestTimeoutMs: number('requestTimeoutMs', 50, 600_000),
    maxRegisters: number('maxRegisters', 1, MAX_REGISTERS),
    pipeline: number('pipeline', 1, MAX_PIPELINE)
  };
}
