import express from 'express';
import { createServer, Server, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createHttpServer, Server as HttpServer, ServerResponse } from 'node:http';
import { helper } from '../../../support/node-red';

/** Listens on a free port of this machine. */
async function listening(server: Server | HttpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A web server, and how to end it at once. */
export interface Running {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const running = async (server: HttpServer): Promise<Running> => {
  const port = await listening(server);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  };
};

/**
 * What `http in` of Node-RED does with `/orders/:id`: the test helper gives its flows no web server. Each request
 * becomes the message that `http in` would send to the node of this id.
 */
export function serveTo(nodeId: string): Promise<Running> {
  const app = express();
  app.use(express.json());
  app.all('/orders/:id', (req, res) => {
    const payload: unknown = req.method === 'GET' ? req.query : req.body;
    helper.getNode(nodeId).receive({ _msgid: 'm', req, res: { _res: res }, payload } as never);
  });
  return running(createHttpServer(app));
}

/** What a participant was asked. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A participant that answers with this status, and notes what it was asked. */
export async function participant(
  answer: { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string } = {}
): Promise<Running & { readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createHttpServer((req, res) => {
    asked.push({ method: req.method!, url: req.url!, headers: req.headers });
    res.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? '{}');
  });
  return { ...(await running(server)), asked };
}

/** One that answers when it is told to. */
export async function onDemand(): Promise<Running & { isAsked(): boolean; answer(): void }> {
  const open: ServerResponse[] = [];
  const server = createHttpServer((_req, res) => void open.push(res));
  return {
    ...(await running(server)),
    isAsked: () => open.length > 0,
    answer: () => open.splice(0).forEach((res) => res.end('{}'))
  };
}

/** One that takes connections and never answers. */
export async function silent(): Promise<Running> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  const port = await listening(server);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  };
}
