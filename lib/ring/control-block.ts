import { readU32, readU64, SYNC_WORD, writeU16, writeU32, writeU64 } from '../wire';
import { hexText, writeHex } from '../wire/hex';
import { Snapshot } from './snapshot';

/** Length of the control block in bytes (docs/format.md 7). */
export const CONTROL_BLOCK_LENGTH = 88;
/** The wire version that this project reads and writes. */
export const CONTROL_BLOCK_VERSION = 2;

/** Offsets of the control block's fields in bytes, all little-endian (docs/format.md 7). */
export const ControlOffset = {
  sync: 0,
  version: 4,
  caps: 5,
  reserved6: 6,
  bufferId: 8,
  capacity: 12,
  seqlock: 16,
  reserved20: 20,
  headAbs: 24,
  oldestAbs: 32,
  lostCount: 40,
  runId: 48,
  epochId: 56,
  epochFirstAbs: 64,
  definitionHash: 72,
  prevDefinitionHash: 80
} as const;

const HASH_TEXT = /^[0-9a-f]{16}$/i;

/** The fields of a control block, exact. Hashes are 16 lowercase hex digits, in the order of their bytes. */
export interface ControlBlockFields {
  readonly version: number;
  /** Capability bits: undefined by the standard, carried and never interpreted. */
  readonly caps: number;
  readonly bufferId: number;
  /** Ring capacity in bytes. */
  readonly capacity: number;
  /** Even = stable, odd = being updated. */
  readonly seqlock: number;
  /** Absolute position one past the last committed byte. */
  readonly headAbs: bigint;
  /** Absolute position of the oldest retained byte. */
  readonly oldestAbs: bigint;
  /** Records evicted since the ring began; never wraps. */
  readonly lostCount: bigint;
  readonly runId: bigint;
  readonly epochId: bigint;
  /** Absolute start of the LoggerStarted record that opened the current epoch. */
  readonly epochFirstAbs: bigint;
  readonly definitionHash: string;
  readonly prevDefinitionHash: string;
}

/** A decoded control block: `ok` tells it from an error. */
export interface ControlBlock extends ControlBlockFields {
  readonly ok: true;
}

/** What can be wrong with an image of the control block, in the order of checks of docs/format.md 7. */
export type ControlBlockErrorDetail =
  | { readonly kind: 'truncated'; readonly needed: number; readonly available: number }
  /** `found` = the first four bytes as lowercase hex. */
  | { readonly kind: 'wrongSync'; readonly found: string }
  | { readonly kind: 'unsupportedVersion'; readonly version: number }
  /** `offset` = of the first reserved byte that is not zero. */
  | { readonly kind: 'reservedNotZero'; readonly offset: number }
  | { readonly kind: 'updating'; readonly seqlock: number }
  /** The two readings of the seqlock, both as found. */
  | { readonly kind: 'staleSnapshot'; readonly first: number; readonly second: number };

/** Why 88 bytes are not a control block that can be used, as a value. */
export type ControlBlockError = { readonly ok: false } & ControlBlockErrorDetail;

/** A 64-bit field above 2^53-1, which nothing above the codec can carry. */
export interface PositionTooLarge {
  readonly ok: false;
  readonly kind: 'positionTooLarge';
  readonly field: string;
  /** Decimal text. */
  readonly value: string;
}

const failure = (detail: ControlBlockErrorDetail): ControlBlockError => ({ ok: false, ...detail });

/**
 * Decodes the control block at the beginning of `bytes`, or says what is wrong, in the order of
 * docs/format.md 7. `secondSeqlock` is a later, separate reading of the seqlock, where one was made.
 * Never throws; keeps nothing of `bytes`.
 */
export function decodeControlBlock(bytes: Uint8Array, secondSeqlock?: number): ControlBlock | ControlBlockError {
  if (bytes.length < CONTROL_BLOCK_LENGTH)
    return failure({ kind: 'truncated', needed: CONTROL_BLOCK_LENGTH, available: bytes.length });
  if (readU32(bytes, ControlOffset.sync) !== SYNC_WORD)
    return failure({ kind: 'wrongSync', found: hexText(bytes, ControlOffset.sync, 4) });
  // Sync and version stand before the seqlock: a wrong address must not look like a controller that is busy for ever.
  const version = bytes[ControlOffset.version];
  if (version !== CONTROL_BLOCK_VERSION) return failure({ kind: 'unsupportedVersion', version });
  const reserved = firstReservedSet(bytes);
  if (reserved >= 0) return failure({ kind: 'reservedNotZero', offset: reserved });
  const seqlock = readU32(bytes, ControlOffset.seqlock);
  if ((seqlock & 1) !== 0) return failure({ kind: 'updating', seqlock });
  if (secondSeqlock !== undefined && secondSeqlock !== seqlock)
    return failure({ kind: 'staleSnapshot', first: seqlock, second: secondSeqlock });
  return {
    ok: true,
    version,
    caps: bytes[ControlOffset.caps],
    bufferId: readU32(bytes, ControlOffset.bufferId),
    capacity: readU32(bytes, ControlOffset.capacity),
    seqlock,
    headAbs: readU64(bytes, ControlOffset.headAbs),
    oldestAbs: readU64(bytes, ControlOffset.oldestAbs),
    lostCount: readU64(bytes, ControlOffset.lostCount),
    runId: readU64(bytes, ControlOffset.runId),
    epochId: readU64(bytes, ControlOffset.epochId),
    epochFirstAbs: readU64(bytes, ControlOffset.epochFirstAbs),
    definitionHash: hexText(bytes, ControlOffset.definitionHash, 8),
    prevDefinitionHash: hexText(bytes, ControlOffset.prevDefinitionHash, 8)
  };
}

/**
 * The seqlock of an image, whatever else is wrong with it, or -1 when the bytes do not reach that far.
 * For the second look of docs/format.md 7.
 */
export function readSeqlock(bytes: Uint8Array): number {
  return bytes.length < ControlOffset.seqlock + 4 ? -1 : readU32(bytes, ControlOffset.seqlock);
}

/**
 * The 88 bytes of a control block, also with an odd seqlock: producers write those.
 * @throws RangeError when a hash is not 16 hex digits.
 */
export function encodeControlBlock(block: ControlBlockFields): Uint8Array {
  const bytes = new Uint8Array(CONTROL_BLOCK_LENGTH);
  writeU32(bytes, ControlOffset.sync, SYNC_WORD);
  bytes[ControlOffset.version] = block.version;
  bytes[ControlOffset.caps] = block.caps;
  writeU16(bytes, ControlOffset.reserved6, 0);
  writeU32(bytes, ControlOffset.bufferId, block.bufferId);
  writeU32(bytes, ControlOffset.capacity, block.capacity);
  writeU32(bytes, ControlOffset.seqlock, block.seqlock);
  writeU64(bytes, ControlOffset.headAbs, block.headAbs);
  writeU64(bytes, ControlOffset.oldestAbs, block.oldestAbs);
  writeU64(bytes, ControlOffset.lostCount, block.lostCount);
  writeU64(bytes, ControlOffset.runId, block.runId);
  writeU64(bytes, ControlOffset.epochId, block.epochId);
  writeU64(bytes, ControlOffset.epochFirstAbs, block.epochFirstAbs);
  writeHash(bytes, ControlOffset.definitionHash, block.definitionHash);
  writeHash(bytes, ControlOffset.prevDefinitionHash, block.prevDefinitionHash);
  return bytes;
}

/**
 * Whether the positions of one image fit together: oldest <= head <= oldest + capacity, and the epoch
 * began at or before head (docs/format.md 7). A torn image seldom does.
 */
export function isConsistent(
  block: Pick<ControlBlockFields, 'headAbs' | 'oldestAbs' | 'epochFirstAbs' | 'capacity'>
): boolean {
  return (
    block.oldestAbs <= block.headAbs &&
    block.headAbs - block.oldestAbs <= BigInt(block.capacity) &&
    block.epochFirstAbs <= block.headAbs
  );
}

/** The control block as plain numbers and text, fit for a message, or the first field that exceeds 2^53-1. */
export function snapshotOf(block: ControlBlockFields): Snapshot | PositionTooLarge {
  const headAbs = Number(block.headAbs);
  const oldestAbs = Number(block.oldestAbs);
  const lostCount = Number(block.lostCount);
  const epochId = Number(block.epochId);
  const epochFirstAbs = Number(block.epochFirstAbs);
  for (const [field, value] of Object.entries({ headAbs, oldestAbs, lostCount, epochId, epochFirstAbs })) {
    // A bigint of 2^53 or more always rounds to 2^53 or more.
    if (value > Number.MAX_SAFE_INTEGER)
      return { ok: false, kind: 'positionTooLarge', field, value: String(block[field as 'headAbs']) };
  }
  return {
    version: block.version,
    caps: block.caps,
    bufferBytes: block.capacity,
    headAbs,
    oldestAbs,
    lostCount,
    runId: String(block.runId),
    epochId,
    epochFirstAbs,
    definitionHash: block.definitionHash,
    prevDefinitionHash: block.prevDefinitionHash
  };
}

function firstReservedSet(bytes: Uint8Array): number {
  for (const offset of [6, 7, 20, 21, 22, 23]) if (bytes[offset] !== 0) return offset;
  return -1;
}

function writeHash(bytes: Uint8Array, at: number, hash: string): void {
  if (!HASH_TEXT.test(hash)) throw new RangeError(`a carriage hash has 16 hex digits, found "${hash}"`);
  writeHex(bytes, at, hash);
}
