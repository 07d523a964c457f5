import type { ClientSession, OPCUAClient } from 'node-opcua';
import { withDeadline } from '../../base/deadline';
import { ClientFiles } from './client-files';

/** At most this long for letting go, so that a deploy never waits for a dead link. */
export const CLOSE_MS = 2_000;

/**
 * Lets go of a client, whatever state it is in. Its session is closed, or left to the server when it is to be taken
 * over by another client. Never rejects, at most CLOSE_MS.
 */
export async function discard(
  client: OPCUAClient,
  session: ClientSession | undefined,
  files: ClientFiles,
  keepSession = false
): Promise<void> {
  const deaf = async (): Promise<void> => {
    client.removeAllListeners('connection_lost');
    client.removeAllListeners('close');
    session?.removeAllListeners('session_closed');
    session?.removeAllListeners('keepalive_failure');
  };
  const letGo = async (): Promise<void> => {
    await deaf().catch(() => undefined);
    const inner = client as unknown as { keepPendingSessionsOnDisconnect: boolean };
    inner.keepPendingSessionsOnDisconnect = keepSession;
    const closing = async (): Promise<void> => (keepSession ? rest(session) : session?.close(true));
    await closing().catch(() => undefined);
    await client.disconnect();
  };
  await withDeadline('closing', CLOSE_MS, letGo()).catch(() => breakLink(client));
  const dispose = async (): Promise<void> => files.manager.dispose();
  await dispose().catch(() => undefined);
}

/** A session without a client asks nothing by itself. */
function rest(session: ClientSession | undefined): void {
  (session as unknown as { stopKeepAliveManager?(): void } | undefined)?.stopKeepAliveManager?.();
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
