/**
 * 64-bit unsigned integers. The codec carries all 64 bits as bigint; everything above it works with
 * plain numbers for positions, seqs and counts, and refuses what exceeds 2^53-1 (docs/format.md 1).
 */

export { isU64Text } from '../base';

/** 2^64-1. */
export const MAX_U64 = 0xffff_ffff_ffff_ffffn;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The little-endian u32 at `at`. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

/** The little-endian u16 at `at`. */
export function readU16(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

/** The little-endian u64 at `at`, exact. */
export function readU64(bytes: Uint8Array, at: number): bigint {
  return u64Of(readU32(bytes, at), readU32(bytes, at + 4));
}

/** high * 2^32 + low, of two u32. */
export function u64Of(low: number, high: number): bigint {
  // Small ids cost one bigint instead of four.
  return high === 0 ? BigInt(low) : (BigInt(high) << 32n) | BigInt(low);
}

/** The little-endian u64 at `at` as a number, or -1 when it is above 2^53-1. */
export function readSafeU64(bytes: Uint8Array, at: number): number {
  const value = readU32(bytes, at + 4) * 0x1_0000_0000 + readU32(bytes, at);
  return value <= Number.MAX_SAFE_INTEGER ? value : -1;
}

/** Writes the low 16 bits of `value`, little-endian. */
export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

/** Writes the low 32 bits of `value`, little-endian. */
export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Writes the low 64 bits of `value`, little-endian. */
export function writeU64(bytes: Uint8Array, at: number, value: bigint): void {
  writeU32(bytes, at, Number(value & 0xffff_ffffn));
  writeU32(bytes, at + 4, Number((value >> 32n) & 0xffff_ffffn));
}

/**
 * What a message may bring for a 64-bit field: a whole non-negative number up to 2^53-1, a decimal
 * string, or a bigint. Undefined when it is none of these or outside 0 to 2^64-1.
 */
export function parseU64(input: unknown): bigint | undefined {
  let value: bigint;
  if (typeof input === 'bigint') value = input;
  else if (typeof input === 'number') {
    if (!Number.isSafeInteger(input)) return undefined;
    value = BigInt(input);
  } else if (typeof input === 'string' && /^[0-9]{1,20}$/.test(input)) value = BigInt(input);
  else return undefined;
  return value >= 0n && value <= MAX_U64 ? value : undefined;
}

/** As `parseU64`, for positions, seqs, epoch ids and counts: undefined above 2^53-1 too. */
export function parseSafeU64(input: unknown): number | undefined {
  const value = parseU64(input);
  return value !== undefined && value <= MAX_SAFE ? Number(value) : undefined;
}
