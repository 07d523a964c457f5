import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpcuaServerOptions, Quirks, SimulatorOpcuaServer, startOpcuaServer } from '../../../../lib/simulator';
import {
  createOpcuaConnection,
  createOpcuaTransport,
  OpcuaConnection,
  OpcuaSettings
} from '../../../../lib/transport/opcua';
import { Transport } from '../../../../lib/transport/transport';
import { keyAtHand } from '../../../support/key-at-hand';
import { FakePlc } from '../../reader/fake-plc';

/** A server on a controller of the test's own, clients to it, and folders that go away with it. */
export class Bench {
  readonly plc: FakePlc;
  server: SimulatorOpcuaServer | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'openot-opcua-'));
  private readonly connections: OpcuaConnection[] = [];

  constructor(ringBytes = 4096) {
    this.plc = new FakePlc(ringBytes);
    keyAtHand(this.pkiFolder, this.serverFolder);
  }

  get pkiFolder(): string {
    return join(this.folder, 'client');
  }

  get serverFolder(): string {
    return join(this.folder, 'server');
  }

  async serve(quirks: Quirks = {}, options: Partial<OpcuaServerOptions> = {}): Promise<SimulatorOpcuaServer> {
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
    this.server = await startOpcuaServer({
      producer: memory,
      port: 0,
      pkiFolder: this.serverFolder,
      quirks,
      ...options
    });
    return this.server;
  }

  connection(settings: Partial<OpcuaSettings> = {}): OpcuaConnection {
    const connection = createOpcuaConnection({
      endpoint: this.server?.endpointUrl ?? 'opc.tcp://127.0.0.1:1',
      pkiFolder: this.pkiFolder,
      ...settings
    });
    this.connections.push(connection);
    return connection;
  }

  transport(settings: Partial<OpcuaSettings> = {}, connection = this.connection(settings)): Transport {
    const { server } = this;
    return createOpcuaTransport(connection, {
      controlNode: server?.controlNodeId ?? 'i=1',
      ringNodes: server?.ringNodeIds ?? ['i=2']
    });
  }

  async end(): Promise<void> {
    for (const connection of this.connections.splice(0)) await connection.destroy();
    await this.server?.stop();
    this.server = undefined;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
