/** The time of the delivery tracker: monotonic milliseconds, timers and turns of the event loop. */
export interface Timers {
  /** Milliseconds from any fixed point. */
  now(): number;
  /** Calls back after `ms`; returns how to cancel. */
  after(ms: number, call: () => void): () => void;
  /** Calls back in a later turn of the event loop, after every delivery that is pending now. */
  nextTurn(call: () => void): void;
}
