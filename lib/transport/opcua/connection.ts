import type { ClientSession } from 'node-opcua';
import { ConnectionState, Opened, SharedConnection, transportError } from '../link';
import { TransportError } from '../transport';
import { OpcuaConnection, OpcuaConnectionState } from './api';
import { openClient } from './client';
import { discard } from './discard';
import { shownEndpoint, unexpectedError } from './errors';
import { tooManySessions } from './open-error';
import { SessionNote } from './session-note';
import { CallResult, SessionQueue } from './session-queue';
import { DEFAULT_OPCUA_SETTINGS, OpcuaSettings } from './settings';

export type { CallResult } from './session-queue';

/**
 * Whoever lets go waits at most this long, in milliseconds; a server that answers needs a fraction. The rest goes on
 * behind.
 */
export const LET_GO_MS = 500;

const CLOSED = transportError('OPENOT_OPCUA_CLOSED', 'the connection was closed', 'reconnect');

/** Asking again at once would keep a full server busy, and brings nothing. */
const BUSY = new Set<string>([
  'OPENOT_OPCUA_SESSION_HELD',
  'OPENOT_OPCUA_TOO_MANY_SESSIONS',
  'OPENOT_OPCUA_TOO_MANY_CONNECTIONS'
]);

/** Milliseconds after which the server ends the session, as it has said. */
const timeoutOf = (session: ClientSession): number => session.timeout;

/** One session of one client, shared. Nothing here throws or rejects, whatever node-opcua does. */
export class SharedOpcuaConnection
  extends SharedConnection<SessionQueue, OpcuaConnectionState>
  implements OpcuaConnection
{
  readonly settings: OpcuaSettings;
  /** Nodes in one Read, at most; learned from the server. */
  maxNodesPerRead = Infinity;
  private clients = 0;
  /** Of the link that was lost: the next client takes it over. */
  private kept: ClientSession | undefined;
  private readonly note: SessionNote;

  constructor(settings: Partial<OpcuaSettings> & Pick<OpcuaSettings, 'endpoint' | 'pkiFolder'>) {
    super(CLOSED, LET_GO_MS);
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    this.settings = { ...DEFAULT_OPCUA_SETTINGS, endpoint: settings.endpoint, pkiFolder: settings.pkiFolder, ...given };
    this.note = new SessionNote(this.settings.pkiFolder, this.settings.endpoint);
  }

  /** Runs one call when all before it are done, with its deadline; `what` it asks for stands in the error's text. */
  async call<T>(work: (session: ClientSession) => Promise<T>, what?: string): Promise<CallResult<T>> {
    return (
      this.link?.call(work, what) ??
      this.error ??
      transportError('OPENOT_OPCUA_SESSION_LOST', `there is no session with ${this.shown}`, 'reconnect')
    );
  }

  unexpected(error: unknown): TransportError {
    const { endpoint, password, privateKey, passphrase } = this.settings;
    return unexpectedError(error, endpoint, [password, privateKey, passphrase]);
  }

  protected stateOf(shared: ConnectionState): OpcuaConnectionState {
    return { ...shared, clients: this.clients };
  }

  protected async open(_signal: AbortSignal, onLost: (error: TransportError) => void): Promise<Opened<SessionQueue>> {
    let isOpen = false;
    this.clients++;
    const { settings, kept } = this;
    const onGone = (): void => {
      const lost = `the connection with ${this.shown} was lost: a new one is built`;
      // What a client tells before it has a session is part of its failure to open one.
      if (isOpen) onLost(transportError('OPENOT_OPCUA_SESSION_LOST', lost, 'reconnect'));
    };
    const opened = await openClient(settings, onGone, kept === undefined ? {} : { session: kept });
    if (!opened.ok) return opened.code === 'OPENOT_OPCUA_TOO_MANY_SESSIONS' ? this.noSession() : opened;
    this.kept = undefined;
    this.maxNodesPerRead = Infinity;
    isOpen = true;
    await this.note.write(timeoutOf(opened.session));
    return { ok: true, link: new SessionQueue(opened, settings, onLost) };
  }

  protected async close(queue: SessionQueue, why: TransportError): Promise<void> {
    queue.close(why);
    const { client, session, files } = queue.open;
    const isKept = why !== CLOSED;
    const gone = discard(client, session, files, isKept);
    if (isKept) {
      this.kept = session;
      await this.note.write(timeoutOf(session), Date.now());
    }
    // Nothing that is said in farewell on a dead connection arrives: that is not waited for.
    if (!queue.isDead) await gone;
    if (!isKept) await this.note.remove();
  }

  /** The session that was kept, if any, is gone with this answer. */
  private async noSession(): Promise<TransportError> {
    this.kept = undefined;
    return tooManySessions(this.shown, this.settings.busyRetryMs, await this.note.heldUntil());
  }

  protected override holdOffMs({ code }: TransportError): number {
    const { busyRetryMs, credentialsRetryMs } = this.settings;
    if (code === 'OPENOT_OPCUA_CREDENTIALS') return credentialsRetryMs;
    return BUSY.has(code) ? busyRetryMs : 0;
  }

  private get shown(): string {
    return shownEndpoint(this.settings.endpoint);
  }
}
