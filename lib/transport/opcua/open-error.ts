import { errorText } from '../../base';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { safeText, shownEndpoint, statusOf } from './errors';
import { OpcuaSettings } from './settings';

const CREDENTIALS = new Set([
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

/** Why no session could be opened: what was expected, found, and what to do. Never a secret. */
export function openError(
  error: unknown,
  settings: OpcuaSettings,
  certificateFile: string,
  offered: readonly string[] = []
): TransportError {
  const at = shownEndpoint(settings.endpoint);
  const status = statusOf(error);
  const text = errorText(error);
  const found = status === '' ? safeText(error, [settings.password, settings.privateKey]) : status;
  if (/Cannot find (ANONYMOUS|USERNAME|Certificate)/.test(text)) return identityNotOffered(at, settings);
  if (/Cannot find an Endpoint matching/i.test(text)) return policyNotOffered(at, settings, offered);
  if (/server Certificate verification failed/i.test(text)) return serverUntrusted(at, settings, found);
  if (/ECONNREFUSED/.test(text))
    return transportError(
      'OPENOT_OPCUA_REFUSED',
      `nothing answers at ${at} (connection refused): check host and port, and that the OPC UA server of the ` +
        'controller is switched on',
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
      `${at} does not accept ${who} (${status}): check them in the OPC UA endpoint node, and the user's rights ` +
        'on the server',
      'refused'
    );
  }
  if (CERTIFICATE.has(status) || (settings.securityMode !== 'None' && /rejected by server/i.test(text))) {
    const what = `${at} refused this client's certificate or its security settings (${found})`;
    return transportError(
      'OPENOT_OPCUA_CLIENT_UNTRUSTED',
      `${what}: trust the certificate ${certificateFile} on the server, and check the clocks of both`,
      'refused'
    );
  }
  if (status === 'BadTooManySessions') {
    return transportError(
      'OPENOT_OPCUA_TOO_MANY_SESSIONS',
      `${at} has no session left: close other clients, or wait until their sessions end; tried again after ` +
        `${Math.round(settings.sessionTimeoutMs / 1000)} s`,
      'reconnect'
    );
  }
  if (settings.securityMode === 'None' && /rejected by server|premature|socket hang up|ECONNRESET|EPIPE/i.test(text)) {
    const what = `something answers at ${at}, but it ended the connection where an OPC UA server would have gone on`;
    return transportError(
      'OPENOT_OPCUA_NOT_OPCUA',
      `${what}: check the port (4840 on most controllers), and that no firewall or limit of connections stands ` +
        'in between',
      'reconnect'
    );
  }
  return transportError('OPENOT_OPCUA_UNREACHABLE', `no session with ${at}: ${found}`, 'reconnect');
}

function identityNotOffered(at: string, settings: OpcuaSettings): TransportError {
  if (settings.authentication === 'anonymous') {
    return transportError(
      'OPENOT_OPCUA_ANONYMOUS_REFUSED',
      `${at} does not allow anonymous clients: set a user name and password in the OPC UA endpoint node, or ` +
        'allow guests on the server',
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
    `${at} does not offer security ${settings.securityMode} with ${settings.securityPolicy}: choose another one ` +
      `in the OPC UA endpoint node${list}`,
    'refused'
  );
}

function serverUntrusted(at: string, settings: OpcuaSettings, found: string): TransportError {
  const what = `the certificate of ${at} is not trusted (${found})`;
  return transportError(
    'OPENOT_OPCUA_SERVER_UNTRUSTED',
    `${what}: check it, then move it from ${settings.pkiFolder}/rejected to ${settings.pkiFolder}/trusted/certs, ` +
      'or let the endpoint node accept the first certificate',
    'refused'
  );
}
