import { DEFAULT_OPCUA_SETTINGS, OpcuaSettings, shownEndpoint } from '../../lib/transport/opcua';
import { CodedError } from './coded-error';
import { choiceOf, numberOf } from './numbers';
import type { Places } from './variables';

/** The dialog's properties as they stand in a flow file. */
export interface OpcuaProperties {
  endpoint?: unknown;
  securityMode?: unknown;
  securityPolicy?: unknown;
  authentication?: unknown;
  trust?: unknown;
  requestTimeout?: unknown;
}

/** Where they may name environment variables, with the label of the dialog. */
export const OPCUA_PLACES: Places<OpcuaProperties> = { endpoint: 'Endpoint' };

export interface OpcuaCredentials {
  user?: string;
  password?: string;
  certificate?: string;
  privateKey?: string;
  passphrase?: string;
}

/** Without an `@`: a user name in an address would travel into exports and logs. */
const ENDPOINT = /^opc\.tcp:\/\/(\[[0-9a-f:.]+\]|[^\s/:[\]@]+)(:\d{1,5})?(\/[^\s@]*)?$/i;

/** What the connection needs, out of a dialog. Throws OPENOT_CONFIG; the message names fields, never credentials. */
export function opcuaSettings(
  properties: OpcuaProperties,
  credentials: OpcuaCredentials,
  pkiFolder: string
): { settings: OpcuaSettings; host: string } {
  const endpoint = String(properties.endpoint ?? '').trim();
  const match = ENDPOINT.exec(endpoint);
  if (match === null)
    throw new CodedError(
      'OPENOT_CONFIG',
      'the field "Endpoint" must look like opc.tcp://host:4840, found ' +
        `"${shownEndpoint(endpoint).slice(0, 80)}"` +
        `${endpoint.includes('@') ? ': a user name and its password belong into their own fields' : ''}`
    );
  const securityMode = choiceOf(properties.securityMode, 'Security', ['None', 'Sign', 'SignAndEncrypt']);
  const securityPolicy = choiceOf(properties.securityPolicy, 'Policy', [
    'Basic256Sha256',
    'Aes128_Sha256_RsaOaep',
    'Aes256_Sha256_RsaPss',
    'None'
  ]);
  if (securityMode !== 'None' && securityPolicy === 'None')
    throw new CodedError('OPENOT_CONFIG', `security mode ${securityMode} needs a security policy other than None`);
  const authentication = choiceOf(properties.authentication, 'Log in as', ['anonymous', 'password', 'certificate']);
  const { user, password, certificate, privateKey, passphrase } = credentials;
  if (authentication === 'password' && !user)
    throw new CodedError(
      'OPENOT_CONFIG',
      'authentication by user name needs a user name: open the endpoint node and type it again (an imported flow ' +
        'has none)'
    );
  if (authentication === 'certificate' && (!certificate || !privateKey))
    throw new CodedError(
      'OPENOT_CONFIG',
      'authentication by certificate needs a certificate and its private key, both as PEM text'
    );
  return {
    host: match[1].replace(/^\[|\]$/g, ''),
    settings: {
      ...DEFAULT_OPCUA_SETTINGS,
      endpoint,
      securityMode,
      securityPolicy,
      authentication,
      ...(authentication === 'password' ? { user, password: password ?? '' } : {}),
      ...(authentication === 'certificate' ? { certificate, privateKey, passphrase } : {}),
      trust: choiceOf(properties.trust, 'Server trust', ['list', 'acceptFirst']),
      requestTimeoutMs: numberOf(properties.requestTimeout, {
        name: 'Time-out',
        fallback: DEFAULT_OPCUA_SETTINGS.requestTimeoutMs,
        min: 100,
        max: 600_000
      }),
      pkiFolder
    }
  };
}
