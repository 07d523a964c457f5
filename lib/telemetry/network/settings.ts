import { shortened } from '../../base';
import type { KeyValue } from '../otlp-types';

/**
 * `otlp` stays valid OTLP/JSON and carries every attribute of the open networks' specification; `literal` writes that
 * specification's own types.
 */
export type NetworkEncoding = 'otlp' | 'literal';

/** How the items of a request are summed up: `md5` as 32 upper-case hex digits, `sha256` as 64, `none` not at all. */
export type NetworkChecksum = 'none' | 'md5' | 'sha256';

/** What the envelope of the open networks says (docs/format.md 24). Made by `networkSettings`, which checks it. */
export interface NetworkSettings {
  readonly encoding: NetworkEncoding;
  /** Who made the telemetry: never empty. */
  readonly producer: string;
  /** Where it happened, a word of the network's: never empty. */
  readonly domain: string;
  /** Further resource attributes; `eid`, `producer` and `domain` among them are left out. */
  readonly resource: readonly KeyValue[];
  readonly scopeName: string;
  /** Version of the telemetry specification. */
  readonly scopeVersion: string;
  readonly checksum: NetworkChecksum;
  /** Whether the scope has `scope_uuid`. */
  readonly scopeUuid: boolean;
  /** Whether the scope has `count`. */
  readonly count: boolean;
  /** Of the scope; empty = no `schema_url`. */
  readonly schemaUrl: string;
  /** `sender.id` of spans; empty = the source that logged it. */
  readonly senderId: string;
  /** `recipient.id` of spans; empty = the producer. */
  readonly recipientId: string;
}

/** Why there is no envelope: a setting is missing or is none of its words. */
export interface NetworkError {
  readonly ok: false;
  readonly code:
    | 'OPENOT_OTEL_NETWORK_PRODUCER'
    | 'OPENOT_OTEL_NETWORK_DOMAIN'
    | 'OPENOT_OTEL_NETWORK_ENCODING'
    | 'OPENOT_OTEL_NETWORK_CHECKSUM';
  /** Begins with the code; says what was expected, found, and where to set it. */
  readonly message: string;
}

/** What stands where nothing is set. There is no default for producer and domain: nobody else can know them. */
export const defaultNetworkSettings = {
  encoding: 'otlp',
  resource: [],
  scopeName: 'openot',
  scopeVersion: '1.0',
  checksum: 'md5',
  scopeUuid: true,
  count: true,
  schemaUrl: '',
  senderId: '',
  recipientId: ''
} as const satisfies Omit<NetworkSettings, 'producer' | 'domain'>;

const encodings: readonly string[] = ['otlp', 'literal'];
const checksums: readonly string[] = ['none', 'md5', 'sha256'];

/** What a flow has set, from its properties, messages or the environment: anything can be missing or empty. */
export interface NetworkInput {
  readonly encoding?: string;
  readonly producer?: string;
  readonly domain?: string;
  readonly resource?: readonly KeyValue[];
  readonly scopeName?: string;
  readonly scopeVersion?: string;
  readonly checksum?: string;
  readonly scopeUuid?: boolean;
  readonly count?: boolean;
  readonly schemaUrl?: string;
  readonly senderId?: string;
  readonly recipientId?: string;
}

/** Checked settings with their defaults; blank text counts as missing. The first thing that is wrong is told. */
export function networkSettings(
  input: NetworkInput
): { readonly ok: true; readonly settings: NetworkSettings } | NetworkError {
  const text = (
    name:
      | 'producer'
      | 'domain'
      | 'encoding'
      | 'checksum'
      | 'scopeName'
      | 'scopeVersion'
      | 'schemaUrl'
      | 'senderId'
      | 'recipientId'
  ): string => (input[name] ?? '').trim();
  const producer = text('producer');
  if (producer === '')
    return missing(
      'OPENOT_OTEL_NETWORK_PRODUCER',
      'Producer',
      'who makes this telemetry, by the name under which the network knows you'
    );
  const domain = text('domain');
  if (domain === '')
    return missing('OPENOT_OTEL_NETWORK_DOMAIN', 'Domain', 'where it happens, by the word your network has for it');
  const encoding = text('encoding') || defaultNetworkSettings.encoding;
  if (!encodings.includes(encoding)) return unknown('OPENOT_OTEL_NETWORK_ENCODING', 'Encoding', encodings, encoding);
  const checksum = text('checksum') || defaultNetworkSettings.checksum;
  if (!checksums.includes(checksum)) return unknown('OPENOT_OTEL_NETWORK_CHECKSUM', 'Checksum', checksums, checksum);
  return {
    ok: true,
    settings: {
      encoding: encoding as NetworkEncoding,
      producer,
      domain,
      resource: input.resource ?? defaultNetworkSettings.resource,
      scopeName: text('scopeName') || defaultNetworkSettings.scopeName,
      scopeVersion: text('scopeVersion') || defaultNetworkSettings.scopeVersion,
      checksum: checksum as NetworkChecksum,
      scopeUuid: input.scopeUuid ?? defaultNetworkSettings.scopeUuid,
      count: input.count ?? defaultNetworkSettings.count,
      schemaUrl: text('schemaUrl'),
      senderId: text('senderId'),
      recipientId: text('recipientId')
    }
  };
}

function missing(code: NetworkError['code'], property: string, what: string): NetworkError {
  return {
    ok: false,
    code,
    message:
      `${code}: the profile network needs "${property}" (${what}), and it is empty. Set "${property}" of the ` +
      'openot-otel node'
  };
}

function unknown(code: NetworkError['code'], property: string, words: readonly string[], found: string): NetworkError {
  const shown = shortened(found, 40);
  return {
    ok: false,
    code,
    message:
      `${code}: "${property}" must be one of ${words.join(', ')}, found ${JSON.stringify(shown)}. Set ` +
      `"${property}" of the openot-otel node`
  };
}
