import { join } from 'node:path';
import { type LogDocument, type LogRecord, ticksOfUnixMs } from '../../../../lib/logobject';
import { LogStore, Producer, type SimulatorOpcuaServer, startOpcuaServer } from '../../../../lib/simulator';
import { keyAtHand } from '../../../support/key-at-hand';
import { type FlowNode, sink } from '../../../support/node-red';

export interface Device {
  readonly store: LogStore;
  readonly server: SimulatorOpcuaServer;
  readonly offsetMs: number;
}

/** OPC UA servers with a log each, and a flow with a log node that reads them. */
export class Devices {
  private readonly all: Device[] = [];
  /** Each test has a node of its own: what a node keeps between runs is found by its id. */
  private tests = 0;

  constructor(private readonly place: { readonly userDir: string }) {}

  /** Id of the log node. */
  get node(): string {
    return `log-${this.tests}`;
  }

  async start(offsetMs = 0): Promise<Device> {
    const store = new LogStore({ maxRecords: 5_000, pageLimit: 50 });
    const server = await startOpcuaServer({
      producer: new Producer({ ringBytes: 4096, clock: () => 1n, definitionHash: '00112233445566aa' }),
      port: 0,
      pkiFolder: keyAtHand(join(this.place.userDir, `device-${this.all.length}`)),
      logs: [{ name: 'ServerLog', store }],
      clockOffsetMs: () => offsetMs
    });
    const device = { store, server, offsetMs };
    this.all.push(device);
    return device;
  }

  async stopAll(): Promise<void> {
    this.tests++;
    for (const { server } of this.all.splice(0)) await server.stop();
  }

  /** The log node with these properties, its endpoints, `more`, and sinks for both its outputs. */
  flow(properties: Record<string, unknown> = {}, more: FlowNode[] = []): FlowNode[] {
    return [
      ...this.all.map(({ server }, i) => endpoint(`opcua-${i}`, server.endpointUrl)),
      {
        id: this.node,
        type: 'openot-logobject',
        mode: 'collect',
        endpoints: this.all.map((_, i) => `opcua-${i}`),
        interval: '200',
        wires: [['documents'], ['status']],
        ...properties
      },
      ...more,
      sink('documents'),
      sink('status')
    ];
  }
}

export const endpoint = (id: string, url: string): FlowNode => ({
  id,
  type: 'openot-opcua',
  endpoint: url,
  securityMode: 'None',
  securityPolicy: 'Basic256Sha256',
  authentication: 'anonymous',
  trust: 'list',
  requestTimeout: '30000'
});

/** Entered now, by the device's own clock. */
export function enter({ store, offsetMs }: Device, text: string, agoMs = 0): void {
  const record: LogRecord = {
    ticks: ticksOfUnixMs(Date.now() - agoMs + offsetMs),
    severity: 180,
    sourceName: 'Motor',
    message: { locale: 'en', text },
    additionalData: [{ name: 'speed', value: { type: 'Int32', value: 42 } }]
  };
  store.add(record);
}

/** The messages of the records in these, in order. */
export const textsOf = (messages: readonly { payload?: unknown }[]): string[] =>
  messages.flatMap(({ payload }) => (payload as LogDocument[]).map(({ message }) => message?.text ?? 'gap'));
