import { createServer, Server, Socket } from 'node:net';
import { RequestReader, ServerRequest } from '../../../../lib/simulator/modbus/requests';

/** An answer frame: `body` is what follows the function code. */
export function frame({
  id,
  unitId = 255,
  functionCode = 3,
  body
}: {
  id: number;
  unitId?: number;
  functionCode?: number;
  body: readonly number[];
}): Buffer {
  return Buffer.from([id >> 8, id & 255, 0, 0, 0, body.length + 2, unitId, functionCode, ...body]);
}

/** Registers that hold their own addresses. */
export function registers({ id, address, count }: ServerRequest): Buffer {
  return frame({
    id,
    body: [count * 2, ...Array.from({ length: count }, (_, i) => [(address + i) >> 8, (address + i) & 255]).flat()]
  });
}

/** A server that does with each request what the test says. */
export class RawServer {
  port = 0;
  /** Connections so far, and those that are open. */
  connections = 0;
  readonly sockets = new Set<Socket>();
  /** When each was opened, of the monotonic clock. */
  readonly openedMs = new WeakMap<Socket, number>();
  /** True for those that the client closed with FIN. */
  readonly finished: boolean[] = [];
  private readonly server: Server;

  constructor(onRequest: (request: ServerRequest, socket: Socket, connection: number) => void) {
    this.server = createServer((socket) => {
      const connection = ++this.connections;
      this.sockets.add(socket);
      this.openedMs.set(socket, performance.now());
      const reader = new RequestReader();
      socket.on('data', (chunk: Buffer) =>
        reader.push(chunk)?.forEach((request) => onRequest(request, socket, connection))
      );
      socket.on('end', () => (this.finished[connection - 1] = true));
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  listen(port = 0): Promise<this> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', () => {
        this.port = (this.server.address() as { port: number }).port;
        resolve(this);
      });
    });
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
