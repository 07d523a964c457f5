import type { DocumentObject } from '../../document';
import type { LogRecord, MetricPoint } from '../otlp-types';

/**
 * Why a clock is suspect. `ahead`, `behind`: beyond the limit. `implausible`: before 2020 or more than a day ahead.
 * `unsynced`: records carry the flag. `quality`: TimeSyncChanged says anything but Synced.
 */
export type ClockReason = 'ahead' | 'behind' | 'implausible' | 'unsynced' | 'quality';

/** Limits of the watch. */
export interface ClockLimits {
  /** Milliseconds beyond which an offset is reported; the clock is right again within half of it. */
  readonly limitMs: number;
  /** Reads of the ring whose newest source times are kept, and milliseconds for which they are. */
  readonly reads: number;
  readonly windowMs: number;
  /** Records that must have shown a clock to be behind: a single one may have been written late. */
  readonly records: number;
  /** Milliseconds without an unsynced record after which a source counts as synchronised again. */
  readonly restoreAfterMs: number;
  /**
   * Streams, and sources of one stream, that are watched; beyond it the one that was quiet for longest is forgotten.
   */
  readonly streams: number;
  readonly sources: number;
}

/** One clock that is suspect now, in words for a line of status. */
export interface ClockSuspect {
  readonly stream: string;
  readonly reason: ClockReason;
  /** For example `1 h ahead, local time (UTC+01:00)?`. */
  readonly text: string;
}

/** How all clocks are. */
export interface ClockState {
  readonly suspects: readonly ClockSuspect[];
}

/** Log records for each change of a verdict, and points. */
export interface ClockItems {
  readonly logs: LogRecord[];
  readonly metrics: MetricPoint[];
}

/** What the watch needs of a status message. Times in nanoseconds since the Unix epoch. */
export interface ClockStatus {
  readonly stream: string;
  readonly incarnation: number;
  /** Bytes between what was handed on and the head of the ring; 0: everything was handed on when this was said. */
  readonly lag: number | undefined;
  readonly clockSkewMs: number | undefined;
  readonly cursorAbs: number | undefined;
  /** When the reader began to count. */
  readonly sinceNs: bigint | undefined;
  /** Records handed on since then. */
  readonly records: number | undefined;
  /** When the message came. */
  readonly nowNs: bigint;
}

/** Watches the clocks of devices by what their records say (docs/format.md 22). No event is refused for its time. */
export interface ClockWatch {
  /** Documents of one stream in the order of their arrival. */
  documents(documents: readonly DocumentObject[], stream: string): ClockItems;
  status(status: ClockStatus): ClockItems;
  state(): ClockState;
}

/** Limits that no property changes. */
export const clockLimits: ClockLimits = {
  limitMs: 60_000,
  reads: 16,
  windowMs: 600_000,
  records: 3,
  restoreAfterMs: 60_000,
  streams: 1000,
  sources: 1000
};
