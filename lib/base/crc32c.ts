import * as crc32 from 'crc-32/crc32c';

/**
 * CRC-32C (Castagnoli, reflected 0x82F63B78, initial value and final xor 0xFFFFFFFF) of
 * `bytes[start, end)`, as an unsigned 32-bit number (docs/format.md 1).
 *
 * @example crc32c(Buffer.from('123456789'), 0, 9) === 0xe3069283
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const whole = start === 0 && end === bytes.length;
  // A plain Uint8Array view is several times cheaper to make than a Buffer's subarray.
  return crc32.buf(whole ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start), 0) >>> 0;
}
