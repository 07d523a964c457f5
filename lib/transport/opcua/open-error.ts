import { errorText } from '../../base';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { safeText, shownEndpoint, statusOf } from './errors';
import { FirstAnswer } from './first-answer';
import { OpcuaSettings } from './settings';

/** Statuses that say that the user is not let in. */
export const CREDENTIALS = new Set([
  'BadIdentityTokenRejected',
  'BadIdentityTokenInvalid',
  'BadUserAccessDenied',
  'BadUserSignatureInvalid',
  'BadIdentityChangeNotSupported'
]);
const CERTIFICATE = new Set([
  'BadSecurityChecksFailed',
  'BadCertificateUntrusted',
  'BadCertificateInvalid',
  'BadCertificateTimeInvalid',
  'BadCertificateUseNotAllowed',
  'BadCertificateUriInvalid',
  'BadCertificateHostNameInvalid',
  'BadCertificateChainIncomplete',
  'BadCertificateRevoked',
  'BadCertificatePolicyCheckFailed',
  'BadCertificateIssuerTimeInvalid',
  'BadCertificateRevocationUnknown',
  'BadApplicationSignatureInvalid'
]);

/** An address that cannot be one, found before anything is tried. */
export function endpointError(settings: OpcuaSettings): TransportError | undefined {
  if (/^opc\.tcp:\/\/(\[[0-9a-f:.]+\]|[^\s/:[\]@]+)(:\d{1,5})?(\/[^\s@]*)?$/i.test(settings.endpoint)) return undefined;
  return transportError(
    'OPENOT_OPCUA_ENDPOINT_INVALID',
    `"${shownEndpoint(settings.endpoint)}" is not an endpoint: expected opc.tcp://host:port, without a user name in it`,
    'refused'
  );
}

/** What was found out beside the error. */
export interface OpenCircumstances {
  readonly certificateFile: string;
  /** Mode and policy of each endpoint of the server. */
  readonly offered: readonly string[];
  /** On a connection of its own, where the server ended ours. */
  readonly firstAnswer: FirstAnswer | undefined;
  /** The server does not tell its certificate without security. */
  readonly isHidden: boolean;
}

/** True for the text of an error that says that the other side ended the connection. */
export const wasEnded = (text: string): boolean =>
  /rejected by server|premature|socket hang up|disconnected|connection.*(closed|aborted)|ECONNRESET|EPIPE/i.test(text);

/** Why no session could be opened: what was expected, found, and what to do. Never a secret. */
export function openError(error: unknown, settings: OpcuaSettings, around: OpenCircumstances): TransportError {
  const { certificateFile, offered } = around;
  const at = shownEndpoint(settings.endpoint);
  const status = statusOf(error);
  const text = errorText(error);
  const found = status === '' ? safeText(error, [settings.password, settings.privateKey]) : status;
  if (/Cannot find (ANONYMOUS|USERNAME|Certificate)/.test(text)) return identityNotOffered(at, settings);
  if (/Cannot find an Endpoint matching/i.test(text)) return policyNotOffered(at, settings, offered);
  if (/ECONNREFUSED/.test(text))
    return transportError(
      'OPENOT_OPCUA_REFUSED',
      `nothing answers at ${at} (connection refused): check host and port, and that the OPC UA server of ` +
        'the controller is switched on',
      'reconnect'
    );
  if (/ENOTFOUND|EAI_AGAIN/.test(text))
    return transportError(
      'OPENOT_OPCUA_HOST_UNKNOWN',
      `the host of ${at} is not known: check its name, or use its IP address`,
      'reconnect'
    );
  if (CREDENTIALS.has(status)) {
    const who =
      settings.authentication === 'password'
        ? `the user name "${settings.user ?? ''}" and its password`
        : `the ${settings.authentication} identity`;
    return transportError(
      'OPENOT_OPCUA_CREDENTIALS',
      `${at} does not accept ${who} (${status}): check them in the OPC UA endpoint node, and the user's ` +
        'rights on the server. Servers lock a user after some tries, so the next one comes after ' +
        `${minutesText(settings.credentialsRetryMs)}, or when the endpoint node is deployed anew`,
      'refused'
    );
  }
  const ended = endedError(at, settings, around);
  if (ended !== undefined) return ended;
  if (CERTIFICATE.has(status) || (settings.securityMode !== 'None' && /rejected by server/i.test(text))) {
    const what = `${at} refused this client's certificate or its security settings (${found})`;
    return transportError(
      'OPENOT_OPCUA_CLIENT_UNTRUSTED',
      `${what}: trust the certificate ${certificateFile} on the server, and check the clocks of both`,
      'refused'
    );
  }
  if (status === 'BadTooManySessions') return tooManySessions(at, settings.busyRetryMs);
  return transportError('OPENOT_OPCUA_UNREACHABLE', `no session with ${at}: ${found}`, 'reconnect');
}

function identityNotOffered(at: string, settings: OpcuaSettings): TransportError {
  if (settings.authentication === 'anonymous') {
    return transportError(
      'OPENOT_OPCUA_ANONYMOUS_REFUSED',
      `${at} does not allow anonymous clients: set a user name and password in the OPC UA endpoint node, ` +
        'or allow guests on the server',
      'refused'
    );
  }
  return transportError(
    'OPENOT_OPCUA_IDENTITY_NOT_OFFERED',
    `${at} does not offer authentication by ${settings.authentication}: choose another one in the OPC UA endpoint node`,
    'refused'
  );
}

function policyNotOffered(at: string, settings: OpcuaSettings, offered: readonly string[]): TransportError {
  const list = offered.length === 0 ? '' : `. It offers: ${offered.join(', ')}`;
  return transportError(
    'OPENOT_OPCUA_POLICY_NOT_OFFERED',
    `${at} does not offer security ${settings.securityMode} with ${settings.securityPolicy}: choose ` +
      `another one in the OPC UA endpoint node${list}`,
    'refused'
  );
}

/** No session is free; `heldUntil` where it is known that the server still holds one of ours. */
export function tooManySessions(at: string, retryMs: number, heldUntil?: Date): TransportError {
  const said = (why: string): string =>
    `${at} has no session left: ${why}. It is asked again every ${Math.round(retryMs / 1000)} s`;
  if (heldUntil === undefined) {
    const message = said('close other clients, or allow more sessions on the server');
    return transportError('OPENOT_OPCUA_TOO_MANY_SESSIONS', message, 'reconnect');
  }
  const until = heldUntil.toTimeString().slice(0, 8);
  const message = said(`the server holds our old session until ${until}, because it could not be closed`);
  return transportError('OPENOT_OPCUA_SESSION_HELD', message, 'reconnect');
}

/** What it means that the other side ended the connection, by what it says first on another one. */
function endedError(at: string, settings: OpcuaSettings, around: OpenCircumstances): TransportError | undefined {
  const port = 'check the port (4840 on most controllers), and what stands between';
  switch (around.firstAnswer) {
    case 'other': {
      const what = `something answers at ${at}, but not as an OPC UA server does`;
      return transportError('OPENOT_OPCUA_NOT_OPCUA', `${what}: ${port}`, 'reconnect');
    }
    case 'busy':
    case 'closed': {
      const what = `${at} takes a connection and ends it at once, as a server does whose connections are all taken`;
      const advice = 'close other clients, or allow more connections on the server';
      return transportError(
        'OPENOT_OPCUA_TOO_MANY_CONNECTIONS',
        `${what}: ${advice}; where it is none, ${port}`,
        'reconnect'
      );
    }
    default:
      if (!around.isHidden) return undefined;
  }
  const what =
    `${at} does not show its certificate to a client without security, and none in ` +
    `${settings.pkiFolder}/trusted/certs is its own`;
  const advice = `export the server's certificate (DER or PEM) from its engineering tool into that folder`;
  return transportError('OPENOT_OPCUA_CERTIFICATE_HIDDEN', `${what}: ${advice}`, 'refused');
}

const minutesText = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} minutes` : `${ms / 1000} s`);
