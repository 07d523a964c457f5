/** What `http in` brings of a call that is served. */
import type { EventEmitter } from 'node:events';
import type { NodeMessage } from 'node-red';
import { CodedError } from '../runtime/coded-error';
import { CallFacts, looseOf } from './call';

/** Express' response, as far as it is looked at here. */
export interface ServedResponse extends Pick<EventEmitter, 'once'> {
  readonly statusCode: number;
  readonly writableFinished: boolean;
}

/** The request that is served, and where its answer goes. */
export interface ServedRequest {
  readonly response: ServedResponse;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly place: Pick<CallFacts, 'method' | 'route' | 'host' | 'scheme' | 'flavor'>;
}

/** Stands where the request does not say it: the attribute is required. */
export const UNKNOWN = 'unknown';

/** Of a message that comes from `http in`. Throws OPENOT_API_NOT_SERVED for any other. */
export function servedOf(message: NodeMessage): ServedRequest {
  const { req, res } = message as unknown as { req?: unknown; res?: unknown };
  const request = looseOf(req);
  const response = looseOf(looseOf(res)._res) as unknown as ServedResponse;
  if (typeof request.method !== 'string' || typeof response.once !== 'function')
    throw new CodedError(
      'OPENOT_API_NOT_SERVED',
      'the message comes from no http in: msg.req or msg.res is missing. Wire this node behind http in, or set ' +
        '"Direction" to "called" where it stands before an http request'
    );
  const headers = looseOf(request.headers);
  return {
    response,
    headers,
    place: {
      method: request.method,
      route: routeOf(request),
      host: text(headers.host) ?? UNKNOWN,
      ...optional('scheme', request.protocol),
      ...optional('flavor', request.httpVersion)
    }
  };
}

/** The path as `http in` names it (`/orders/:id`), without what varies from call to call and without a query. */
function routeOf({ route, baseUrl, originalUrl, url }: Record<string, unknown>): string {
  const named = text(looseOf(route).path);
  if (named !== undefined) return `${text(baseUrl) ?? ''}${named}`;
  return (text(originalUrl) ?? text(url) ?? '/').split(/[?#]/)[0];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const optional = <K extends string>(key: K, value: unknown): { readonly [P in K]?: string } => {
  const found = text(value);
  return found === undefined ? {} : ({ [key]: found } as { [P in K]: string });
};
