import type { ClientSession, OPCUAClient } from 'node-opcua';
import { errorText } from '../../base';
import { DeadlineError } from '../../base/deadline';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { ClientFiles, openClientFiles } from './client-files';
import { discard } from './discard';
import { safeText, statusOf } from './errors';
import { firstAnswer } from './first-answer';
import { keepTokensSteady } from './guard';
import { loadClient } from './load';
import { offeredSecurity } from './offered-security';
import { CREDENTIALS, endpointError, openError, wasEnded } from './open-error';
import { LinkBackError, withProbe } from './reachability-probe';
import { ServerTrust, trustedCertificates } from './server-trust';
import { OpcuaSettings } from './settings';
import { identityOf } from './user-identity';

/** A client with its session, open. */
export interface OpenClient {
  readonly ok: true;
  readonly client: OPCUAClient;
  readonly session: ClientSession;
  readonly files: ClientFiles;
}

/** What a client may begin with. */
export interface ClientStart {
  /** The session of a client that lost its link; it is taken over where the server still has it. */
  readonly session?: ClientSession;
  /** The server's certificate, where it tells nobody without security which one it has. */
  readonly serverCertificate?: Buffer;
  /** The link came back during the first try. */
  readonly again?: boolean;
}

/** Certificates of the trust list that are tried at a server that does not show its own. */
const MOST_KNOWN = 8;

/**
 * Bytes that a client prepares for every request: node-opcua allocates them whole each time, and ours are small. 8,192
 * is the standard's least.
 */
const SEND_BUFFER = 8192;

/**
 * A new client with a session, or why there is none. node-opcua's own reconnection is switched off: it has failed on
 * real controllers; here a client that lost its link is thrown away, and its session taken over.
 */
export async function openClient(
  settings: OpcuaSettings,
  onLost: () => void,
  start: ClientStart = {}
): Promise<OpenClient | TransportError> {
  const wrong = endpointError(settings);
  if (wrong !== undefined) return wrong;
  const user = identityOf(settings);
  if (!user.ok) return user;
  let files: ClientFiles;
  try {
    files = await openClientFiles(settings.pkiFolder, settings.applicationName);
  } catch (error) {
    const message =
      `the client's certificates in ${settings.pkiFolder} cannot be used: ${safeText(error, [])}. Check the ` +
      'rights of the folder';
    return transportError('OPENOT_OPCUA_PKI', message, 'refused');
  }
  const trust = await ServerTrust.of(files.manager, settings);
  const { serverCertificate } = start;
  // What node-opcua asks the server for it judges itself.
  if (serverCertificate !== undefined && (await trust.judge(serverCertificate)) !== undefined)
    return trust.refusal as TransportError;
  const client = makeClient(settings, files, serverCertificate);
  client.on('connection_lost', onLost);
  client.on('close', onLost);
  const within = <T>(what: string, work: Promise<T>): Promise<T> =>
    withProbe(what, settings.requestTimeoutMs, settings.endpoint, work);
  try {
    await within('the connection', client.connect(settings.endpoint));
    if (settings.securityMode !== 'None') await trust.proved();
    const session =
      (await tookOver(client, start.session, within)) ??
      (await within('the session', client.createSession(user.identity)));
    session.on('session_closed', onLost);
    // The only sign of a dead link while nobody reads: node-opcua asks for the server's state two times in a session's
    // time-out.
    session.on('keepalive_failure', onLost);
    return { ok: true, client, session, files };
  } catch (error) {
    const gone = discard(client, undefined, files);
    // It is there now: the back-off of a long outage would sleep through that.
    if (error instanceof LinkBackError && start.again !== true)
      return openClient(settings, onLost, { ...start, again: true });
    // A server that is silent does not take part in it, and the pause before the next try must not begin later for
    // that.
    if (!(error instanceof DeadlineError)) await gone;
    return trust.refusal ?? explained(error, settings, files, onLost, start);
  }
}

function makeClient(settings: OpcuaSettings, files: ClientFiles, serverCertificate: Buffer | undefined): OPCUAClient {
  const opcua = loadClient();
  const client = opcua.OPCUAClient.create({
    applicationName: settings.applicationName,
    applicationUri: files.applicationUri,
    clientName: settings.applicationName,
    endpointMustExist: false,
    securityMode: opcua.MessageSecurityMode[settings.securityMode],
    securityPolicy: settings.securityMode === 'None' ? opcua.SecurityPolicy.None : policyOf(settings.securityPolicy),
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 1000 },
    keepPendingSessionsOnDisconnect: false,
    keepSessionAlive: true,
    requestedSessionTimeout: settings.sessionTimeoutMs,
    // Our own deadlines come first; these would tear the channel down at the first answer that is late.
    transportTimeout: Math.max(settings.watchdogMs, settings.requestTimeoutMs * 4),
    defaultTransactionTimeout: Math.max(settings.watchdogMs, settings.requestTimeoutMs * 4),
    transportSettings: { sendBufferSize: SEND_BUFFER },
    clientCertificateManager: files.manager,
    certificateFile: files.certificateFile,
    privateKeyFile: files.privateKeyFile,
    ...(serverCertificate === undefined ? {} : { serverCertificate })
  });
  keepTokensSteady(client);
  return client;
}

/**
 * The session of before on the channel of this client; undefined where the server does not give it: then a new one is
 * made. Credentials that are refused are not tried a second time.
 */
async function tookOver(
  client: OPCUAClient,
  session: ClientSession | undefined,
  within: <T>(what: string, work: Promise<T>) => Promise<T>
): Promise<ClientSession | undefined> {
  if (session === undefined) return undefined;
  try {
    await within('the session', client.reactivateSession(session));
    return session;
  } catch (error) {
    const status = statusOf(error);
    if (error instanceof DeadlineError || error instanceof LinkBackError || CREDENTIALS.has(status)) throw error;
    return undefined;
  }
}

/** Why there is no session, as far as it can be found out; or the session after all, with a known certificate. */
async function explained(
  error: unknown,
  settings: OpcuaSettings,
  { certificateFile }: ClientFiles,
  onLost: () => void,
  start: ClientStart
): Promise<OpenClient | TransportError> {
  const failed = (offered: readonly string[] = []): TransportError =>
    openError(error, settings, { certificateFile, offered, firstAnswer: heard, isHidden });
  let heard = undefined as Awaited<ReturnType<typeof firstAnswer>> | undefined;
  let isHidden = false;
  const text = errorText(error);
  if (/Cannot find an Endpoint matching/i.test(text)) return failed(await offeredSecurity(settings));
  if (!wasEnded(text)) return failed();
  heard = await firstAnswer(settings.endpoint, settings.requestTimeoutMs);
  // It is an OPC UA server, and ended the connection on which it was asked for its certificate.
  isHidden = heard === 'opcua' && /collect server's certificate|getEndpoints/i.test(text);
  if (!isHidden || start.serverCertificate !== undefined) return failed();
  for (const serverCertificate of await trustedCertificates(settings.pkiFolder, MOST_KNOWN)) {
    const opened = await openClient(settings, onLost, { ...start, serverCertificate });
    // A certificate of another server ends as the first try did.
    if (opened.ok || opened.remedy !== 'reconnect') return opened;
  }
  return failed();
}

const policyOf = (name: string): string => `http://opcfoundation.org/UA/SecurityPolicy#${name}`;
