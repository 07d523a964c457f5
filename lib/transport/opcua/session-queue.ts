import { errorText } from '../../base';
import type { ClientSession } from 'node-opcua';
import { CancelScope, transportError } from '../link';
import { TransportError } from '../transport';
import { OpenClient } from './client';
import { DeadlineError } from '../../base/deadline';
import { callError, isSessionGone, shownEndpoint, unexpectedError } from './errors';
import { LinkBackError, withProbe } from './reachability-probe';
import { OpcuaSettings } from './settings';

/** What a call came to, or the error with its remedy. */
export type CallResult<T> = { readonly ok: true; readonly value: T } | TransportError;

/** node-opcua's own time-out of a request, which is longer than ours. */
const isUnanswered = (error: unknown): boolean => /Transaction has timed out/i.test(errorText(error));

/**
 * The calls of one session, one after the other. One request of ours is in flight per session: some controllers count
 * the items of all outstanding requests against one small limit. So after a time-out the next call waits for the late
 * answer, at most another time-out long; when it does not come, the session is given up (`onGone`) together with the
 * request that it still has out. Nothing here throws or rejects, whatever node-opcua does.
 */
export class SessionQueue {
  private queue: Promise<unknown> = Promise.resolve();
  /** Of the call that ran into its time-out last: whether an answer came after all. Never rejects. */
  private late: Promise<boolean> | undefined;
  /** Of the monotonic clock: a wall clock that is set would hold the watchdog back, or set it off. */
  private lastGoodMs = performance.now();
  private readonly scope = new CancelScope();
  /** The connection itself is dead: nothing that is said on it in farewell arrives. */
  isDead = false;

  constructor(
    readonly open: OpenClient,
    private readonly settings: OpcuaSettings,
    private readonly onGone: (error: TransportError) => void
  ) {}

  /** Runs one call when all before it are done, with its deadline; `what` it asks for stands in the error's text. */
  call<T>(work: (session: ClientSession) => Promise<T>, what = 'a Read'): Promise<CallResult<T>> {
    const turn = this.queue.then(() => this.callNow(work, what));
    this.queue = turn;
    return this.scope.orCancelled(turn);
  }

  /** The session is let go of: whoever waits for an answer gets this one at once. */
  close(error: TransportError): void {
    this.scope.cancel(error);
  }

  private async callNow<T>(work: (session: ClientSession) => Promise<T>, what: string): Promise<CallResult<T>> {
    try {
      await this.awaitLate();
      return this.scope.cancelled ?? (await this.ask(work, what));
    } catch (error) {
      return unexpectedError(error, this.settings.endpoint, this.secrets());
    }
  }

  private async ask<T>(work: (session: ClientSession) => Promise<T>, what: string): Promise<CallResult<T>> {
    const { settings } = this;
    let answer: Promise<T> | undefined;
    try {
      answer = work(this.open.session);
      const value = await withProbe('the server', settings.requestTimeoutMs, settings.endpoint, answer);
      this.lastGoodMs = performance.now();
      return { ok: true, value };
    } catch (error) {
      if (error instanceof LinkBackError) return this.linkBack();
      if (error instanceof DeadlineError || isUnanswered(error)) {
        this.late = answer?.then(
          () => true,
          (failure: unknown) => !isUnanswered(failure)
        );
        return this.unanswered();
      }
      const failed = callError(error, settings.endpoint, this.secrets(), what);
      if (isSessionGone(error)) this.gone(failed);
      return failed;
    }
  }

  /** Waits, bounded, for the answer to the call that timed out. Without one the session is given up. */
  private async awaitLate(): Promise<void> {
    const { late } = this;
    if (late === undefined || this.scope.cancelled !== undefined) return;
    const { requestTimeoutMs, endpoint } = this.settings;
    const answered = await withProbe('the server', requestTimeoutMs, endpoint, late).catch((error: unknown) =>
      error instanceof LinkBackError ? 'linkBack' : false
    );
    if (answered === 'linkBack') return void this.linkBack();
    if (!answered) return void this.silent();
    this.late = undefined;
    this.lastGoodMs = performance.now();
  }

  private unanswered(): TransportError {
    if (performance.now() - this.lastGoodMs >= this.settings.watchdogMs) return this.silent();
    const { endpoint, requestTimeoutMs } = this.settings;
    return transportError(
      'OPENOT_OPCUA_TIMEOUT',
      `${shownEndpoint(endpoint)} did not answer within ${requestTimeoutMs} ms: smaller Reads are tried`,
      'smaller'
    );
  }

  private silent(): TransportError {
    const { endpoint, requestTimeoutMs, watchdogMs } = this.settings;
    const bounds = `a call within ${2 * requestTimeoutMs} ms, or anything within ${watchdogMs} ms`;
    return this.gone(
      transportError(
        'OPENOT_OPCUA_SILENT',
        `${shownEndpoint(endpoint)} did not answer ${bounds}: the connection is built anew`,
        'reconnect'
      )
    );
  }

  private linkBack(): TransportError {
    const at = shownEndpoint(this.settings.endpoint);
    this.isDead = true;
    return this.gone(
      transportError(
        'OPENOT_OPCUA_SESSION_LOST',
        `the link to ${at} was dead and is back, but not the connection from before: a new one is built`,
        'reconnect'
      )
    );
  }

  private gone(error: TransportError): TransportError {
    this.scope.cancel(error);
    this.onGone(error);
    return error;
  }

  private secrets(): Array<string | undefined> {
    return [this.settings.password, this.settings.privateKey, this.settings.passphrase];
  }
}
