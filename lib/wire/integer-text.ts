import { readU32 } from './u64';

/**
 * Decimal text of 64-bit integers straight from their bytes. A bigint would be exact too, but making and printing
 * one costs more than the rest of a record's text (docs/format.md 17).
 */

const TWO_32 = 0x1_0000_0000;
const BILLION = 1_000_000_000;
/** High words below this make a number that is exact as a double. */
const SAFE_HIGH = 0x20_0000;

/** `000` to `999`. */
const threeDigits: readonly string[] = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));

/** A number below 10^9 as nine digits. */
function nineDigits(value: number): string {
  const thousands = (value / 1000) | 0;
  const millions = (thousands / 1000) | 0;
  return threeDigits[millions] + threeDigits[thousands - millions * 1000] + threeDigits[value - thousands * 1000];
}

/** Decimal text of high * 2^32 + low. */
function wideText(high: number, low: number): string {
  // Long division by 10^9 in 16-bit steps: every intermediate stays below 2^53.
  const first = Math.floor(high / BILLION);
  const upper = (high - first * BILLION) * 0x1_0000 + (low >>> 16);
  const second = Math.floor(upper / BILLION);
  const lower = (upper - second * BILLION) * 0x1_0000 + (low & 0xffff);
  const third = Math.floor(lower / BILLION);
  return '' + (first * TWO_32 + second * 0x1_0000 + third) + nineDigits(lower - third * BILLION);
}

/** Decimal text of the little-endian u64 at `at`. */
export function u64Text(bytes: Uint8Array, at: number): string {
  const low = readU32(bytes, at);
  const high = readU32(bytes, at + 4);
  return high < SAFE_HIGH ? '' + (high * TWO_32 + low) : wideText(high, low);
}

/** Decimal text of the little-endian two's-complement i64 at `at`. */
export function i64Text(bytes: Uint8Array, at: number): string {
  if (bytes[at + 7] < 0x80) return u64Text(bytes, at);
  const low = (~readU32(bytes, at) + 1) >>> 0;
  const high = (~readU32(bytes, at + 4) + (low === 0 ? 1 : 0)) >>> 0;
  return '-' + (high < SAFE_HIGH ? '' + (high * TWO_32 + low) : wideText(high, low));
}
