import { pause } from '../base/system';
import { ModbusSettings, RegisterType } from '../transport/modbus';
import {
  shownDevice,
  transportError,
  ModbusClient,
  RequestOutcome,
  openSocket,
  Opening
} from '../transport/modbus/probing';
import type { TransportError } from '../transport/transport';

/**
 * Connections that a search may use up: some devices close one at which they were asked for an address they do not
 * have.
 */
const MAX_CONNECTIONS = 5;
const BUSY = new Set([5, 6]);
const BUSY_TRIES = 6;
const BUSY_PAUSE_MS = 50;

/**
 * Single requests to a device, one at a time, on a connection of its own: a search wants to know of each request
 * whether it was refused, which the shared connection keeps to itself.
 */
export class SearchLine {
  requests = 0;
  private line: ModbusClient | undefined;
  private opening: Opening | undefined;
  private connections = 0;
  /** Transaction id of the last request of an earlier connection. */
  private lastId = 0;
  private isClosed = false;

  constructor(private readonly settings: ModbusSettings) {}

  /** One request, at most as long as one answer; asked again while the device says that it is busy. */
  async ask(registerType: RegisterType, address: number, count: number): Promise<RequestOutcome> {
    for (let attempt = 1; ; attempt++) {
      const line = await this.open();
      if (!(line instanceof ModbusClient)) return line;
      this.requests++;
      const outcome = await line.ask({ registerType, address, count });
      if (outcome.ok || !BUSY.has(outcome.exception ?? 0) || attempt >= BUSY_TRIES || this.isClosed) return outcome;
      await pause(BUSY_PAUSE_MS);
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
    if (this.connections >= MAX_CONNECTIONS)
      return transportError(
        'OPENOT_MODBUS_CONNECTION_LOST',
        `${shownDevice(this.settings)} closed the connection ${MAX_CONNECTIONS} times: choose a smaller range of ` +
          'registers, which exists as a whole',
        'reconnect'
      );
    this.connections++;
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
