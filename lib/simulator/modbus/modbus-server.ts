import { createServer, Server, Socket } from 'node:net';
import { PlcMemory } from '../memory';
import { MemoryView } from '../opcua/memory-view';
import { SeededRandom } from '../random';
import { Answers } from './answers';
import { ModbusQuirks } from './quirks';
import { RegisterLayout, Registers } from './registers';
import { RequestReader, ServerRequest } from './requests';

/** Registers where the simulator shows its images unless told otherwise. */
export const DEFAULT_REGISTER_LAYOUT: RegisterLayout = { controlAddress: 0, ringAddress: 100 };

/** What is served over Modbus, and where. */
export interface ModbusServerOptions extends Partial<RegisterLayout> {
  /** What is shown: usually a Producer. */
  readonly producer: PlcMemory;
  /** TCP port; 0 = any free one. */
  readonly port: number;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Bad habits; none by default. The object is read at every request. */
  readonly quirks?: ModbusQuirks;
  /** For the quirks' choices. */
  readonly seed?: number;
  /** Milliseconds, for the age of stale images. Default the system's clock. */
  readonly now?: () => number;
  /** Called with every request that is taken. */
  readonly onRequest?: (request: ServerRequest) => void;
}

/** What was asked of the server since its start. */
export interface ModbusServerCounters {
  /** Frames that came, whatever became of them. */
  readonly requests: number;
  /** Answered with registers, and with exceptions. */
  readonly answers: number;
  readonly exceptions: number;
  /** Registers sent. */
  readonly registers: number;
  /** Connections taken since the start, and those that the server closed because there were too many. */
  readonly connections: number;
  readonly evicted: number;
  /** Copies made, copies that the program cut, and the stores it did meanwhile (quirk `torn`). */
  readonly copies: { readonly copies: number; readonly cut: number; readonly steps: number };
}

/** A running server. Holding and input registers show the same. */
export interface SimulatorModbusServer extends RegisterLayout {
  readonly host: string;
  readonly port: number;
  readonly quirks: ModbusQuirks;
  counters(): ModbusServerCounters;
  /** Connections that are open now. */
  connections(): number;
  /** Closes all connections, as a controller that restarts: `reset` without a goodbye. */
  dropConnections(how?: 'end' | 'reset'): void;
  stop(): Promise<void>;
}

/** As many as most controllers have. */
const MAX_CONNECTIONS = 16;
const UNANSWERED_CLOSE_MS = 200;

/**
 * Starts a Modbus TCP server on the controller's memory. It is a server of our own, and not jsmodbus's: the habits of
 * real devices have to be made where frames are made, and that one tells neither transaction id nor socket.
 * @throws RangeError when the ring does not fit; Error when the port cannot be listened on.
 */
export async function startModbusServer(options: ModbusServerOptions): Promise<SimulatorModbusServer> {
  const server = new ModbusServer(options);
  await server.listen();
  return server;
}

class ModbusServer implements SimulatorModbusServer {
  readonly host: string;
  readonly controlAddress: number;
  readonly ringAddress: number;
  readonly quirks: ModbusQuirks;
  port: number;
  private readonly server: Server;
  /** Oldest first. */
  private readonly sockets = new Set<Socket>();
  private readonly counted = { requests: 0, connections: 0, evicted: 0 };
  private readonly view: MemoryView;
  private readonly random: SeededRandom;
  private readonly answers: Answers;

  constructor(private readonly options: ModbusServerOptions) {
    this.host = options.host ?? '127.0.0.1';
    this.port = options.port;
    this.quirks = options.quirks ?? {};
    this.controlAddress = options.controlAddress ?? DEFAULT_REGISTER_LAYOUT.controlAddress;
    this.ringAddress = options.ringAddress ?? DEFAULT_REGISTER_LAYOUT.ringAddress;
    this.random = new SeededRandom(options.seed ?? 1);
    this.view = new MemoryView(options.producer, this.quirks, this.random, options.now ?? Date.now);
    this.answers = new Answers(new Registers(options.producer, this, this.view, this.quirks), this.quirks, this.random);
    this.server = createServer({ noDelay: true }, (socket) => this.connected(socket));
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.port, this.host, () => {
        this.server.off('error', reject);
        this.server.on('error', () => undefined);
        const address = this.server.address();
        if (address !== null && typeof address === 'object') this.port = address.port;
        resolve();
      });
    });
  }

  counters(): ModbusServerCounters {
    return { ...this.counted, ...this.answers.counted, copies: { ...this.view.counters } };
  }

  connections(): number {
    return this.sockets.size;
  }

  dropConnections(how: 'end' | 'reset' = 'end'): void {
    for (const socket of this.sockets) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  async stop(): Promise<void> {
    this.answers.stop();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) {
      socket.end();
      setTimeout(() => socket.destroy(), UNANSWERED_CLOSE_MS).unref();
    }
    await closed;
    this.sockets.clear();
  }

  private connected(socket: Socket): void {
    this.counted.connections++;
    this.sockets.add(socket);
    if (this.sockets.size > (this.quirks.maxConnections ?? MAX_CONNECTIONS)) {
      const [oldest] = this.sockets;
      this.counted.evicted++;
      this.sockets.delete(oldest);
      oldest.destroy();
    }
    const reader = new RequestReader();
    socket.on('data', (chunk: Buffer) => {
      const requests = reader.push(chunk);
      if (requests === undefined) socket.destroy();
      else for (const request of requests) this.take(socket, request);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }

  private take(socket: Socket, request: ServerRequest): void {
    this.counted.requests++;
    this.options.onRequest?.(request);
    const { storesBetween } = this.quirks;
    for (let n = storesBetween ? this.random.below(storesBetween + 1) : 0; n > 0; n--) this.options.producer.step();
    this.answers.take(socket, request);
  }
}
