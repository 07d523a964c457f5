import type { NodeMessage } from 'node-red';
import type { LogError, LogFacts, PollOutcome } from '../../lib/logobject';
import { CodedError } from '../runtime/coded-error';
import type { Entry } from './log-progress';
import type { LogServer } from './server';
import type { LogSettings } from './settings';

/** Counts of one log since its node was started. */
interface LogTotals {
  /** Records that were handed on, again too where something behind the node refused them. */
  readonly records: number;
  /** Spans in which records may be missing. */
  readonly gaps: number;
  /** Records that came again, and were not handed on again. */
  readonly repeated: number;
  readonly pages: number;
}

const NOTHING: LogTotals = { records: 0, gaps: 0, repeated: 0, pages: 0 };

/** What one log showed at its last poll. */
export interface LogState {
  readonly endpoint: string;
  readonly stream: string;
  readonly logObject?: string;
  readonly state: 'reading' | 'waiting' | 'outage' | 'refused';
  readonly code?: string;
  readonly detail?: string;
  readonly totals: LogTotals;
  /** When the node began to count: nanoseconds since 1970, decimal text. */
  readonly sinceNs: string;
  readonly clockOffsetMs?: number;
  readonly clockErrorMs?: number;
  readonly clockStepMs?: number;
  readonly completeTo?: string;
}

/** Where what is said of logs goes. */
export interface StatePorts {
  sendStatus(message: NodeMessage): void;
  nowNs(): bigint;
  onError(error: Error): void;
  onShow(): void;
}

/** What every log of a node showed last: a message of the second output at each change, and every so often. */
export class LogStates {
  private readonly all = new Map<string, LogState>();
  /** When each was sent last, milliseconds of the monotonic clock. */
  private readonly sentMs = new Map<string, number>();
  private readonly totals = new Map<string, LogTotals>();
  private readonly sinceNs: string;

  constructor(
    private readonly settings: Pick<LogSettings, 'clockWarningMs' | 'statusIntervalMs'>,
    private readonly ports: StatePorts
  ) {
    this.sinceNs = ports.nowNs().toString();
  }

  values(): LogState[] {
    return [...this.all.values()];
  }

  /** Documents of a log are handed on. */
  handed(stream: string, documents: readonly Entry[]): void {
    const records = documents.filter(({ kind }) => kind === 'log').length;
    this.count(stream, { records, gaps: documents.length - records });
  }

  private count(stream: string, more: Partial<LogTotals>): void {
    const { records, gaps, repeated, pages } = this.totals.get(stream) ?? NOTHING;
    this.totals.set(stream, {
      records: records + (more.records ?? 0),
      gaps: gaps + (more.gaps ?? 0),
      repeated: repeated + (more.repeated ?? 0),
      pages: pages + (more.pages ?? 0)
    });
  }

  polled(server: LogServer, stream: string, logObject: string, facts: LogFacts, outcome: PollOutcome): void {
    this.count(stream, { repeated: outcome.repeated, pages: outcome.pages });
    const { offsetMs, errorMs, stepMs } = facts.clock;
    const isOff = Math.abs(offsetMs) > this.settings.clockWarningMs + errorMs;
    const error = errorMs.toFixed(1);
    const detail = `the device's clock is ${Math.round(offsetMs)} ms beside this machine's (error ${error} ms)`;
    this.report({
      endpoint: server.ports.endpoint,
      stream,
      logObject,
      state: 'reading',
      ...(isOff ? { code: 'OPENOT_LOG_CLOCK', detail } : {}),
      ...this.counts(stream),
      clockOffsetMs: offsetMs,
      clockErrorMs: errorMs,
      clockStepMs: stepMs,
      completeTo: outcome.position.completeTo.toString()
    });
  }

  failed(server: LogServer, stream: string, logObject: string | undefined, error: LogError): void {
    const before = this.all.get(stream);
    if (before?.code !== error.code) this.ports.onError(new CodedError(error.code, error.message));
    if (error.code === 'OPENOT_LOG_NONE' || error.code === 'OPENOT_LOG_NOT_IMPLEMENTED') server.forget();
    this.report({
      ...before,
      ...this.counts(stream),
      endpoint: server.ports.endpoint,
      stream,
      ...(logObject === undefined ? {} : { logObject }),
      state: error.remedy === 'refused' ? 'refused' : 'outage',
      code: error.code,
      detail: error.message
    });
  }

  private counts(stream: string): Pick<LogState, 'totals' | 'sinceNs'> {
    return { totals: this.totals.get(stream) ?? NOTHING, sinceNs: this.sinceNs };
  }

  note(stream: string, notice: string): void {
    this.ports.sendStatus({ topic: stream, payload: { stream, state: 'notice', notice } });
  }

  private report(state: LogState): void {
    const before = this.all.get(state.stream);
    this.all.set(state.stream, state);
    this.ports.onShow();
    const { state: is, code, totals, stream } = state;
    const isChanged =
      before === undefined || before.state !== is || before.code !== code || before.totals.gaps !== totals.gaps;
    const now = performance.now();
    if (!isChanged && now - (this.sentMs.get(state.stream) ?? 0) < this.settings.statusIntervalMs) return;
    this.sentMs.set(state.stream, now);
    this.ports.sendStatus({ topic: stream, payload: state, openot: { stream } } as NodeMessage);
  }
}
