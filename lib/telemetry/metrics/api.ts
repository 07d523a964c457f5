import type { DocumentObject } from '../../document';
import type { ClockState } from '../clock-watch/api';
import type { LogRecord, MetricPoint } from '../otlp-types';

/** What metrics take from the settings of the mapping. */
export interface MetricSettings {
  /** Bool values as gauges of 0 and 1. */
  readonly boolMetrics: boolean;
}

/** What one message became: points, and log records about clocks, which belong to no document. */
export interface Measured {
  readonly metrics: MetricPoint[];
  readonly logs: LogRecord[];
}

/** A status message that is none: `path` is the property that is wrong, `expected` what should have stood there. */
export interface NotAStatus {
  readonly ok: false;
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

/** Everything of docs/format.md 22 for one mapper. All times are arguments; nothing given is changed; never throws. */
export interface Meter {
  /**
   * Good documents in the order of their arrival, complete in their types; `stream` is '' where there is none. To be
   * called also while metrics are off: counts and clocks go on. `repeated`: how many of them were read before, as the
   * span
   * span store says; default 0.
   */
  documents(
    documents: readonly DocumentObject[],
    stream: string,
    settings: MetricSettings,
    repeated?: number
  ): Measured;
  /** A payload of the reader's second output, as a flow brought it. `nowNs`: decimal text, when it came. */
  status(
    payload: unknown,
    facts: { readonly stream?: unknown; readonly incarnation?: unknown },
    nowNs: string
  ): ({ readonly ok: true } & Measured) | NotAStatus;
  /** How the clocks are, for a line of status. */
  clocks(): ClockState;
}
