import { sha256 } from '../../base/hashes';

const utf8 = new TextEncoder();

/** Lowercase hex of bytes. */
export const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');

/** 32 hex digits in the form of a uuid, 8-4-4-4-12. */
export function dashed(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/**
 * A uuid made of a name: SHA-256 over the UTF-8 text of its parts joined by line feeds, in the form of a uuid of
 * version 8
 * (RFC 9562). The same parts give the same uuid, for ever: stores drop by it what comes twice (docs/format.md 24).
 */
export function uuidOf(...parts: readonly string[]): string {
  const bytes = sha256(utf8.encode(parts.join('\n'))).slice(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return dashed(hexOf(bytes));
}
