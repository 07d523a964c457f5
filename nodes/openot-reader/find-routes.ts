import type { RequestHandler } from 'express';
import type { NodeAPI } from 'node-red';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import { FindRequest, findRequestOf, findRing, testRing } from './find-request';

/** Searches and tests at a time, in the whole runtime: each opens a connection to a controller that has few. */
export const MAX_RUNNING = 2;

type Admin = NodeAPI['httpAdmin'];
type Work = (RED: NodeAPI, request: FindRequest, signal: AbortSignal) => Promise<object>;

/** Admin servers that have the routes: a module is set up once, but tests set it up for each runtime of theirs. */
const served = new WeakSet<object>();

/**
 * `POST openot/find-ring` and `POST openot/test-ring`, for the buttons of the reader's dialog: they work before the
 * first deploy, and need the permission to change things, `openot.write`. What was sent is neither logged nor kept.
 */
export function serveFind(RED: NodeAPI): void {
  const admin = RED.httpAdmin as Admin | undefined;
  if (admin === undefined || admin === null || served.has(admin)) return;
  served.add(admin);
  const permission = RED.auth.needsPermission('openot.write');
  const running = { count: 0 };
  admin.post('/openot/find-ring', permission, answering(RED, running, findRing));
  admin.post('/openot/test-ring', permission, answering(RED, running, testRing));
}

function answering(RED: NodeAPI, running: { count: number }, work: Work): RequestHandler {
  return (req, res) => {
    // The dialog was closed, or its stop button pressed.
    const gone = new AbortController();
    res.on('close', () => gone.abort());
    const answer = (status: number, body: object): void => {
      if (!res.writableEnded && !res.destroyed) res.status(status).set('Cache-Control', 'no-store').json(body);
    };
    if (running.count >= MAX_RUNNING)
      return answer(429, {
        ok: false,
        code: 'OPENOT_FIND_BUSY',
        message: `${MAX_RUNNING} searches or tests are under way already: wait until one of them is over`
      });
    running.count++;
    const done = async (): Promise<object> => work(RED, findRequestOf(req.body), gone.signal);
    done()
      .then(
        (outcome) => answer(200, outcome),
        (thrown: unknown) => answer(thrown instanceof CodedError ? 400 : 500, failure(thrown))
      )
      .finally(() => running.count--)
      .catch(() => undefined);
  };
}

function failure(thrown: unknown): object {
  const error = codedErrorOf(thrown) as CodedError;
  const prefix = `${error.code}: `;
  return {
    ok: false,
    code: error.code,
    message: error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message
  };
}
