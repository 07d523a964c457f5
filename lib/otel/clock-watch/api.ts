import type { DocumentObject } from '../../document';
import type { LogRecord, MetricPoint } from '../otlp';

/**
 * Why a clock is suspect. `ahead`, `behind`: beyond the limit. `implausible`: before 2020 or more than a day ahead.
 * `unsynced`: records carry the flag. `quality`: TimeSyncChanged says anything but Synced.
 */
export type ClockReason = 'ahead' | 'behind' | 'implausible' | 'unsynced' | 'quality';

/** Limits of the watch. */
export interface ClockLimits {
  /** Milliseconds beyond which an offset is reported; it is well again within half of it. */
  readonly limitMs: number;
  /** Reads of the ring whose newest source times are kept. */
  readonly reads: number;
  /** Records that must have shown a clock to be behind: a single one may have been written late. */
  readonly records: number;
  /** Milliseconds without an unsynced record after which a source counts as synchronised again. */
  readonly restoreAfterMs: number;
  /** Streams, and sources of one stream, that are watched; beyond it the one that was quiet for longest is forgotten. */
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
  /** The reader has handed on everything that the ring held when this was said. */
  readonly drained: boolean;
  readonly clockSkewMs: number | undefined;
  /** Records handed on so far. */
  readonly records: number;
  readonly cursorAbs: number | undefined;
  readonly nowNs: bigint;
}

/** Watches the clocks of devices by what their records say (docs/format.md 22). No event is refused for its time. */
export interface ClockWatch {
  /** Documents of one stream in the order of their arrival. */
  documents(documents: readonly DocumentObject[], stream: string): ClockItems;
  status(status: ClockStatus): ClockItems;
  state(): ClockState;
}
