import { BatchFacts } from '../stream/stream-facts';

/** What the reader hands on, in order. */
export interface Batch {
  /** Counts from 1 in each life of the reader; `settle(serial)` says that this and all before have been passed on. */
  readonly serial: number;
  /**
   * Whole, verified records back to back, wrap gaps removed; a Buffer of its own. Empty when there are only notices.
   */
  readonly payload: Buffer;
  readonly facts: BatchFacts;
  readonly records: number;
}
