import { Socket } from 'node:net';
import { ConnectionState, Opened, SharedConnection, transportError } from '../link';
import { TransportError } from '../transport';
import { ModbusConnection, ModbusConnectionState, RegisterAsk, RegistersOutcome } from './api';
import { ModbusClient } from './client';
import { shownDevice, unexpectedError } from './errors';
import { withLimits } from './limits';
import { FEW_ANSWERS } from './lost-errors';
import { openSocket } from './open-socket';
import { Outage } from './outage';
import { RegisterReads } from './register-reads';
import { ModbusLink, ReopeningClient } from './reopening-client';
import { ModbusSettings } from './settings';

/** Whoever lets go waits at most this long, in milliseconds; the rest goes on behind. */
const LET_GO_MS = 600;

/** Connections that ended soon, in a row, after which that counts as the habit of the device. */
const ENOUGH = 2;

const CLOSED = transportError('OPENOT_MODBUS_CLOSED', 'the connection was closed', 'reconnect');

/** One TCP connection, shared. */
export class SharedModbusConnection
  extends SharedConnection<ModbusLink, ModbusConnectionState>
  implements ModbusConnection
{
  readonly settings: ModbusSettings;
  private readonly reads: RegisterReads;
  private readonly outage = new Outage();
  /** Transaction id given last. */
  private lastId = 0;
  /** Connections in a row that the device closed in order, each after the same few answers. */
  private soonClosed = { answers: 0, times: 0 };

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

  protected async open(signal: AbortSignal, onLost: (error: TransportError) => void): Promise<Opened<ModbusLink>> {
    if (this.soonClosed.times >= ENOUGH) {
      const open = (lastId: number): Promise<ModbusClient | TransportError> =>
        this.openClient(new AbortController().signal, lastId, () => undefined);
      return { ok: true, link: new ReopeningClient(open, onLost) };
    }
    const client = await this.openClient(signal, this.lastId, (error, gone) => {
      const { answers, wasClosed } = gone;
      const isSoon = wasClosed && answers > 0 && answers <= FEW_ANSWERS;
      const isSame = answers === this.soonClosed.answers;
      this.soonClosed = { answers, times: !isSoon ? 0 : isSame ? this.soonClosed.times + 1 : 1 };
      onLost(error);
    });
    return 'ok' in client ? client : { ok: true, link: client };
  }

  protected close(link: ModbusLink, why: TransportError): Promise<unknown> {
    this.outage.slowestMs = link.slowestMs;
    this.lastId = link.lastId;
    return link.close(why);
  }

  private async openClient(
    signal: AbortSignal,
    lastId: number,
    onGone: (error: TransportError, client: ModbusClient) => void
  ): Promise<ModbusClient | TransportError> {
    const ms = this.outage.answerWaitMs(this.settings.requestTimeoutMs);
    const opening = openSocket(this.settings, this.outage.connectMs(ms));
    signal.addEventListener('abort', () => opening.abort());
    const socket = await opening.done;
    if (!(socket instanceof Socket)) {
      this.outage.begin();
      return socket;
    }
    const client: ModbusClient = new ModbusClient(socket, this.settings, { firstMs: ms, lastId }, (error) => {
      this.outage.begin();
      onGone(error, client);
    });
    return client;
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
