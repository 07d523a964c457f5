/** What code is given of the machine, so that a test or a simulator can own it. `system.ts` is the real one. */

/** Time. */
export interface Clock {
  /** Nanoseconds since the Unix epoch. */
  nowNs(): bigint;
  /** Milliseconds from any fixed point, never backwards. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (it does not reject); then it listens to `signal` no more. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Calls at a later time. Each returns how to cancel it. */
export interface Timers {
  /** Calls back once, after `ms`. */
  after(ms: number, call: () => void): () => void;
  /** Calls back every `ms`. */
  every(ms: number, call: () => void): () => void;
}

/** Chance, for the jitter of pauses only. */
export interface Random {
  /** In [0, 1). */
  next(): number;
}
