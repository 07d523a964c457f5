import { readFileSync } from 'node:fs';
import type { Node, NodeAPI } from 'node-red';
import {
  AWAY_BYTES,
  AWAY_ITEMS,
  certificateVariables,
  Endpoint,
  EndpointProperties,
  endpointsOf,
  MAX_REQUEST_BYTES,
  MAX_TIMEOUT_MS,
  MIN_TIMEOUT_MS,
  SenderSettings,
  SIGNALS,
  TlsOptions
} from '../../lib/otlp';
import type { Signal } from '../../lib/telemetry';
import { MissingConfig } from '../runtime/build-node';
import { CodedError } from '../runtime/coded-error';
import { choiceOf, numberOf } from '../runtime/numbers';
import { withVariables } from '../runtime/variables';

/** What the dialog saves. */
export interface OtlpProperties {
  endpoint?: string;
  logsEndpoint?: string;
  metricsEndpoint?: string;
  tracesEndpoint?: string;
  compression?: string;
  timeout?: string;
  maxItems?: string;
  maxBytes?: string;
  maxInFlight?: string;
  whenAway?: string;
  awayBytes?: string;
  awayItems?: string;
  proxy?: string;
  /** Id of a tls-config node. */
  tls?: string;
}

/** What Node-RED keeps apart from the flow. */
export interface OtlpCredentials {
  token?: string;
  headers?: string;
}

/** Node-RED's own node for TLS. */
interface TlsNode {
  readonly valid?: boolean;
  addTLSOptions(options: TlsOptions): TlsOptions;
}

/** Bytes and items that may be kept of a collector that is away, at most: it is the memory of Node-RED. */
const MAX_AWAY_BYTES = 1_073_741_824;
const MAX_AWAY_ITEMS = 10_000_000;

/** Where variables are named, with the labels of the dialog. */
const ADDRESSES = {
  endpoint: 'Endpoint',
  logsEndpoint: 'Logs address',
  metricsEndpoint: 'Metrics address',
  tracesEndpoint: 'Traces address',
  proxy: 'Proxy'
} as const;

/**
 * Everything the sender needs, from the node's fields, its credentials and the environment. Throws OPENOT_CONFIG, never
 * with a secret in it.
 */
export function otlpSettings(
  RED: NodeAPI,
  node: Node,
  def: OtlpProperties,
  credentials: OtlpCredentials
): SenderSettings {
  // A variable of a flow, group or subflow counts as well.
  const env = (name: string): string | undefined => {
    const value: unknown = RED.util.getSetting(node, name);
    return value === undefined || value === null ? undefined : String(value);
  };
  if ((def.proxy ?? '').includes('@'))
    throw new CodedError(
      'OPENOT_CONFIG',
      'the field "Proxy" holds a user name or password, which everybody sees who sees the flow: set the whole ' +
        'address as the environment variable HTTPS_PROXY or HTTP_PROXY, or as one of your own and write ${NAME} here',
      'Proxy'
    );
  const found = endpointsOf(propertiesOf(withVariables(RED, node, def, ADDRESSES), credentials), env);
  if (!found.ok) throw new CodedError('OPENOT_CONFIG', found.message, found.where);
  const tls = tlsOf(RED, def.tls ?? '');
  const endpoint = (signal: Signal): Endpoint => {
    const options = tls ?? tlsOfVariables(signal, env);
    return options === undefined ? found.endpoints[signal] : { ...found.endpoints[signal], tls: options };
  };
  return {
    endpoints: { logs: endpoint('logs'), metrics: endpoint('metrics'), traces: endpoint('traces') },
    maxItems: numberOf(def.maxItems, { name: 'Max. items', fallback: 500, min: 1, max: 100_000 }),
    maxBytes: numberOf(def.maxBytes, {
      name: 'Max. bytes',
      fallback: 4_194_304,
      min: 1024,
      max: MAX_REQUEST_BYTES
    }),
    maxInFlight: numberOf(def.maxInFlight, { name: 'In flight', fallback: 4, min: 1, max: 64 }),
    whenAway: choiceOf<'wait' | 'bestEffort'>(def.whenAway, 'When away', ['wait', 'bestEffort']),
    awayBytes: numberOf(def.awayBytes, {
      name: 'Away: bytes',
      fallback: AWAY_BYTES,
      min: 1024,
      max: MAX_AWAY_BYTES
    }),
    awayItems: numberOf(def.awayItems, { name: 'Away: items', fallback: AWAY_ITEMS, min: 1, max: MAX_AWAY_ITEMS })
  };
}

function propertiesOf(def: OtlpProperties, { token = '', headers = '' }: OtlpCredentials): EndpointProperties {
  const timeout = def.timeout ?? '';
  return {
    endpoint: def.endpoint ?? '',
    endpoints: Object.fromEntries(SIGNALS.map((signal) => [signal, def[`${signal}Endpoint`] ?? ''])),
    proxy: def.proxy ?? '',
    compression: choiceOf(def.compression, 'Compression', ['', 'gzip', 'none']),
    ...(String(timeout).trim() === ''
      ? {}
      : {
          timeoutMs: numberOf(timeout, {
            name: 'Time-out',
            fallback: 0,
            min: MIN_TIMEOUT_MS,
            max: MAX_TIMEOUT_MS
          })
        }),
    token,
    headers
  };
}

function tlsOf(RED: NodeAPI, id: string): TlsOptions | undefined {
  if (id === '') return undefined;
  const node = RED.nodes.getNode(id) as unknown as TlsNode | null | undefined;
  if (node === null || node === undefined)
    throw new MissingConfig(
      'no TLS node',
      'the TLS configuration that this node names is not there, or is disabled: choose another one, or none'
    );
  if (node.valid === false)
    throw new CodedError(
      'OPENOT_CONFIG',
      'the TLS configuration that this node names is not usable: see its own error',
      'TLS'
    );
  return node.addTLSOptions({});
}

function tlsOfVariables(signal: Signal, env: (name: string) => string | undefined): TlsOptions | undefined {
  const options: TlsOptions = {};
  for (const [option, names] of Object.entries(certificateVariables(signal)) as [
    'ca' | 'cert' | 'key',
    readonly string[]
  ][]) {
    const name = names.find((each) => (env(each)?.trim() ?? '') !== '');
    if (name !== undefined) options[option] = fileOf(name, env(name)!.trim());
  }
  return Object.keys(options).length === 0 ? undefined : options;
}

function fileOf(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new CodedError(
      'OPENOT_CONFIG',
      `${variable} names a file that cannot be read (${(thrown as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      variable
    );
  }
}
