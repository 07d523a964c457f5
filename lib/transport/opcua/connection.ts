import type { ClientSession } from 'node-opcua';
import { TransportError } from '../transport';
import { OpcuaConnection, OpcuaConnectionState } from './api';
import { discard, OpenClient, openClient } from './client';
import { DeadlineError, withDeadline } from './deadline';
import { isSessionGone, readError, shownEndpoint, textOf, transportError, unexpectedError } from './errors';
import { DEFAULT_OPCUA_SETTINGS, OpcuaSettings } from './settings';

/** node-opcua's own time-out of a request, which is longer than ours. */
const isUnanswered = (error: unknown): boolean => /Transaction has timed out/i.test(textOf(error));

/** What a call came to, or the error with its remedy. */
export type CallResult<T> = { readonly ok: true; readonly value: T } | TransportError;

/**
 * One session, shared: opened when the first reader asks, closed when the last one lets go. One request of ours is in
 * flight per session: some controllers count the items of all outstanding requests against one small limit. So after a
 * time-out the next call waits for the late answer, at most another time-out long; when it does not come, the client is
 * thrown away with the request that it still has out. Nothing here throws or rejects, whatever node-opcua does.
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
  /** Of the call that ran into its time-out last: whether an answer came after all. Never rejects. */
  private late: Promise<boolean> | undefined;
  /** Of the monotonic clock: a wall clock that is set would hold the watchdog back, or set it off. */
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
    if (performance.now() < this.notBeforeMs && this.error !== undefined) return this.error;
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
    const { settings } = this;
    try {
      await this.awaitLate();
      const { open } = this;
      if (open === undefined) return this.error ?? transportError('OPENOT_OPCUA_SESSION_LOST', `there is no session with ${shownEndpoint(settings.endpoint)}`, 'reconnect');
      return await this.callIn(open, work);
    } catch (error) {
      return this.unexpected(error);
    }
  }

  private async callIn<T>(open: OpenClient, work: (session: ClientSession) => Promise<T>): Promise<CallResult<T>> {
    const { settings } = this;
    let answer: Promise<T> | undefined;
    try {
      answer = work(open.session);
      const value = await withDeadline('the server', settings.requestTimeoutMs, answer);
      this.lastGoodMs = performance.now();
      return { ok: true, value };
    } catch (error) {
      if (error instanceof DeadlineError || isUnanswered(error)) {
        this.late = answer?.then(() => true, (failure: unknown) => !isUnanswered(failure));
        return this.unanswered(open);
      }
      const failed = readError(error, settings.endpoint, this.secrets());
      if (isSessionGone(error)) this.lost(open, failed);
      return failed;
    }
  }

  /** Waits, bounded, for the answer to the call that timed out. Without one the client is thrown away. */
  private async awaitLate(): Promise<void> {
    const { late, open } = this;
    if (late === undefined || open === undefined) return;
    const answered = await withDeadline('the server', this.settings.requestTimeoutMs, late).catch(() => false);
    if (!answered) return void this.silent(open);
    this.late = undefined;
    this.lastGoodMs = performance.now();
  }

  private unanswered(open: OpenClient): TransportError {
    if (performance.now() - this.lastGoodMs >= this.settings.watchdogMs) return this.silent(open);
    const { endpoint, requestTimeoutMs } = this.settings;
    return transportError('OPENOT_OPCUA_TIMEOUT', `${shownEndpoint(endpoint)} did not answer within ${requestTimeoutMs} ms: smaller Reads are tried`, 'smaller');
  }

  private silent(open: OpenClient): TransportError {
    const { endpoint, requestTimeoutMs, watchdogMs } = this.settings;
    const bounds = `a call within ${2 * requestTimeoutMs} ms, or anything within ${watchdogMs} ms`;
    const error = transportError('OPENOT_OPCUA_SILENT', `${shownEndpoint(endpoint)} did not answer ${bounds}: the connection is built anew`, 'reconnect');
    this.lost(open, error);
    return error;
  }

  private unexpected(error: unknown): TransportError {
    return unexpectedError(error, this.settings.endpoint, this.secrets());
  }

  private secrets(): Array<string | undefined> {
    return [this.settings.password, this.settings.privateKey];
  }

  private async openNow(): Promise<OpenClient | TransportError> {
    let client: OpenClient | undefined;
    let opened: OpenClient | TransportError;
    const onLost = (): void => {
      if (client !== undefined) this.lost(client, transportError('OPENOT_OPCUA_SESSION_LOST', `the connection with ${shownEndpoint(this.settings.endpoint)} was lost: a new one is built`, 'reconnect'));
    };
    try {
      await this.closing;
      this.clients++;
      opened = await openClient(this.settings, onLost);
    } catch (error) {
      opened = this.unexpected(error);
    } finally {
      // Whatever happened: the next one who asks opens anew.
      this.opening = undefined;
    }
    if (opened.ok) {
      client = opened;
      if (this.holders.size === 0) {
        await discard(opened.client, opened.session, opened.files);
        return transportError('OPENOT_OPCUA_CLOSED', 'the connection was closed while it was opened', 'reconnect');
      }
      this.open = opened;
      this.generation++;
      this.late = undefined;
      this.lastGoodMs = performance.now();
      this.maxNodesPerRead = Infinity;
      this.error = undefined;
    } else {
      this.error = opened;
      // Sessions that leaked end with their time-out; asking sooner keeps them from none but ourselves.
      if (opened.code === 'OPENOT_OPCUA_TOO_MANY_SESSIONS') this.notBeforeMs = performance.now() + this.settings.sessionTimeoutMs;
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
    this.late = undefined;
    this.closing = discard(open.client, open.session, open.files);
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
