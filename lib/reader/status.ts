import type { OpenotCode } from '../base/codes';
import { Snapshot } from '../ring/snapshot';

/**
 * stopped; connecting; reading (behind, draining); idle (nothing new); paused (by command); waiting (maxInFlight
 * batches
 * are not settled); updating (the seqlock stays odd: the controller stopped inside an update); outage (retrying by
 * itself); refused (a person has to change something; still retried slowly); failed (the saved state cannot be used:
 * nothing is read until `forget`).
 */
export type ReaderState =
  'stopped' | 'connecting' | 'reading' | 'idle' | 'paused' | 'waiting' | 'updating' | 'outage' | 'refused' | 'failed';

/** An error as a user sees it: a stable code, and what was expected, found, where, and what to do. */
export interface ReaderError {
  readonly code: OpenotCode;
  readonly message: string;
}

/** Since `sinceNs`. */
export interface ReaderTotals {
  records: number;
  /** Of whole records handed on. */
  bytes: number;
  /** Seqs reported lost, upgrades not counted again. */
  lost: number;
  /** Of those, the ones that may have been delivered before an unclean stop. */
  indeterminate: number;
  /** Seqs that were overwritten before the first record ever read of their source: not lost, and not in `lost`. */
  beforeContact: number;
  laps: number;
  skipped: number;
  incarnations: number;
}

/** How hard it was to see the ring whole, since the reader was started. */
export interface LookCounters {
  /** Polls that asked anything of the transport. */
  polls: number;
  /** Read calls to the transport. */
  reads: number;
  /** Looks at the control block beyond the two that a poll needs. */
  repeated: number;
  /** Polls that went on with an image no second reading confirmed. */
  unconfirmed: number;
  /** Records read again because they were torn, stale or half written. */
  reread: number;
}

/** Up to when a source was handed on, by the clock of the device. */
export interface SourceTime {
  readonly sourceId: number;
  /** Decimal text, nanoseconds since the Unix epoch. */
  readonly timeNs: string;
}

/** Up to when all there was has been handed on. Two clocks, which need not agree: never compare one with the other. */
export interface CompleteUntil {
  /**
   * Per source, ascending, the latest source time that was handed on. It never falls. What is missing before it was
   * told as a loss.
   */
  readonly bySourceClock: readonly SourceTime[];
  /** Sources above those, which are not listed. */
  readonly sourcesLeftOut: number;
  /**
   * When the last confirmed look began at which the cursor was at head: all that the ring held then is handed on.
   * Decimal text, nanoseconds since the Unix epoch by the clock of this computer; undefined before the first one.
   */
  readonly byHostClock: string | undefined;
}

/** How a reader is doing now. What is not known yet is undefined. */
export interface ReaderStatus {
  state: ReaderState;
  /** One line for a person; empty when there is nothing to say. */
  detail: string;
  /** Code of the trouble that the state stands for, else absent. */
  code?: OpenotCode;
  /** Milliseconds that the Read under way has been without an answer, once that is worth telling. */
  silentMs?: number;
  /** Next position to be handed on; undefined before first contact. */
  cursorAbs: number | undefined;
  /** Bytes between cursor and head at the last look; undefined where that look is too old to be true of now. */
  lag: number | undefined;
  capacity: number | undefined;
  /** Receive time minus the newest record's source time, the smallest of the recent batches, in milliseconds. */
  clockSkewMs: number | undefined;
  /**
   * Decimal text, nanoseconds since the Unix epoch: when `totals` and `looks` began to count, which is when this reader
   * was made.
   */
  sinceNs: string;
  completeUntil: CompleteUntil;
  totals: ReaderTotals;
  looks: LookCounters;
  /** Batches handed on and not yet settled. */
  inFlight: number;
  /** What the transport says about itself. */
  about: readonly string[];
}

/** `msg.openot` of the status output. Before first contact at most the stream's name, where the settings give it. */
export interface StatusFacts {
  stream?: string;
  incarnation?: number;
  bufferId?: number;
  snapshot?: Snapshot;
}
