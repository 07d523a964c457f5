import type { OpenotCode } from '../base/codes';
import type { Signal } from '../telemetry/otlp-types';
import type { CollectorReport } from './collector-report';

/**
 * A sender at one moment. taken = accepted + rejected + dropped + pending. Counts are items, times are of the
 * monotonic clock.
 */
export interface SenderStatus {
  readonly taken: number;
  readonly accepted: number;
  readonly rejected: number;
  /** With `bestEffort`: let go of, since too much waited. */
  readonly dropped: number;
  readonly pending: number;
  /** Of these, items of messages that have left: they are in memory only. */
  readonly kept: number;
  /** Messages that have not left, and their bytes. */
  readonly messages: number;
  readonly bytes: number;
  /** When the oldest message that has not left came. */
  readonly oldestMs?: number;
  readonly acceptedMs?: number;
  /** Signals whose endpoint does not work, and those that wait until credentials may be tried again. */
  readonly troubled: readonly Signal[];
  /** When the oldest of these troubles began. */
  readonly sinceMs?: number;
  /** The worst of what was said last of each signal. */
  readonly said?: CollectorReport;
}

/** What was not accepted when a sender closed. */
export interface Dropped {
  /** Items that nobody reads again. */
  readonly items: number;
  /**
   * Data points of messages that a token stands for: those of records come again, those of a reader's status do not.
   */
  readonly points: number;
  /** Items of messages that had left: they were kept for a collector that is away. */
  readonly kept: number;
}

/** What became of a message that was offered. */
export type Offered =
  { readonly ok: true } | { readonly ok: false; readonly code: OpenotCode; readonly message: string };
