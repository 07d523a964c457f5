import type { ClientSession } from 'node-opcua';
import { TransportError } from '../transport';
import { OpcuaConnection, OpcuaConnectionState } from './api';
import { CallLine, CallResult } from './call-line';
import { discard, OpenClient, openClient } from './client';
import { withDeadline } from '../../base/deadline';
import { shownEndpoint, transportError, unexpectedError } from './errors';
import { DEFAULT_OPCUA_SETTINGS, OpcuaSettings } from './settings';

export type { CallResult } from './call-line';

/**
 * Whoever lets go waits at most this long, in milliseconds; a server that answers needs a fraction. The rest goes on
 * behind.
 */
export const LET_GO_MS = 500;

const closed = (): TransportError => transportError('OPENOT_OPCUA_CLOSED', 'the connection was closed', 'reconnect');

/**
 * One session, shared: opened when the first reader asks, closed when the last one lets go. Nothing here throws or
 * rejects, whatever node-opcua does, and letting go never waits for a server that is silent.
 */
export class SharedConnection implements OpcuaConnection {
  readonly settings: OpcuaSettings;
  /** Nodes in one Read, at most; learned from the server. */
  maxNodesPerRead = Infinity;
  /** Each with what sends it away while it still waits for the session. */
  private readonly holders = new Map<object, () => void>();
  private readonly listeners = new Set<(state: OpcuaConnectionState) => void>();
  private line: CallLine | undefined;
  private opening: Promise<CallLine | TransportError> | undefined;
  private closing: Promise<void> = Promise.resolve();
  private error: TransportError | undefined;
  private clients = 0;
  /** Of the monotonic clock. */
  private notBeforeMs = 0;
  private generation = 0;
  private destroyed = false;

  constructor(settings: Partial<OpcuaSettings> & Pick<OpcuaSettings, 'endpoint' | 'pkiFolder'>) {
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    this.settings = { ...DEFAULT_OPCUA_SETTINGS, endpoint: settings.endpoint, pkiFolder: settings.pkiFolder, ...given };
  }

  state(): OpcuaConnectionState {
    const state =
      this.line !== undefined
        ? 'connected'
        : this.opening !== undefined
          ? 'connecting'
          : this.error !== undefined
            ? 'failed'
            : 'closed';
    return {
      state,
      ...(this.error === undefined || state === 'connected' ? {} : { error: this.error }),
      holders: this.holders.size,
      clients: this.clients
    };
  }

  onState(listener: (state: OpcuaConnectionState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Number of the session; a transport resolves its nodes anew when it has changed. 0 = none is open. */
  get session(): number {
    return this.line === undefined ? 0 : this.generation;
  }

  /** Takes hold and opens the session if there is none. Answers at once when the holder lets go meanwhile. */
  async acquire(holder: object): Promise<CallResult<number>> {
    if (this.destroyed) return closed();
    this.holders.get(holder)?.();
    const sentAway = new Promise<TransportError>((resolve) => this.holders.set(holder, () => resolve(closed())));
    if (this.line !== undefined) return { ok: true, value: this.generation };
    if (performance.now() < this.notBeforeMs && this.error !== undefined) return this.error;
    this.opening ??= this.openNow();
    this.tell();
    const opened = await Promise.race([this.opening, sentAway]);
    return opened instanceof CallLine ? { ok: true, value: this.generation } : opened;
  }

  /** Lets go; the last one closes the session. */
  async release(holder: object): Promise<void> {
    this.holders.get(holder)?.();
    if (!this.holders.delete(holder)) return;
    if (this.holders.size > 0) return this.tell();
    await this.letGo();
  }

  async destroy(): Promise<void> {
    this.destroyed = true;
    await this.letGo();
  }

  /** Runs one call when all before it are done, with its deadline. */
  async call<T>(work: (session: ClientSession) => Promise<T>): Promise<CallResult<T>> {
    return (
      this.line?.call(work) ??
      this.error ??
      transportError(
        'OPENOT_OPCUA_SESSION_LOST',
        `there is no session with ${shownEndpoint(this.settings.endpoint)}`,
        'reconnect'
      )
    );
  }

  private async letGo(): Promise<void> {
    for (const sendAway of this.holders.values()) sendAway();
    this.holders.clear();
    const { opening } = this;
    this.drop(closed());
    this.error = undefined;
    this.tell();
    // A client that is just being opened does not outlive its last holder either: openNow discards it.
    await withDeadline('closing', LET_GO_MS, Promise.all([opening, this.closing])).catch(() => undefined);
    this.tell();
  }

  private async openNow(): Promise<CallLine | TransportError> {
    let line: CallLine | undefined;
    let opened: OpenClient | TransportError;
    const onLost = (): void => {
      if (line !== undefined)
        this.lost(
          line,
          transportError(
            'OPENOT_OPCUA_SESSION_LOST',
            `the connection with ${shownEndpoint(this.settings.endpoint)} was lost: a new one is built`,
            'reconnect'
          )
        );
    };
    try {
      await this.closing;
      this.clients++;
      opened = await openClient(this.settings, onLost);
    } catch (error) {
      opened = unexpectedError(error, this.settings.endpoint, [this.settings.password, this.settings.privateKey]);
    } finally {
      // Whatever happened: the next one who asks opens anew.
      this.opening = undefined;
    }
    if (!opened.ok) {
      this.error = opened;
      // Sessions that leaked end with their time-out; asking sooner keeps them from none but ourselves.
      if (opened.code === 'OPENOT_OPCUA_TOO_MANY_SESSIONS')
        this.notBeforeMs = performance.now() + this.settings.sessionTimeoutMs;
      this.tell();
      return opened;
    }
    if (this.holders.size === 0) {
      this.closing = discard(opened.client, opened.session, opened.files);
      await this.closing;
      this.tell();
      return closed();
    }
    const made = new CallLine(opened, this.settings, (error) => this.lost(made, error));
    this.line = line = made;
    this.generation++;
    this.maxNodesPerRead = Infinity;
    this.error = undefined;
    this.tell();
    return made;
  }

  private lost(line: CallLine, error: TransportError): void {
    if (this.line !== line) return;
    this.drop(error);
    this.error = error;
    this.tell();
  }

  /** Lets go of the client at once; its closing goes on behind, and is waited for before a new one is opened. */
  private drop(why: TransportError): void {
    const { line } = this;
    if (line === undefined) return;
    this.line = undefined;
    line.close(why);
    const { client, session, files } = line.open;
    const gone = discard(client, session, files);
    this.closing = line.isDead ? Promise.resolve() : gone;
  }

  private tell(): void {
    const state = this.state();
    for (const listener of [...this.listeners]) {
      try {
        listener(state);
      } catch {
        // What a listener makes of it is its own affair: it must not end a call of somebody else.
      }
    }
  }
}
