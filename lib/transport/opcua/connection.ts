import type { ClientSession } from 'node-opcua';
import { TransportError } from '../transport';
import { OpcuaConnection, OpcuaConnectionState } from './api';
import { discard, OpenClient, openClient } from './client';
import { DeadlineError, withDeadline } from './deadline';
import { isSessionGone, readError, shownEndpoint, transportError } from './errors';
import { DEFAULT_OPCUA_SETTINGS, OpcuaSettings } from './settings';

/** Calls in a row that may go unanswered before the client is thrown away, also when the watchdog's time is not up. */
const SILENT_CALLS = 3;

/** What a call came to, or the error with its remedy. */
export type CallResult<T> = { readonly ok: true; readonly value: T } | TransportError;

/**
 * One session, shared: opened when the first reader asks, closed when the last one lets go. Calls go one after the
 * other: some controllers count the items of all outstanding requests against one small limit.
 */
export class SharedConnection implements OpcuaConnection {
  readonly settings: OpcuaSettings;
  /** Nodes in one Read, at most; learned from the server. */
  maxNodesPerRead = Infinity;
  private readonly holders = new Set<object>();
  private readonly listeners = new Set<(state: OpcuaConnectionState) => void>();
  private open: OpenClient | undefined;
  private opening: Promise<OpenClient | TransportError> | undefined;
  private closing: Promise<void> = Promise.resolve();
  private queue: Promise<unknown> = Promise.resolve();
  private error: TransportError | undefined;
  private clients = 0;
  private silentCalls = 0;
  private lastGoodMs = 0;
  private notBeforeMs = 0;
  private generation = 0;

  constructor(settings: Partial<OpcuaSettings> & Pick<OpcuaSettings, 'endpoint' | 'pkiFolder'>) {
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    this.settings = { ...DEFAULT_OPCUA_SETTINGS, endpoint: settings.endpoint, pkiFolder: settings.pkiFolder, ...given };
  }

  state(): OpcuaConnectionState {
    const state = this.open !== undefined ? 'connected' : this.opening !== undefined ? 'connecting' : this.error !== undefined ? 'failed' : 'closed';
    return { state, ...(this.error === undefined || state === 'connected' ? {} : { error: this.error }), holders: this.holders.size, clients: this.clients };
  }

  onState(listener: (state: OpcuaConnectionState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Number of the session; a transport resolves its nodes anew when it has changed. 0 = none is open. */
  get session(): number {
    return this.open === undefined ? 0 : this.generation;
  }

  /** Takes hold and opens the session if there is none. */
  async acquire(holder: object): Promise<CallResult<number>> {
    this.holders.add(holder);
    if (this.open !== undefined) return { ok: true, value: this.generation };
    if (Date.now() < this.notBeforeMs && this.error !== undefined) return this.error;
    this.opening ??= this.openNow();
    this.tell();
    const opened = await this.opening;
    return opened.ok ? { ok: true, value: this.generation } : opened;
  }

  /** Lets go; the last one closes the session. */
  async release(holder: object): Promise<void> {
    if (!this.holders.delete(holder)) return;
    if (this.holders.size > 0) return this.tell();
    await this.destroy();
  }

  async destroy(): Promise<void> {
    this.holders.clear();
    const opening = this.opening;
    this.drop();
    this.error = undefined;
    // A client that is just being opened must not outlive its last holder.
    if (opening !== undefined) await withDeadline('opening', 2_000, opening).catch(() => undefined);
    await this.closing;
    this.tell();
  }

  /** Runs one call when all before it are done, with its deadline. */
  call<T>(work: (session: ClientSession) => Promise<T>): Promise<CallResult<T>> {
    const turn = this.queue.then(() => this.callNow(work));
    this.queue = turn;
    return turn;
  }

  private async callNow<T>(work: (session: ClientSession) => Promise<T>): Promise<CallResult<T>> {
    const { open, settings } = this;
    const at = shownEndpoint(settings.endpoint);
    if (open === undefined) return this.error ?? transportError('OPENOT_OPCUA_SESSION_LOST', `there is no session with ${at}`, 'reconnect');
    try {
      const value = await withDeadline('the server', settings.requestTimeoutMs, work(open.session));
      this.silentCalls = 0;
      this.lastGoodMs = Date.now();
      return { ok: true, value };
    } catch (error) {
      if (error instanceof DeadlineError || /Transaction has timed out|timeout/i.test((error as Error).message)) return this.silent(open, at);
      const failed = readError(error, settings.endpoint, [settings.password, settings.privateKey]);
      // An answer is an answer: the link is alive, whatever it says.
      if (isSessionGone(error)) this.lost(open, failed);
      else this.silentCalls = 0;
      return failed;
    }
  }

  private silent(open: OpenClient, at: string): TransportError {
    this.silentCalls++;
    const ms = this.settings.requestTimeoutMs;
    if (this.silentCalls >= SILENT_CALLS || Date.now() - this.lastGoodMs >= this.settings.watchdogMs) {
      const error = transportError('OPENOT_OPCUA_SILENT', `${at} left ${this.silentCalls} calls in a row unanswered (${ms} ms each): the connection is built anew`, 'reconnect');
      this.lost(open, error);
      return error;
    }
    return transportError('OPENOT_OPCUA_TIMEOUT', `${at} did not answer within ${ms} ms: smaller Reads are tried`, 'smaller');
  }

  private async openNow(): Promise<OpenClient | TransportError> {
    await this.closing;
    this.clients++;
    let client: OpenClient | undefined;
    const opened = await openClient(this.settings, () => {
      if (client !== undefined) this.lost(client, transportError('OPENOT_OPCUA_SESSION_LOST', `the connection with ${shownEndpoint(this.settings.endpoint)} was lost: a new one is built`, 'reconnect'));
    });
    this.opening = undefined;
    if (opened.ok) {
      client = opened;
      if (this.holders.size === 0) {
        await discard(opened.client, opened.session, opened.files);
        return transportError('OPENOT_OPCUA_CLOSED', 'the connection was closed while it was opened', 'reconnect');
      }
      this.open = opened;
      this.generation++;
      this.silentCalls = 0;
      this.lastGoodMs = Date.now();
      this.maxNodesPerRead = Infinity;
      this.error = undefined;
    } else {
      this.error = opened;
      // Sessions that leaked end with their time-out; asking sooner keeps them from none but ourselves.
      if (opened.code === 'OPENOT_OPCUA_TOO_MANY_SESSIONS') this.notBeforeMs = Date.now() + this.settings.sessionTimeoutMs;
    }
    this.tell();
    return opened;
  }

  private lost(open: OpenClient, error: TransportError): void {
    if (this.open !== open) return;
    this.drop();
    this.error = error;
    this.tell();
  }

  private drop(): void {
    const { open } = this;
    if (open === undefined) return;
    this.open = undefined;
    this.closing = discard(open.client, open.session, open.files);
  }

  private tell(): void {
    const state = this.state();
    for (const listener of this.listeners) listener(state);
  }
}
