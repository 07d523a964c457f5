import { type ClientRequest, request as httpRequest, STATUS_CODES } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';

/** Milliseconds that a proxy may take to open a way; the request's own time-out is mostly shorter. */
const CONNECT_MS = 60_000;

/** A proxy did not open the way to the collector. */
export class ProxyRefusal extends Error {
  constructor(readonly status: number) {
    super(`the proxy does not open the way to the collector: ${status} ${STATUS_CODES[status] ?? ''}`.trim());
  }
}

/** What a proxy is told of user and password, where its address has them. */
export function proxyHeaders({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Where a proxy listens, as options of a request. */
export const proxyPlace = ({ hostname, port }: URL): { host: string; port: string } => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: port === '' ? '80' : port
});

type Created = (error: Error | null, socket?: Duplex) => void;

/** Connections with TLS to a collector behind a proxy: the proxy opens a way (CONNECT), and sees nothing in it. */
export class TunnelAgent extends Agent {
  private readonly opening = new Set<ClientRequest>();

  constructor(
    private readonly proxy: URL,
    options: AgentOptions
  ) {
    super(options);
  }

  /** Called by Node.js: the socket goes to the callback once the way is open. */
  createConnection(options: AgentOptions & { host?: string; port?: number }, created: Created): undefined {
    const { host = '', port = 443 } = options;
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const connect = httpRequest({
      ...proxyPlace(this.proxy),
      method: 'CONNECT',
      path: place,
      headers: { host: place, ...proxyHeaders(this.proxy) },
      agent: false,
      timeout: CONNECT_MS
    });
    this.opening.add(connect);
    connect.once('connect', ({ statusCode = 0 }, socket) => {
      this.opening.delete(connect);
      if (statusCode >= 200 && statusCode < 300) {
        const { createConnection } = Agent.prototype as unknown as { createConnection(options: object): Duplex };
        return created(null, createConnection.call(this, { ...options, socket }));
      }
      socket.destroy();
      created(new ProxyRefusal(statusCode));
    });
    // A proxy that does not know CONNECT answers like a server.
    connect.once('response', (response) => {
      this.opening.delete(connect);
      response.destroy();
      created(new ProxyRefusal(response.statusCode ?? 0));
    });
    connect.once('timeout', () => connect.destroy(new Error('the proxy does not answer')));
    connect.once('error', (error) => {
      this.opening.delete(connect);
      created(error);
    });
    connect.end();
    return undefined;
  }

  destroy(): void {
    for (const connect of this.opening) connect.destroy();
    super.destroy();
  }
}
