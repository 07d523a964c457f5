import { Socket } from 'node:net';
import { ConnectionState, Opened, SharedConnection, transportError } from '../link';
import { TransportError } from '../transport';
import { ModbusConnection, ModbusConnectionState, RegisterAsk, RegistersOutcome } from './api';
import { ModbusClient } from './client';
import { shownDevice, unexpectedError } from './errors';
import { withLimits } from './limits';
import { openSocket } from './open-socket';
import { Outage } from './outage';
import { RegisterReads } from './register-reads';
import { ModbusSettings } from './settings';

/** Whoever lets go waits at most this long, in milliseconds; the rest goes on behind. */
const LET_GO_MS = 600;

const CLOSED = transportError('OPENOT_MODBUS_CLOSED', 'the connection was closed', 'reconnect');

/** One TCP connection, shared. */
export class SharedModbusConnection
  extends SharedConnection<ModbusClient, ModbusConnectionState>
  implements ModbusConnection
{
  readonly settings: ModbusSettings;
  private readonly reads: RegisterReads;
  private readonly outage = new Outage();
  /** Transaction id given last. */
  private lastId = 0;

  constructor(settings: Partial<ModbusSettings> & Pick<ModbusSettings, 'host'>) {
    super(CLOSED, LET_GO_MS);
    this.settings = withLimits(settings);
    this.reads = new RegisterReads(
      this.settings,
      (request) => this.link?.ask(request) ?? Promise.resolve(this.lostError())
    );
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
      (error: unknown) => this.unexpected(error)
    );
  }

  unexpected(error: unknown): TransportError {
    return unexpectedError(error, shownDevice(this.settings));
  }

  protected stateOf(shared: ConnectionState): ModbusConnectionState {
    return { ...shared, connections: this.generation, maxRegisters: this.reads.maxRegisters };
  }

  protected async open(signal: AbortSignal, onLost: (error: TransportError) => void): Promise<Opened<ModbusClient>> {
    const ms = this.outage.patienceMs(this.settings.requestTimeoutMs);
    const opening = openSocket(this.settings, this.outage.connectMs(ms));
    signal.addEventListener('abort', () => opening.abort());
    const socket = await opening.done;
    if (!(socket instanceof Socket)) {
      this.outage.begin();
      return socket;
    }
    const link = new ModbusClient(socket, this.settings, { firstMs: ms, lastId: this.lastId }, (error) => {
      this.outage.begin();
      onLost(error);
    });
    return { ok: true, link };
  }

  protected close(client: ModbusClient, why: TransportError): Promise<unknown> {
    this.outage.slowestMs = client.slowestMs;
    this.lastId = client.lastId;
    return client.close(why);
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
}
