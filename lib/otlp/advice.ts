import type { Signal } from '../telemetry/otlp-types';
import { shownUrl } from './endpoints';
import type { HttpAnswer } from './ports';
import type { Redact } from './redact';
import type { Endpoint } from './settings';

/** What was asked, and by whom. */
export interface Asked {
  /** Items in the request. */
  readonly sent: number;
  readonly signal: Signal;
  readonly endpoint: Pick<Endpoint, 'url' | 'from' | 'proxy'>;
  readonly redact: Redact;
  readonly wallMs: number;
}

/** Of a gateway, or of a collector that has no room: nothing has to be changed here, and nothing is lost meanwhile. */
const GATEWAYS: Readonly<Record<number, string>> = {
  502: '. A gateway before the collector does not reach it: start the collector, or correct where the gateway leads',
  503: '. The collector takes nothing now: start it, or give it more room; all is sent again until it does',
  504: '. A gateway before the collector has no answer from it: see whether the collector is overloaded'
};

/** What a person can do about an answer that accepts nothing, behind what the collector said; empty where nothing. */
export function adviceOf(
  { status, location }: Pick<HttpAnswer, 'status' | 'location'>,
  said: string,
  asked: Asked
): string {
  const { signal, endpoint, redact } = asked;
  const { from, proxy } = endpoint;
  const at = redact(shownUrl(endpoint.url));
  if (status >= 200 && status < 300)
    return (
      `. Whether these items were stored is not known: what stands at ${at} (${from}) is no receiver of OTLP/HTTP. ` +
      `Correct the ${from}`
    );
  if (status >= 300 && status < 400)
    return `. Redirects are not followed${redact(placeOf(location))}: set the ${from} to where the collector is`;
  switch (status) {
    case 400:
      return /HTTPS/.test(said) && /HTTP request/i.test(said)
        ? `. This port speaks TLS: begin the address in the ${from} with https://`
        : '';
    case 401:
    case 403:
      return '. Set or renew the token or the headers of this node';
    case 402:
      return '. The account that the token or the headers of this node belong to must be paid for';
    case 404:
    case 405:
    case 410:
    case 421:
    case 501:
      return `. Nothing takes ${signal} by OTLP/HTTP at ${at}: correct the ${from}`;
    case 407:
      return proxy === undefined
        ? '. What answers there is a proxy: name it in the field "Proxy"'
        : `. The proxy wants a user name and password: put http://user:password@ before its host, in the ${proxy.from}`;
    case 413:
      return '. Smaller requests are tried; lower "Max. bytes", or raise the limit of the collector';
    case 415:
      return `. What stands at ${at} takes no JSON: it must be a receiver of OTLP/HTTP with JSON`;
    case 431:
      return '. Set fewer or shorter headers in this node';
    case 500:
      return '. The collector failed on it: see its own log for why';
    case 502:
    case 503:
    case 504:
      return proxy === undefined
        ? GATEWAYS[status]
        : `. It went by the proxy ${proxy.url.host} of the ${proxy.from}: where the collector is reached without ` +
            'one, set the field "Proxy" to none';
    default:
      return '';
  }
}

/** Without a query, which may hold a key. */
function placeOf(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return '';
  const { origin, pathname } = new URL(location);
  return ` (to ${origin}${pathname})`;
}
