import type { ClientSession } from 'node-opcua';
import { ConnectionState, Opened, SharedConnection, transportError } from '../link';
import { TransportError } from '../transport';
import { OpcuaConnection, OpcuaConnectionState } from './api';
import { discard, openClient } from './client';
import { shownEndpoint, unexpectedError } from './errors';
import { CallResult, SessionQueue } from './session-queue';
import { DEFAULT_OPCUA_SETTINGS, OpcuaSettings } from './settings';

export type { CallResult } from './session-queue';

/**
 * Whoever lets go waits at most this long, in milliseconds; a server that answers needs a fraction. The rest goes on
 * behind.
 */
export const LET_GO_MS = 500;

const CLOSED = transportError('OPENOT_OPCUA_CLOSED', 'the connection was closed', 'reconnect');

/** One session of one client, shared. Nothing here throws or rejects, whatever node-opcua does. */
export class SharedOpcuaConnection
  extends SharedConnection<SessionQueue, OpcuaConnectionState>
  implements OpcuaConnection
{
  readonly settings: OpcuaSettings;
  /** Nodes in one Read, at most; learned from the server. */
  maxNodesPerRead = Infinity;
  private clients = 0;

  constructor(settings: Partial<OpcuaSettings> & Pick<OpcuaSettings, 'endpoint' | 'pkiFolder'>) {
    super(CLOSED, LET_GO_MS);
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    this.settings = { ...DEFAULT_OPCUA_SETTINGS, endpoint: settings.endpoint, pkiFolder: settings.pkiFolder, ...given };
  }

  /** Runs one call when all before it are done, with its deadline. */
  async call<T>(work: (session: ClientSession) => Promise<T>): Promise<CallResult<T>> {
    return (
      this.link?.call(work) ??
      this.error ??
      transportError('OPENOT_OPCUA_SESSION_LOST', `there is no session with ${this.shown}`, 'reconnect')
    );
  }

  unexpected(error: unknown): TransportError {
    const { endpoint, password, privateKey } = this.settings;
    return unexpectedError(error, endpoint, [password, privateKey]);
  }

  protected stateOf(shared: ConnectionState): OpcuaConnectionState {
    return { ...shared, clients: this.clients };
  }

  protected async open(_signal: AbortSignal, onLost: (error: TransportError) => void): Promise<Opened<SessionQueue>> {
    let isOpen = false;
    this.clients++;
    const opened = await openClient(this.settings, () => {
      const lost = `the connection with ${this.shown} was lost: a new one is built`;
      // What a client tells before it has a session is part of its failure to open one.
      if (isOpen) onLost(transportError('OPENOT_OPCUA_SESSION_LOST', lost, 'reconnect'));
    });
    if (!opened.ok) return opened;
    this.maxNodesPerRead = Infinity;
    isOpen = true;
    return { ok: true, link: new SessionQueue(opened, this.settings, onLost) };
  }

  protected close(queue: SessionQueue, why: TransportError): Promise<unknown> {
    queue.close(why);
    const { client, session, files } = queue.open;
    const gone = discard(client, session, files);
    return queue.isDead ? Promise.resolve() : gone;
  }

  /** Sessions that leaked end with their time-out; asking sooner keeps them from none but ourselves. */
  protected override holdOffMs({ code }: TransportError): number {
    return code === 'OPENOT_OPCUA_TOO_MANY_SESSIONS' ? this.settings.sessionTimeoutMs : 0;
  }

  private get shown(): string {
    return shownEndpoint(this.settings.endpoint);
  }
}
