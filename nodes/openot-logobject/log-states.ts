import type { NodeMessage } from 'node-red';
import type { LogError, LogFacts, PollOutcome } from '../../lib/logobject';
import { CodedError } from '../runtime/coded-error';
import type { LogServer } from './server';
import type { LogSettings } from './settings';

/** What one log showed at its last poll. */
export interface LogState {
  readonly endpoint: string;
  readonly stream: string;
  readonly logObject?: string;
  readonly state: 'reading' | 'waiting' | 'outage' | 'refused';
  readonly code?: string;
  readonly detail?: string;
  readonly records: number;
  readonly gaps: number;
  readonly repeated: number;
  readonly pages: number;
  readonly clockOffsetMs?: number;
  readonly clockErrorMs?: number;
  readonly clockStepMs?: number;
  readonly completeTo?: string;
}

/** Where what is said of logs goes. */
export interface StatePorts {
  sendStatus(message: NodeMessage): void;
  onError(error: Error): void;
  onShow(): void;
}

/** What every log of a node showed last: a message of the second output at each change, and every so often. */
export class LogStates {
  private readonly all = new Map<string, LogState>();
  /** When each was sent last, milliseconds of the monotonic clock. */
  private readonly sentMs = new Map<string, number>();

  constructor(
    private readonly settings: Pick<LogSettings, 'clockWarningMs' | 'statusIntervalMs'>,
    private readonly ports: StatePorts
  ) {}

  values(): LogState[] {
    return [...this.all.values()];
  }

  polled(server: LogServer, stream: string, logObject: string, facts: LogFacts, outcome: PollOutcome): void {
    const before = this.all.get(stream);
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
      records: (before?.records ?? 0) + outcome.records.length,
      gaps: (before?.gaps ?? 0) + outcome.gaps.length,
      repeated: (before?.repeated ?? 0) + outcome.repeated,
      pages: (before?.pages ?? 0) + outcome.pages,
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
      ...{ records: 0, gaps: 0, repeated: 0, pages: 0 },
      ...before,
      endpoint: server.ports.endpoint,
      stream,
      ...(logObject === undefined ? {} : { logObject }),
      state: error.remedy === 'refused' ? 'refused' : 'outage',
      code: error.code,
      detail: error.message
    });
  }

  note(stream: string, notice: string): void {
    this.ports.sendStatus({ topic: stream, payload: { stream, state: 'notice', notice } });
  }

  private report(state: LogState): void {
    const before = this.all.get(state.stream);
    this.all.set(state.stream, state);
    this.ports.onShow();
    const { state: is, code, gaps } = state;
    const isChanged = before === undefined || before.state !== is || before.code !== code || before.gaps !== gaps;
    const now = performance.now();
    if (!isChanged && now - (this.sentMs.get(state.stream) ?? 0) < this.settings.statusIntervalMs) return;
    this.sentMs.set(state.stream, now);
    this.ports.sendStatus({ topic: state.stream, payload: state });
  }
}
