/** Bytes as hex text and back: two lowercase digits for each byte, in the order of the bytes. */

const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lowercase hex digits of `bytes[at, at + length)`. */
export function hexText(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < at + length; i++) text += pairs[bytes[i]];
  return text;
}

/** Writes the bytes that pairs of hex digits stand for. The text must be hex digits, an even number of them. */
export function writeHex(bytes: Uint8Array, at: number, hex: string): void {
  for (let i = 0; 2 * i < hex.length; i++) bytes[at + i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
}
