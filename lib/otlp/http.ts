import { Agent as HttpAgent, IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { failureText } from './failure-text';
import type { HttpAnswer, HttpFailure, HttpRequest, HttpTransport, TlsOptions } from './ports';

/** Bytes of an answer that are read, at most; the rest is thrown away with the connection. */
export const MAX_ANSWER_BYTES = 65_536;
/** Milliseconds that an unused connection is kept. */
const IDLE_MS = 30_000;

/** HTTP and HTTPS with connections that are kept. `connections` at once per host, at most. */
export function createHttpTransport(connections: number): HttpTransport {
  const kept = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections, timeout: IDLE_MS };
  const http = new HttpAgent(kept);
  const https = new Map<TlsOptions | undefined, HttpsAgent>();
  const httpsFor = (tls: TlsOptions | undefined): HttpsAgent => {
    if (!https.has(tls)) https.set(tls, new HttpsAgent({ ...kept, ...tls }));
    return https.get(tls)!;
  };
  const under = new Set<() => void>();
  /** Hosts that have answered. */
  const answered = new Set<string>();
  let isClosed = false;

  const once = (request: HttpRequest, isSecond: boolean): Promise<HttpAnswer | HttpFailure> =>
    new Promise((resolve) => {
      if (isClosed) return resolve(unreachable('the sender is closed'));
      const isSecure = request.url.protocol === 'https:';
      const headers = { ...request.headers, 'content-length': String(request.body.byteLength) };
      const options = { method: 'POST', headers };
      // The second try has a connection of its own.
      const post = isSecure
        ? httpsRequest(request.url, {
            ...options,
            ...(isSecond ? { ...request.tls, agent: false } : { agent: httpsFor(request.tls) })
          })
        : httpRequest(request.url, { ...options, agent: isSecond ? false : http });
      let timer: NodeJS.Timeout | undefined = undefined;
      const finish = (answer: HttpAnswer | HttpFailure): void => {
        clearTimeout(timer);
        under.delete(abort);
        resolve(answer);
      };
      const abort = (): void => {
        finish(unreachable('the sender is closed'));
        post.destroy();
      };
      under.add(abort);
      timer = setTimeout(() => {
        finish({ ok: false, code: 'OPENOT_OTLP_TIMEOUT', message: `no whole answer within ${request.timeoutMs} ms` });
        post.destroy();
      }, request.timeoutMs);
      post.on(
        'response',
        (response) =>
          void read(response).then((answer) => {
            if (answer.ok) answered.add(request.url.host);
            finish(answer);
            // One that answered before the whole request was written may never read the rest: the connection would be
            // lost to all others.
            if (!answer.ok || answer.isCut || !post.writableFinished) post.destroy();
          })
      );
      // Also after the end, so that a late error does not end the process.
      post.on('error', (error: NodeJS.ErrnoException) => {
        // A kept connection that the other side was just closing: nothing is wrong, and another one does it.
        if (
          post.reusedSocket &&
          !isSecond &&
          under.has(abort) &&
          (error.code === 'ECONNRESET' || error.code === 'EPIPE')
        ) {
          under.delete(abort);
          clearTimeout(timer);
          return resolve(once(request, true));
        }
        finish(unreachable(failureText(error, isSecure, answered.has(request.url.host))));
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
      http.destroy();
      for (const agent of https.values()) agent.destroy();
    }
  };
}

/** Reads an answer to its end, or to the limit. */
function read(response: IncomingMessage): Promise<HttpAnswer | HttpFailure> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = (isCut: boolean): void => {
      const { 'retry-after': retryAfter, date, location } = response.headers;
      resolve({
        ok: true,
        status: response.statusCode ?? 0,
        ...(retryAfter === undefined ? {} : { retryAfter }),
        ...(date === undefined ? {} : { date }),
        ...(location === undefined ? {} : { location }),
        body: Buffer.concat(chunks).toString('utf8'),
        isCut
      });
    };
    response.on('data', (chunk: Buffer) => {
      chunks.push(
        bytes + chunk.length > MAX_ANSWER_BYTES ? chunk.subarray(0, Math.max(0, MAX_ANSWER_BYTES - bytes)) : chunk
      );
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) done(true);
    });
    response.on('end', () => done(false));
    // Cut off in the middle: not an answer.
    response.on('error', (error) => resolve(unreachable(`the answer was cut off: ${failureText(error, false, true)}`)));
    response.on('close', () => resolve(unreachable('the answer was cut off')));
  });
}

const unreachable = (message: string): HttpFailure => ({ ok: false, code: 'OPENOT_OTLP_UNREACHABLE', message });
