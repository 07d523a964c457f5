/**
 * What travels with every batch about the ring it came from (docs/design.md 3): plain numbers and
 * strings, fit for any Node-RED message. `headAbs` is the first look's, `oldestAbs` the second's.
 */
export interface Snapshot {
  readonly version: number;
  readonly caps: number;
  /** Ring capacity in bytes. */
  readonly bufferBytes: number;
  /** Absolute position one past the last committed byte. */
  readonly headAbs: number;
  /** Absolute position of the oldest retained byte. */
  readonly oldestAbs: number;
  /** Records evicted by the producer since the ring began. */
  readonly lostCount: number;
  /** Decimal text. */
  readonly runId: string;
  readonly epochId: number;
  /** Absolute start of the LoggerStarted record that opened the current epoch. */
  readonly epochFirstAbs: number;
  /** First 8 bytes of the definition's SHA-256 as 16 lowercase hex digits; all zero = not advertised. */
  readonly definitionHash: string;
  readonly prevDefinitionHash: string;
}

/** An advertised hash of all zeros: the hash is not advertised (docs/format.md 15). */
export const NOT_ADVERTISED = '0000000000000000';

/**
 * Where an epoch is known to begin in this incarnation of the ring: from an earlier control block, or from a
 * DefinitionChanged / LoggerStarted pair that was read. Ascending by `firstAbs` (docs/format.md 10).
 */
export interface KnownEpoch {
  readonly epochId: number;
  readonly firstAbs: number;
  /** 16 lowercase hex digits. */
  readonly hash: string;
}
