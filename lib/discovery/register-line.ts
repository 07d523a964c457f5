import { pause } from '../base/system';
import { ModbusSettings, RegisterType } from '../transport/modbus';
import {
  shownDevice,
  transportError,
  ModbusClient,
  PASSING,
  PASSING_PAUSES_MS,
  RequestOutcome,
  openSocket,
  Opening
} from '../transport/modbus/probing';
import type { TransportError } from '../transport/transport';

/**
 * Connections that a search may lose over a request: some devices close one at which they were asked for an address
 * they do not have. One that ends between two requests, as each does at some devices, is no such one.
 */
const MAX_CONNECTIONS = 5;

/** What a request comes to that was not answered on a connection that has answered others. */
const MISSING = new Set<string>(['OPENOT_MODBUS_TIMEOUT', 'OPENOT_MODBUS_SILENT', 'OPENOT_MODBUS_CONNECTION_LOST']);
const MOST_REPEATS = 2;

/**
 * Single requests to a device, one at a time, on a connection of its own: a search wants to know of each request
 * whether it was refused, which the shared connection keeps to itself.
 */
export class SearchLine {
  requests = 0;
  private line: ModbusClient | undefined;
  private opening: Opening | undefined;
  /** Connections that ended over a request. */
  private lost = 0;
  /** Transaction id of the last request of an earlier connection. */
  private lastId = 0;
  private isClosed = false;

  constructor(private readonly settings: ModbusSettings) {}

  /**
   * One request, at most as long as one answer; asked again while the device says that it is busy or its gateway does
   * not reach it, and once more where an answer is missing or the connection had just ended.
   */
  async ask(registerType: RegisterType, address: number, count: number): Promise<RequestOutcome> {
    let repeats = 0;
    for (let attempt = 0; ; attempt++) {
      const line = await this.open();
      if (!(line instanceof ModbusClient)) return line;
      this.requests++;
      const outcome = await line.ask({ registerType, address, count });
      if (outcome.ok || this.isClosed) return outcome;
      const isMissing = MISSING.has(outcome.code);
      // The first time it may have ended in order behind the answer before.
      if (isMissing && outcome.remedy === 'reconnect' && repeats > 0) this.lost++;
      if (isMissing && line.answers > 0 && repeats++ < MOST_REPEATS) continue;
      const pauseMs = PASSING_PAUSES_MS[attempt];
      if (!PASSING.has(outcome.exception ?? 0) || pauseMs === undefined) return outcome;
      await pause(pauseMs);
    }
  }

  /** The connection is there, or why not. */
  async connect(): Promise<TransportError | undefined> {
    const line = await this.open();
    return line instanceof ModbusClient ? undefined : line;
  }

  /** Ends what is under way at once. Never rejects. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.opening?.abort();
    const { line } = this;
    this.line = undefined;
    await line?.close(this.closedError());
  }

  private async open(): Promise<ModbusClient | TransportError> {
    if (this.line !== undefined) return this.line;
    if (this.isClosed) return this.closedError();
    if (this.lost >= MAX_CONNECTIONS)
      return transportError(
        'OPENOT_MODBUS_CONNECTION_LOST',
        `${shownDevice(this.settings)} closed the connection ${MAX_CONNECTIONS} times: choose a smaller range of ` +
          'registers, which exists as a whole',
        'reconnect'
      );
    this.opening = openSocket(this.settings, this.settings.requestTimeoutMs);
    const socket = await this.opening.done;
    this.opening = undefined;
    if ('ok' in socket) return socket;
    if (this.isClosed) {
      socket.destroy();
      return this.closedError();
    }
    const line = new ModbusClient(
      socket,
      { ...this.settings, pipeline: 1 },
      { firstMs: this.settings.requestTimeoutMs, lastId: this.lastId },
      () => {
        this.lastId = line.lastId;
        if (this.line === line) this.line = undefined;
      }
    );
    this.line = line;
    return line;
  }

  private closedError(): TransportError {
    return transportError('OPENOT_MODBUS_CLOSED', 'the search was ended', 'reconnect');
  }
}
