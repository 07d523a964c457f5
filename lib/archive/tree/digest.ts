/**
 * The hashes of RFC 6962, section 2.1. The one place of this room that uses node:crypto: a digest depends on nothing
 * but its bytes.
 */
import { createPublicKey, hash, KeyObject, verify } from 'node:crypto';

/** Bytes of one hash. */
export const HASH_LENGTH = 32;

/**
 * SHA-256 of the bytes as text, a character for each of its 32 bytes. Three times as fast as a Buffer, which Node
 * allocates outside its heap for each digest.
 */
const digest = (bytes: Uint8Array): string => hash('sha256', bytes, 'binary');

/** SHA-256 of the bytes, 32 bytes. */
export const sha256 = (bytes: Uint8Array): Buffer => Buffer.from(digest(bytes), 'latin1');

/** As `sha256`, as 64 lowercase hex digits. */
export const sha256Hex = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** The root of the empty tree: SHA-256 of nothing. */
export const emptyRoot = (): Buffer => sha256(new Uint8Array(0));

/** Room for a prefix and an entry, used again: a hash is made in one call, without anything in between. */
let leafInput = Buffer.allocUnsafe(4096);
const nodeInput = Buffer.allocUnsafe(1 + 2 * HASH_LENGTH);
nodeInput[0] = 1;

function leafDigest(entry: Uint8Array): string {
  const length = entry.length + 1;
  if (leafInput.length < length) leafInput = Buffer.allocUnsafe(Math.max(length, 2 * leafInput.length));
  leafInput[0] = 0;
  leafInput.set(entry, 1);
  return digest(leafInput.subarray(0, length));
}

/** SHA-256(0x00 || entry). */
export const leafHash = (entry: Uint8Array): Buffer => Buffer.from(leafDigest(entry), 'latin1');

/** The leaf hashes of entries, back to back. */
export function leafHashes(entries: readonly Uint8Array[]): Buffer {
  const hashes = Buffer.allocUnsafe(entries.length * HASH_LENGTH);
  for (let i = 0; i < entries.length; i++) hashes.write(leafDigest(entries[i]), i * HASH_LENGTH, 'latin1');
  return hashes;
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_LENGTH);
  return sha256(nodeInput);
}

/** Hashes two by two what stands in `row`, an even count of hashes back to back; half as many stand there then. */
export function foldPairs(row: Buffer, count: number): void {
  for (let pair = 0; pair < count / 2; pair++) {
    row.copy(nodeInput, 1, pair * 2 * HASH_LENGTH, (pair + 1) * 2 * HASH_LENGTH);
    row.write(digest(nodeInput), pair * HASH_LENGTH, 'latin1');
  }
}

/** What stands before the 32 bytes of an Ed25519 public key in its DER form (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** A public key out of its 32 bytes. */
export const publicKeyOf = (raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' });

/** Does this Ed25519 signature (RFC 8032) of the message hold? False also where the key is none. */
export function signatureHolds(rawKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, message, publicKeyOf(rawKey), signature);
  } catch {
    return false;
  }
}
