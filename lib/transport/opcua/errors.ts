import { errorText, shortened } from '../../base';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { isTooLarge } from './status';

/** The name of the OPC UA status in what node-opcua threw, as `BadTooManySessions`; empty where there is none. */
export function statusOf(error: unknown): string {
  const thrown = error as
    | { response?: { responseHeader?: { serviceResult?: { name?: string } } }; statusCode?: { name?: string } }
    | undefined;
  const named = thrown?.response?.responseHeader?.serviceResult?.name ?? thrown?.statusCode?.name;
  if (named !== undefined && named.startsWith('Bad')) return named;
  return /\bBad[A-Z][A-Za-z]+\b/.exec(errorText(error))?.[0] ?? '';
}

/** The first line of an error's text without anything in it that must stay secret. */
export function safeText(error: unknown, secrets: readonly (string | undefined)[]): string {
  let text = errorText(error).split('\n')[0].trim();
  for (const secret of secrets) if (secret !== undefined && secret !== '') text = text.split(secret).join('***');
  return shortened(text, 200);
}

/**
 * The endpoint without a user name or password that someone wrote into it: everything up to the last `@` goes, since a
 * password may hold `@` and `/` itself, and text that is no address at all may begin with one.
 */
export const shownEndpoint = (endpoint: string): string =>
  String(endpoint).replace(/^(\s*[a-z][a-z0-9+.-]*:\/\/)?[\s\S]*@/i, '$1');

/**
 * What nobody expected node-opcua (or our own code around it) to throw. In Node-RED a promise that rejects unseen ends
 * the whole runtime, so the transport turns everything into a value; the reader looks at the nodes anew.
 */
export function unexpectedError(
  error: unknown,
  endpoint: string,
  secrets: readonly (string | undefined)[]
): TransportError {
  const message =
    `the OPC UA client failed in an unknown way at ${shownEndpoint(endpoint)} (${safeText(error, secrets)}): it is ` +
    'tried again; please report it';
  return transportError('OPENOT_OPCUA_UNEXPECTED', message, 'reconnect');
}

const SESSION_GONE = new Set([
  'BadSessionIdInvalid',
  'BadSessionClosed',
  'BadSessionNotActivated',
  'BadSecureChannelClosed',
  'BadSecureChannelIdInvalid',
  'BadSecureChannelTokenUnknown',
  'BadConnectionClosed',
  'BadCommunicationError',
  'BadServerHalted',
  'BadShutdown',
  'BadServerNotConnected',
  'BadNoCommunication',
  'BadTcpInternalError',
  'BadTcpEndpointUrlInvalid',
  'BadNotConnected'
]);

/** True when the session or the channel behind it is gone, or the link is. */
export function isSessionGone(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== '') return SESSION_GONE.has(status);
  return /connection|channel|socket|ECONN|EPIPE|Invalid client state|closed|disconnect/i.test(errorText(error));
}

/** What a failed call means for the reader; `what` was asked for, as `a Read`. */
export function callError(
  error: unknown,
  endpoint: string,
  secrets: readonly (string | undefined)[],
  what: string
): TransportError {
  const status = statusOf(error);
  const at = shownEndpoint(endpoint);
  if (isTooLarge(status))
    return transportError(
      'OPENOT_OPCUA_TOO_LARGE',
      `${at} cannot answer a Read of this size (${status}): smaller ones are tried`,
      'smaller'
    );
  if (status === 'BadTimeout' || status === 'BadRequestTimeout')
    return transportError(
      'OPENOT_OPCUA_TIMEOUT',
      `${at} answered a Read with ${status}: smaller ones are tried`,
      'smaller'
    );
  if (isSessionGone(error))
    return transportError(
      'OPENOT_OPCUA_SESSION_LOST',
      `the session with ${at} is gone (${status === '' ? safeText(error, secrets) : status}): a new one is opened`,
      'reconnect'
    );
  return transportError(
    'OPENOT_OPCUA_READ_FAILED',
    `${at} refused ${what}: ${status === '' ? safeText(error, secrets) : status}`,
    'retry'
  );
}
