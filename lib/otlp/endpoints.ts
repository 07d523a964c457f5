import type { Signal } from '../telemetry/otlp-types';
import { headersOfText, headersOfVariable } from './headers';
import { proxyFor } from './proxy';
import type { Endpoint } from './settings';

/** Port of a collector that nobody named. */
export const DEFAULT_ENDPOINT = 'http://localhost:4318';
/** Of a request, in milliseconds, where neither node nor variable says. */
export const DEFAULT_TIMEOUT_MS = 10_000;
/** Shortest time-out, in milliseconds. */
export const MIN_TIMEOUT_MS = 100;
/** Longest time-out, in milliseconds. */
export const MAX_TIMEOUT_MS = 600_000;

/** What a person set in the node; empty where an `OTEL_EXPORTER_OTLP_…` variable, or else the default, holds. */
export interface EndpointProperties {
  /** Base of all signals: `/v1/logs`, … is put behind it, in place of one that stands there already. */
  readonly endpoint: string;
  /** Whole addresses, in place of the base. */
  readonly endpoints: Readonly<Partial<Record<Signal, string>>>;
  readonly compression: '' | 'gzip' | 'none';
  readonly timeoutMs?: number;
  /** Address of a proxy, `none`, or empty: then `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` count. */
  readonly proxy?: string;
  /** Secrets. */
  readonly token: string;
  readonly headers: string;
}

/** The endpoints of all signals, or what is wrong with what was set. No message holds a secret. */
export type Endpoints =
  | { readonly ok: true; readonly endpoints: Record<Signal, Endpoint> }
  | {
      readonly ok: false;
      readonly message: string;
      /** For a status: the field or variable. */ readonly where: string;
    };

class Wrong extends Error {
  constructor(
    message: string,
    readonly where: string
  ) {
    super(message);
  }
}

/**
 * Puts together what a person set and what the environment says (`env`, undefined or empty where it says nothing): node
 * before the variable of the signal, before the variable of all signals, before the default.
 */
export function endpointsOf(properties: EndpointProperties, env: (name: string) => string | undefined): Endpoints {
  const variable = (signal: Signal, name: string): { readonly name: string; readonly value: string } | undefined =>
    [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`, `OTEL_EXPORTER_OTLP_${name}`]
      .map((full) => ({ name: full, value: env(full)?.trim() ?? '' }))
      .find(({ value }) => value !== '');
  try {
    const one = (signal: Signal): Endpoint => ({
      ...withProxy(addressOf(signal, properties, variable), properties.proxy ?? '', env),
      headers: headersOf(signal, properties, variable),
      timeoutMs: properties.timeoutMs ?? timeoutOf(variable(signal, 'TIMEOUT')),
      isGzip: (properties.compression || compressionOf(variable(signal, 'COMPRESSION'))) === 'gzip'
    });
    return { ok: true, endpoints: { logs: one('logs'), metrics: one('metrics'), traces: one('traces') } };
  } catch (thrown) {
    if (thrown instanceof Wrong) return { ok: false, message: thrown.message, where: thrown.where };
    throw thrown;
  }
}

/** Names of the variables with the files of TLS for a signal, the more special one first. */
export function certificateVariables(signal: Signal): Readonly<Record<'ca' | 'cert' | 'key', readonly string[]>> {
  const names = (name: string): string[] => [
    `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`,
    `OTEL_EXPORTER_OTLP_${name}`
  ];
  return { ca: names('CERTIFICATE'), cert: names('CLIENT_CERTIFICATE'), key: names('CLIENT_KEY') };
}

type Variable = (signal: Signal, name: string) => { readonly name: string; readonly value: string } | undefined;

function addressOf(signal: Signal, { endpoint, endpoints }: EndpointProperties, variable: Variable): Address {
  const own = endpoints[signal]?.trim() ?? '';
  const label = labelOf(signal);
  if (own !== '') return { url: parsed(own, `the field "${label}"`, label), from: `field "${label}"` };
  if (endpoint.trim() !== '')
    return { url: under(parsed(endpoint, 'the field "Endpoint"', 'Endpoint'), signal), from: 'field "Endpoint"' };
  const found = variable(signal, 'ENDPOINT');
  if (found === undefined)
    return { url: under(new URL(DEFAULT_ENDPOINT), signal), from: 'field "Endpoint", which is empty' };
  const protocol = variable(signal, 'PROTOCOL');
  if (protocol?.value === 'grpc')
    throw new Wrong(
      `${protocol.name} says grpc, this node speaks http/json: set its endpoint to the collector's port for ` +
        `OTLP/HTTP (4318), not that of ${found.name}`,
      protocol.name
    );
  const url = parsed(found.value, found.name, found.name);
  return {
    url: found.name === 'OTEL_EXPORTER_OTLP_ENDPOINT' ? under(url, signal) : url,
    from: `variable ${found.name}`
  };
}

type Address = Pick<Endpoint, 'url' | 'from'>;

function withProxy(
  address: Address,
  field: string,
  env: (name: string) => string | undefined
): Address & Pick<Endpoint, 'proxy'> {
  const chosen = proxyFor(address.url, field, env);
  if (!chosen.ok) throw new Wrong(chosen.message, chosen.where);
  return chosen.proxy === undefined ? address : { ...address, proxy: chosen.proxy };
}

/** The field's label in the dialog. */
const labelOf = (signal: Signal): string => `${signal[0].toUpperCase()}${signal.slice(1)} address`;

function parsed(text: string, where: string, short: string): URL {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed))
    throw new Wrong(
      `${where} must be an address such as ${DEFAULT_ENDPOINT}, ${foundOf(trimmed)}${adviceOn(trimmed)}`,
      short
    );
  const url = new URL(trimmed);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Wrong(`${where} must begin with http:// or https://, ${foundOf(trimmed)}${adviceOn(trimmed)}`, short);
  if (url.username !== '' || url.password !== '')
    throw new Wrong(
      `${where} holds a user name or password, which everybody sees who sees the flow: put "authorization: Basic ` +
        '…" into the headers instead',
      short
    );
  url.hash = '';
  return url;
}

/** What stands there, where no password or key can be in it. */
const foundOf = (text: string): string =>
  /^[\w.:/[\]-]{1,100}$/.test(text)
    ? `found "${text}"`
    : 'found other characters than those of an address (not shown here, since it may hold a password)';

function adviceOn(text: string): string {
  if (/^grpcs?:/i.test(text))
    return ': gRPC is not spoken here, name the port that the collector has for OTLP/HTTP (4318)';
  return /^[\w.-]+(:\d+)?(\/|$)/.test(text) ? ': put http:// or https:// before it' : '';
}

function under(base: URL, signal: Signal): URL {
  const url = new URL(base);
  // Many copy the address of one signal into the field for all.
  url.pathname = `${url.pathname.replace(/\/+$/, '').replace(/\/v1\/(logs|metrics|traces)$/, '')}/v1/${signal}`;
  return url;
}

/** The environment's, then the field's, then the token; a later one takes the place of an earlier one of its name. */
function headersOf(signal: Signal, { token, headers }: EndpointProperties, variable: Variable): Record<string, string> {
  const found = variable(signal, 'HEADERS');
  const inherited =
    found === undefined ? { ok: true as const, headers: {} } : headersOfVariable(found.value, found.name);
  if (!inherited.ok) throw new Wrong(inherited.message, found?.name ?? 'Headers');
  const own = headersOfText(headers);
  if (!own.ok) throw new Wrong(own.message, 'Headers');
  const bare = token.trim();
  if (bare === '') return { ...inherited.headers, ...own.headers };
  if ('authorization' in own.headers)
    throw new Wrong('a token and a header authorization are set: only one of them was expected', 'Token');
  if (!/^[\x21-\x7e]+$/.test(bare))
    throw new Wrong('the token must be one word of printable characters, without "Bearer"', 'Token');
  return { ...inherited.headers, ...own.headers, authorization: `Bearer ${bare}` };
}

function timeoutOf(found: { readonly name: string; readonly value: string } | undefined): number {
  if (found === undefined) return DEFAULT_TIMEOUT_MS;
  const ms = Number(found.value);
  if (!Number.isInteger(ms) || ms < MIN_TIMEOUT_MS || ms > MAX_TIMEOUT_MS)
    throw new Wrong(
      `${found.name} must be a whole number of milliseconds from ${MIN_TIMEOUT_MS} to ${MAX_TIMEOUT_MS}, found ` +
        `"${found.value.slice(0, 40)}"`,
      found.name
    );
  return ms;
}

function compressionOf(found: { readonly name: string; readonly value: string } | undefined): string {
  const value = found?.value ?? 'gzip';
  if (value !== 'gzip' && value !== 'none')
    throw new Wrong(`${found!.name} must be gzip or none, found "${value.slice(0, 40)}"`, found!.name);
  return value;
}

/** A URL as it may be shown: without a query, which may hold a key. */
export const shownUrl = ({ origin, pathname }: URL): string => `${origin}${pathname}`;
