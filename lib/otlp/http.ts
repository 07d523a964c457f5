import { Agent as HttpAgent, ClientRequest, request as httpRequest, RequestOptions, STATUS_CODES } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { failureCause, failureText } from './failure-text';
import type { HttpAnswer, HttpFailure, HttpRequest, HttpTransport } from './ports';
import { MAX_ANSWER_BYTES, readAnswerOf } from './read-answer';
import { proxyHeaders, proxyPlace, ProxyRefusal, TunnelAgent } from './tunnel';

/** Milliseconds that an unused connection is kept. */
const IDLE_MS = 30_000;
/** Milliseconds without use after which a kept connection that is silent may have died meanwhile. */
const SUSPECT_MS = 1000;

/** HTTP and HTTPS with connections that are kept, by proxies where one is named. `connections` at once per host. */
export function createHttpTransport(connections: number): HttpTransport {
  const agents = new Agents(connections);
  const under = new Set<() => void>();
  /** Hosts that have answered. */
  const answered = new Set<string>();
  const lastUsedMs = new WeakMap<Socket, number>();
  let isClosed = false;

  const once = (request: HttpRequest, isSecond: boolean): Promise<HttpAnswer | HttpFailure> =>
    new Promise((resolve) => {
      if (isClosed) return resolve(unreachable('the sender is closed'));
      const isSecure = request.url.protocol === 'https:';
      // The second try has a connection of its own.
      const post = agents.post(request, isSecond);
      let isConnected = false;
      let idleMs = 0;
      let timer: NodeJS.Timeout | undefined = undefined;
      const finish = (answer: HttpAnswer | HttpFailure): void => {
        clearTimeout(timer);
        under.delete(abort);
        if (post.socket) lastUsedMs.set(post.socket, performance.now());
        resolve(answer);
      };
      const abort = (): void => {
        finish(unreachable('the sender is closed'));
        post.destroy();
      };
      /** Once more, at once, on a fresh connection: the kept one had died, and nothing is wrong. */
      const again = (): void => {
        under.delete(abort);
        clearTimeout(timer);
        resolve(once(request, true));
        post.destroy();
      };
      const cuts = (): { cuts?: number } => (isConnected ? { cuts: isSecond ? 2 : 1 } : {});
      under.add(abort);
      timer = setTimeout(() => {
        // What is kept beside a connection that is silent may have died with it.
        agents.dropUnused();
        if (post.reusedSocket && !isSecond && idleMs >= SUSPECT_MS) return again();
        const message = `no whole answer within ${request.timeoutMs} ms`;
        finish({ ok: false, code: 'OPENOT_OTLP_TIMEOUT', message, ...cuts() });
        post.destroy();
      }, request.timeoutMs);
      post.on('socket', (socket) => {
        idleMs = performance.now() - (lastUsedMs.get(socket) ?? performance.now());
        if (socket.connecting) socket.once('connect', () => (isConnected = true));
        else isConnected = true;
      });
      post.on(
        'response',
        (response) =>
          void readAnswerOf(response).then((answer) => {
            if (answer.ok) answered.add(request.url.host);
            finish(answer.ok ? answer : { ...answer, ...cuts() });
            // One that answered before the whole request was written may never read the rest: the connection would be
            // lost to all others.
            if (!answer.ok || answer.isCut || !post.writableFinished) post.destroy();
          })
      );
      // Also after the end, so that a late error does not end the process.
      post.on('error', (error: NodeJS.ErrnoException) => {
        if (error instanceof ProxyRefusal) return finish(ofProxy(error));
        const isCut = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        if (post.reusedSocket && !isSecond && under.has(abort) && isCut) return again();
        const by = request.proxy === undefined ? '' : `by the proxy ${request.proxy.host}: `;
        const text = by + failureText(error, isSecure, answered.has(request.url.host));
        finish({ ...unreachable(text), cause: failureCause(error), ...cuts() });
      });
      post.end(request.body);
    });

  return {
    post: (request) =>
      once(request, false).catch((thrown: unknown) =>
        unreachable(failureText(thrown, request.url.protocol === 'https:', true))
      ),
    close: () => {
      isClosed = true;
      for (const abort of [...under]) abort();
      agents.close();
    }
  };
}

/** Kept connections: those without TLS, and those with it by their options and their proxy. */
class Agents {
  private readonly http: HttpAgent;
  private readonly https = new Map<unknown, Map<string, HttpsAgent>>();
  private readonly kept: { keepAlive: true; maxSockets: number; maxFreeSockets: number; timeout: number };

  constructor(connections: number) {
    this.kept = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections, timeout: IDLE_MS };
    this.http = new HttpAgent(this.kept);
  }

  /** Begins a request; `isFresh`: on a connection of its own. */
  post(request: HttpRequest, isFresh: boolean): ClientRequest {
    const { url, body, proxy, tls } = request;
    const headers = { ...request.headers, 'content-length': String(body.byteLength) };
    const options = { method: 'POST', headers };
    if (url.protocol === 'https:') {
      if (!isFresh) return httpsRequest(url, { ...options, agent: this.secure(request) });
      if (proxy === undefined) return httpsRequest(url, { ...options, ...tls, agent: false });
      return httpsRequest(url, { ...options, agent: new TunnelAgent(proxy, { ...tls }) });
    }
    const agent = isFresh ? (false as const) : this.http;
    return proxy === undefined
      ? httpRequest(url, { ...options, agent })
      : httpRequest({
          ...viaProxy(url, proxy),
          ...options,
          headers: { ...headers, ...hostHeaders(url, proxy) },
          agent
        });
  }

  /** Lets go of the connections that nobody uses now. */
  dropUnused(): void {
    for (const { freeSockets } of this.all())
      for (const sockets of Object.values(freeSockets)) for (const socket of [...(sockets ?? [])]) socket.destroy();
  }

  close(): void {
    for (const agent of this.all()) agent.destroy();
  }

  private all(): (HttpAgent | HttpsAgent)[] {
    return [this.http, ...[...this.https.values()].flatMap((byProxy) => [...byProxy.values()])];
  }

  private secure({ tls, proxy }: HttpRequest): HttpsAgent {
    const byProxy = this.https.get(tls) ?? new Map<string, HttpsAgent>();
    this.https.set(tls, byProxy);
    const key = proxy?.href ?? '';
    const options = { ...this.kept, ...tls };
    const agent = byProxy.get(key) ?? (proxy === undefined ? new HttpsAgent(options) : new TunnelAgent(proxy, options));
    byProxy.set(key, agent);
    return agent;
  }
}

/** A proxy takes what goes without TLS by the whole address. */
const viaProxy = (url: URL, proxy: URL): RequestOptions => ({
  ...proxyPlace(proxy),
  path: `${url.origin}${url.pathname}${url.search}`
});
const hostHeaders = (url: URL, proxy: URL): Record<string, string> => ({ host: url.host, ...proxyHeaders(proxy) });

/** A proxy that wants credentials answers as a collector that does. */
function ofProxy({ status, message }: ProxyRefusal): HttpAnswer | HttpFailure {
  if (status === 407) return { ok: true, status, body: '', isCut: false };
  return { ...unreachable(message), cause: `proxy: ${status} ${STATUS_CODES[status] ?? ''}`.trim() };
}

const unreachable = (message: string): HttpFailure => ({ ok: false, code: 'OPENOT_OTLP_UNREACHABLE', message });

export { MAX_ANSWER_BYTES };
