/** What a message around an `http request` says of the call that is made. */
import type { NodeMessage } from 'node-red';
import { CallFacts, CallOutcome, looseOf } from './call';
import { UNKNOWN } from './served';

/** The `http request` node of a call, as it stands in the flow file. */
export interface RequestNode {
  readonly id: string;
  /** Empty: from `msg.url`; may hold `{{…}}`. */
  readonly url: string;
  /** `use`: from `msg.method`. */
  readonly method: string;
}

type Place = Pick<CallFacts, 'route' | 'host' | 'scheme'>;

/** Where a message is about to go, as far as that is known before. */
export function placeBefore(message: NodeMessage, node: RequestNode | undefined): Place & { readonly method: string } {
  const { url, method } = message as unknown as { url?: unknown; method?: unknown };
  const given = node?.url !== undefined && node.url !== '' ? node.url : url;
  const own = node?.method === 'use' || node === undefined ? method : node.method;
  return {
    method: typeof own === 'string' && own !== '' ? own.toUpperCase() : 'GET',
    ...(placeOf(given) ?? { route: '/', host: UNKNOWN })
  };
}

/** Scheme, host and path of an address; never its query, nor a user in it. Undefined where it is none yet. */
function placeOf(url: unknown): Place | undefined {
  if (typeof url !== 'string' || url === '' || url.includes('{{')) return undefined;
  const whole = /^https?:\/\//i.test(url) ? url : `http://${url}`;
  if (!URL.canParse(whole)) return undefined;
  const { protocol, host, pathname } = new URL(whole);
  return host === '' ? undefined : { scheme: protocol.slice(0, -1), host, route: pathname };
}

/** How the call ended, by the message behind `http request` or behind a Catch node. */
export function outcomeOf(message: NodeMessage): CallOutcome {
  const { statusCode, responseUrl, error } = message as unknown as Record<string, unknown>;
  const code = codeOf(error) ?? statusCode;
  if (typeof code === 'number' && Number.isInteger(code) && code >= 100 && code <= 999)
    return { statusCode: code, ...placeOf(responseUrl) };
  return { statusCode: 0, failure: failureOf(typeof code === 'string' ? code : undefined) };
}

/** The code of an error that a Catch node brings; empty text where it has none. Undefined: no Catch node brought it. */
function codeOf(error: unknown): string | undefined {
  const { source, code, message } = looseOf(error);
  if (looseOf(source).type !== 'http request') return undefined;
  if (typeof code === 'string') return code;
  return /\bE[A-Z_]{3,}\b/.exec(String(message))?.[0] ?? (/no.?response/i.test(String(message)) ? 'ETIMEDOUT' : '');
}

function failureOf(code: string | undefined): CallOutcome['failure'] {
  const known = code !== undefined && /^[A-Z][A-Z0-9_]{2,63}$/.test(code) ? code : 'none';
  if (known === 'ETIMEDOUT' || known === 'ESOCKETTIMEDOUT')
    return { type: 'timeout', code: known, msg: 'no answer in time' };
  return known === 'none'
    ? { type: 'failed', code: known, msg: 'no answer came' }
    : { type: 'connection', code: known, msg: 'the connection failed' };
}
