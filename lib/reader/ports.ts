/** What the reader's state machine is given, so that the fault simulator can own all of it. */

export interface Clock {
  /** Nanoseconds since the Unix epoch. */
  nowNs(): bigint;
  /** Milliseconds from any fixed point, never backwards. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (it does not reject). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Where a reader's state lives between runs. Bytes in, bytes out; format and checksum are the reader's. */
export interface Store {
  /** The saved bytes, or undefined when there never were any. Rejects when they exist but cannot be read. */
  load(): Promise<Uint8Array | undefined>;
  /** Replaces the saved bytes atomically: after a crash either the old or the new are there, whole. */
  save(bytes: Uint8Array): Promise<void>;
  /** Removes the saved bytes. */
  remove(): Promise<void>;
}

export interface Random {
  /** In [0, 1). */
  next(): number;
}
