import {
  ModbusQuirks,
  ModbusServerOptions,
  ServerRequest,
  SimulatorModbusServer,
  startModbusServer
} from '../../../../lib/simulator';
import {
  createModbusConnection,
  createModbusTransport,
  ModbusConnection,
  ModbusRing,
  ModbusSettings
} from '../../../../lib/transport/modbus';
import { Transport } from '../../../../lib/transport/transport';
import { FakePlc } from '../../reader/fake-plc';

/** A Modbus server on a controller of the test's own, and clients to it, all of which end with it. */
export class Bench {
  readonly plc: FakePlc;
  /** Requests as they came to the server. */
  readonly requests: ServerRequest[] = [];
  readonly quirks: ModbusQuirks = {};
  server!: SimulatorModbusServer;
  private readonly connections: ModbusConnection[] = [];

  constructor(ringBytes = 4096) {
    this.plc = new FakePlc(ringBytes);
  }

  async serve(quirks: ModbusQuirks = {}, options: Partial<ModbusServerOptions> = {}): Promise<SimulatorModbusServer> {
    const { plc } = this;
    const memory = {
      get control() {
        return plc.controlBytes();
      },
      get ring() {
        return plc.writer.bytes;
      },
      step: () => false
    };
    Object.assign(this.quirks, quirks);
    this.server = await startModbusServer({
      producer: memory,
      port: 0,
      quirks: this.quirks,
      onRequest: (request) => this.requests.push(request),
      ...options
    });
    return this.server;
  }

  connection(settings: Partial<ModbusSettings> = {}): ModbusConnection {
    const connection = createModbusConnection({
      host: '127.0.0.1',
      port: this.server?.port ?? 1,
      requestTimeoutMs: 10_000,
      ...settings
    });
    this.connections.push(connection);
    return connection;
  }

  transport(
    settings: Partial<ModbusSettings> = {},
    ring: Partial<ModbusRing> = {},
    connection = this.connection(settings)
  ): Transport {
    return createModbusTransport(connection, {
      registerType: 'holding',
      controlAddress: this.server?.controlAddress ?? 0,
      ringAddress: this.server?.ringAddress ?? 100,
      byteOrder: 'big',
      ...ring
    });
  }

  /** The requests since the last call, as `address+count`. */
  taken(): string[] {
    return this.requests.splice(0).map(({ address, count }) => `${address}+${count}`);
  }

  async end(): Promise<void> {
    for (const connection of this.connections.splice(0)) await connection.destroy();
    await this.server?.stop();
  }
}

export { sleep as pause } from '../../../support/until';
