import type { OpenotCode } from '../base/codes';

/**
 * The one interface to a ring, whatever carries it (docs/design.md 6). A transport moves bytes; it knows nothing
 * of records. Ring offsets are physical bytes, 0 to capacity - 1; a transport maps them to its elements or
 * registers, rounds outward and slices.
 */

/** One part of a read: the 88-byte control block, or a range of the ring that does not cross its end. */
export type ReadPart =
  { readonly kind: 'control' } | { readonly kind: 'ring'; readonly offset: number; readonly length: number };

/**
 * What the reader should do about a failed read:
 * `retry` = the same again after a pause; `smaller` = the same in smaller pieces; `reconnect` = the session or link is
 * gone;
 * `refused` = a person has to change something (credentials, certificate, node id): retried slowly, status red.
 */
export type Remedy = 'retry' | 'smaller' | 'reconnect' | 'refused';

/**
 * A read or connect that failed, as a value.
 */
export interface TransportError {
  readonly ok: false;
  /** Stable, of the closed list; docs/errors.md says what each one means. */
  readonly code: OpenotCode;
  /** What was expected, what was found, where, what to do. Never a secret. */
  readonly message: string;
  readonly remedy: Remedy;
}

/** Parts in the order asked for. A view is valid until the next read. */
export type ReadOutcome = { readonly ok: true; readonly parts: readonly Uint8Array[] } | TransportError;

/** What a connect found out about the ring. */
export interface RingFacts {
  readonly ok: true;
  /** Bytes that the ring's nodes or registers can hold; undefined where the transport cannot know. */
  readonly ringBytes: number | undefined;
  /** Smallest range worth asking for, in bytes (element or register width). */
  readonly granularity: number;
  /**
   * True where one request brings so little that a look pays before a window is asked for (Modbus): then the control
   * block is read first, and of the ring only what it says is there.
   */
  readonly lookFirst?: boolean;
  /** Lines for a person: element types, limits, NonatomicRead, service level. */
  readonly about: readonly string[];
}

/**
 * One way to one ring. Nothing of it rejects or throws; every call has its own deadline.
 *
 * @example
 * ```ts
 * import type { Transport } from '@openot/node-red/transport';
 *
 * // A ring that somebody else copies into this memory: 88 bytes of control block, then the ring.
 * export const inMemory = (memory: Uint8Array): Transport => ({
 *   connect: async () => ({ ok: true, ringBytes: memory.length - 88, granularity: 1, about: [] }),
 *   read: async (parts) => ({
 *     ok: true,
 *     parts: parts.map((part) =>
 *       part.kind === 'control'
 *         ? memory.slice(0, 88)
 *         : memory.slice(88 + part.offset, 88 + part.offset + part.length)
 *     )
 *   }),
 *   close: async () => undefined
 * });
 * ```
 */
export interface Transport {
  /** Host or file that the ring is reached by: first half of its stream's name where nobody gives it one. */
  readonly host?: string;
  /** Opens or re-opens the way to the ring and checks what is there. May be called again after any failure. */
  connect(): Promise<RingFacts | TransportError>;
  /** Reads the parts, in one request where the carriage can; at most one read is outstanding. Never rejects. */
  read(parts: readonly ReadPart[]): Promise<ReadOutcome>;
  /** Asks to be called when the control block may have changed (mode subscribe). Absent where the carriage cannot. */
  watch?(
    intervalMs: number,
    onChange: () => void
  ): Promise<{ readonly ok: true; stop(): Promise<void> } | TransportError>;
  /**
   * Tells, once for each connection, that it was lost, also while nobody reads. Returns how to end that. Absent where
   * the
   * carriage cannot know before the next read.
   */
  onLost?(listener: (error: TransportError) => void): () => void;
  /** Lets go of everything, whatever state it is in. Never rejects. */
  close(): Promise<void>;
}
