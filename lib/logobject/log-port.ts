import type { OpenotCode } from '../base';
import type { ClockOffset } from './clock';
import type { LogRecord } from './model';

/**
 * What to do about a call that failed: `smaller` fewer records at a time; `fewerFields` without optional fields;
 * `startOver` the poll from its beginning; `later` at the next poll; `refused` a person has to change something.
 */
export type LogRemedy = 'smaller' | 'fewerFields' | 'startOver' | 'later' | 'refused';

/** A call that failed, as a value. */
export interface LogError {
  readonly ok: false;
  readonly code: OpenotCode;
  readonly message: string;
  readonly remedy: LogRemedy;
  /** Of a page whose bytes cannot be read to their end: the records before that place. */
  readonly page?: LogPage;
}

/** Arguments of GetRecords; times in ticks, both ends included. */
export interface LogRequest {
  readonly start: bigint;
  readonly end: bigint;
  readonly maxRecords: number;
  readonly minimumSeverity: number;
  readonly fields: number;
  /** null: the first page. */
  readonly continuationPoint: Uint8Array | null;
}

/** What GetRecords answered. */
export interface LogPage {
  readonly ok: true;
  readonly records: readonly LogRecord[];
  /** null or empty: there is no more. */
  readonly continuationPoint: Uint8Array | null;
  /** URIs of the server's namespaces, by index. */
  readonly namespaces: readonly string[];
}

/** What the server says of itself before a poll. */
export interface LogFacts {
  readonly ok: true;
  /** Its CurrentTime, in ticks: nothing newer is asked for. */
  readonly deviceTicks: bigint;
  /** The host's clock at that moment, milliseconds since 1970. */
  readonly hostMs: number;
  /** How far what is known of the device's clock may be off, and the step it counts in. */
  readonly clock: ClockOffset;
  /** ServerStatus.StartTime, in ticks. */
  readonly serverStart?: bigint;
  /** Limits of the log; absent where they are unknown. */
  readonly maxRecords?: number;
  readonly maxStorageMs?: number;
  /** Of a log that is made of events, which no server keeps: from this Time on it has all of them, in ticks. */
  readonly heldFrom?: bigint;
}

/** One log, whatever carries it. Nothing of it rejects. */
export interface LogPort {
  facts(): Promise<LogFacts | LogError>;
  getRecords(request: LogRequest): Promise<LogPage | LogError>;
  /** Gives back a point that is not read to its end. */
  release(continuationPoint: Uint8Array): Promise<void>;
}
