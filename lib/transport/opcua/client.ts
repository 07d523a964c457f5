import type { ClientSession, OPCUAClient, UserIdentityInfo } from 'node-opcua';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { ClientFiles, openClientFiles, rememberedThumbprint, rememberThumbprint, thumbprintOf } from './client-files';
import { DeadlineError, withDeadline } from '../../base/deadline';
import { safeText, shownEndpoint } from './errors';
import { loadClient } from './load';
import { endpointError, openError } from './open-error';
import { LinkBackError, withProbe } from './reachability-probe';
import { OpcuaSettings } from './settings';

/** A client with its session, open. */
export interface OpenClient {
  readonly ok: true;
  readonly client: OPCUAClient;
  readonly session: ClientSession;
  readonly files: ClientFiles;
}

/** At most this long for letting go, so that a deploy never waits for a dead link. */
export const CLOSE_MS = 2_000;

/**
 * A new client with a session, or why there is none. node-opcua's own reconnection is switched off: it has failed on
 * real controllers; here a client that lost its link is thrown away. `again` = the link came back during the first try.
 */
export async function openClient(
  settings: OpcuaSettings,
  onLost: () => void,
  again = false
): Promise<OpenClient | TransportError> {
  const wrong = endpointError(settings);
  if (wrong !== undefined) return wrong;
  const opcua = loadClient();
  let files: ClientFiles;
  try {
    files = await openClientFiles(settings.pkiFolder, settings.applicationName);
  } catch (error) {
    const message =
      `the client's certificates in ${settings.pkiFolder} cannot be used: ${safeText(error, [])}. Check the rights ` +
      'of the folder';
    return transportError('OPENOT_OPCUA_PKI', message, 'refused');
  }
  const pinned =
    settings.trust === 'acceptFirst' ? await rememberedThumbprint(settings.pkiFolder, settings.endpoint) : undefined;
  files.manager.automaticallyAcceptUnknownCertificate = settings.trust === 'acceptFirst' && pinned === undefined;
  const secured = settings.securityMode !== 'None';
  const client = opcua.OPCUAClient.create({
    applicationName: settings.applicationName,
    applicationUri: files.applicationUri,
    clientName: settings.applicationName,
    endpointMustExist: false,
    securityMode: opcua.MessageSecurityMode[settings.securityMode],
    securityPolicy: secured ? policyOf(settings.securityPolicy) : opcua.SecurityPolicy.None,
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 1000 },
    keepPendingSessionsOnDisconnect: false,
    keepSessionAlive: true,
    requestedSessionTimeout: settings.sessionTimeoutMs,
    // Our own deadlines come first; these would tear the channel down at the first answer that is late.
    transportTimeout: Math.max(settings.watchdogMs, settings.requestTimeoutMs * 4),
    defaultTransactionTimeout: Math.max(settings.watchdogMs, settings.requestTimeoutMs * 4),
    clientCertificateManager: files.manager,
    certificateFile: files.certificateFile,
    privateKeyFile: files.privateKeyFile
  });
  client.on('connection_lost', onLost);
  client.on('close', onLost);
  try {
    await withProbe('the connection', settings.requestTimeoutMs, settings.endpoint, client.connect(settings.endpoint));
    const changed =
      secured && settings.trust === 'acceptFirst' ? await checkFirst(settings, client, pinned) : undefined;
    if (changed !== undefined) {
      await discard(client, undefined, files);
      return changed;
    }
    const session = await withProbe(
      'the session',
      settings.requestTimeoutMs,
      settings.endpoint,
      client.createSession(identityOf(settings))
    );
    session.on('session_closed', onLost);
    // The only sign of a dead link while nobody reads: node-opcua asks for the server's state two times in a session's
    // time-out.
    session.on('keepalive_failure', onLost);
    return { ok: true, client, session, files };
  } catch (error) {
    const gone = discard(client, undefined, files);
    // It is there now: the back-off of a long outage would sleep through that.
    if (error instanceof LinkBackError && !again) return openClient(settings, onLost, true);
    // A server that is silent does not take part in it, and the pause before the next try must not begin later for
    // that.
    if (!(error instanceof DeadlineError)) await gone;
    const offered = /Cannot find an Endpoint matching/i.test(String(error)) ? await offeredSecurity(settings) : [];
    return openError(error, settings, files.certificateFile, offered);
  }
}

/**
 * Mode and policy of each endpoint that the server offers, for a person who has to choose one; empty where it cannot be
 * asked.
 */
async function offeredSecurity(settings: OpcuaSettings): Promise<string[]> {
  const opcua = loadClient();
  let files: ClientFiles | undefined;
  let client: OPCUAClient | undefined;
  try {
    files = await openClientFiles(settings.pkiFolder, settings.applicationName);
    client = opcua.OPCUAClient.create({
      applicationUri: files.applicationUri,
      endpointMustExist: false,
      connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 1000 },
      transportTimeout: settings.requestTimeoutMs,
      clientCertificateManager: files.manager,
      certificateFile: files.certificateFile,
      privateKeyFile: files.privateKeyFile
    });
    await withDeadline('the connection', settings.requestTimeoutMs, client.connect(settings.endpoint));
    const endpoints = await withDeadline('the list of endpoints', settings.requestTimeoutMs, client.getEndpoints());
    return [
      ...new Set(
        endpoints.map((endpoint) =>
          (
            `${opcua.MessageSecurityMode[endpoint.securityMode]} ` +
            `${endpoint.securityPolicyUri?.split('#')[1] ?? ''}`
          ).trim()
        )
      )
    ];
  } catch {
    return [];
  } finally {
    if (client !== undefined && files !== undefined) await discard(client, undefined, files);
  }
}

/** Lets go of a client, whatever state it is in. Never rejects, at most CLOSE_MS. */
export async function discard(
  client: OPCUAClient,
  session: ClientSession | undefined,
  files: ClientFiles
): Promise<void> {
  const deaf = async (): Promise<void> => {
    client.removeAllListeners('connection_lost');
    client.removeAllListeners('close');
    session?.removeAllListeners('session_closed');
    session?.removeAllListeners('keepalive_failure');
  };
  const letGo = async (): Promise<void> => {
    await deaf().catch(() => undefined);
    const closing = async (): Promise<void> => session?.close(true);
    await closing().catch(() => undefined);
    await client.disconnect();
  };
  await withDeadline('closing', CLOSE_MS, letGo()).catch(() => breakLink(client));
  const dispose = async (): Promise<void> => files.manager.dispose();
  await dispose().catch(() => undefined);
}

/** The socket of a link that does not answer: nothing public ends it at once. */
function breakLink(client: OPCUAClient): void {
  const inner = client as unknown as { _secureChannel?: { forceConnectionBreak?(): void; dispose?(): void } | null };
  try {
    inner._secureChannel?.forceConnectionBreak?.();
  } catch {
    // It was gone already.
  }
}

function policyOf(name: string): string {
  return `http://opcfoundation.org/UA/SecurityPolicy#${name}`;
}

function identityOf(settings: OpcuaSettings): UserIdentityInfo {
  const { UserTokenType } = loadClient();
  if (settings.authentication === 'password')
    return { type: UserTokenType.UserName, userName: settings.user ?? '', password: settings.password ?? '' };
  if (settings.authentication === 'certificate') {
    return {
      type: UserTokenType.Certificate,
      certificateData: derOf(settings.certificate ?? ''),
      privateKey: settings.privateKey ?? ''
    };
  }
  return { type: UserTokenType.Anonymous };
}

/** The DER bytes of a PEM certificate. */
function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, '').replace(/\s+/g, ''), 'base64');
}

/** Accept-first: remembers the certificate met first; another one later is refused before anything secret is sent. */
async function checkFirst(
  settings: OpcuaSettings,
  client: OPCUAClient,
  pinned: string | undefined
): Promise<TransportError | undefined> {
  const chain = client.serverCertificate;
  const certificate = Array.isArray(chain) ? chain[0] : chain;
  if (certificate === undefined) return undefined;
  const thumbprint = thumbprintOf(Buffer.from(certificate));
  if (pinned === undefined) {
    await rememberThumbprint(settings.pkiFolder, settings.endpoint, thumbprint);
    return undefined;
  }
  if (pinned === thumbprint) return undefined;
  const message =
    `${shownEndpoint(settings.endpoint)} shows another certificate than the first time (thumbprint ${thumbprint}, ` +
    `remembered ${pinned}): if the server was given a new one, remove the old entry from ` +
    `${settings.pkiFolder}/first`;
  return transportError('OPENOT_OPCUA_CERTIFICATE_CHANGED', message, 'refused');
}
