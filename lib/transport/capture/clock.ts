/** The time that recording and replaying go by; what a reader is given fits. */
export interface CaptureClock {
  /** Nanoseconds since the Unix epoch. */
  nowNs(): bigint;
  /** Milliseconds from any fixed point, never backwards. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (it does not reject). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
