import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A request that the receiver has read to its end. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** As it came. */
  readonly raw: Buffer;
  /** Unpacked. */
  readonly text: string;
  /** Which connection brought it, from 1. */
  readonly connection: number;
}

export type Script = (received: Received, response: ServerResponse) => void;

/** Answers that it was accepted. */
export const accept: Script = (_received, response) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');

export const say =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}): Script =>
  (_received, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));

/** Cuts the connection after the whole request was received. */
export const cutOff: Script = (_received, response) => void response.socket?.destroy();

/** A collector on 127.0.0.1 that does what it is told, and can be killed and started again on its port. */
export class ScriptedReceiver {
  readonly received: Received[] = [];
  connections = 0;
  /** Read to their end; also those that were taken out of `received`. */
  requests = 0;
  port = 0;
  private server: Server | undefined;
  private readonly sockets = new Map<Socket, number>();

  private constructor(public script: Script) {}

  static async start(script: Script = accept): Promise<ScriptedReceiver> {
    const receiver = new ScriptedReceiver(script);
    await receiver.start();
    return receiver;
  }

  /** Connections that are open. */
  get open(): number {
    return this.sockets.size;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens again, on the port that it had. */
  async start(): Promise<void> {
    const server = createServer((request, response) => this.take(request, response));
    server.on('connection', (socket) => {
      this.sockets.set(socket, ++this.connections);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', () => resolve());
    });
    this.port = (server.address() as AddressInfo).port;
  }

  /** As `kill -9` would: connections are reset, the port is closed. */
  async kill(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets.keys()) socket.resetAndDestroy();
    await closed;
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
      const received = {
        path: request.url ?? '',
        headers: request.headers,
        raw,
        text,
        connection: this.sockets.get(request.socket) ?? 0
      };
      this.requests++;
      this.received.push(received);
      this.script(received, response);
    });
  }
}
