import { crc32c } from '../../lib/wire';

/** What the mapper keeps over a restart: images whose own formats are those of the two books. */
export interface StateParts {
  /** Of the span book (docs/format.md 23); empty without one. */
  readonly spans: Uint8Array;
  /** Of the audit book of the open networks' envelope (24); empty without one. */
  readonly audit: Uint8Array;
}

const MAGIC = Buffer.from('OOTOTEL\n', 'latin1');
const VERSION = 1;
const HEAD = MAGIC.length + 12;

/**
 * The bytes of the state file: magic (8), version (u32), length of the spans (u32), length of the audit (u32), both
 * parts,
 * CRC-32C of all before it (u32); little-endian.
 */
export function encodeState({ spans, audit }: StateParts): Uint8Array {
  const bytes = Buffer.alloc(HEAD + spans.length + audit.length + 4);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(VERSION, 8);
  bytes.writeUInt32LE(spans.length, 12);
  bytes.writeUInt32LE(audit.length, 16);
  bytes.set(spans, HEAD);
  bytes.set(audit, HEAD + spans.length);
  bytes.writeUInt32LE(crc32c(bytes, 0, bytes.length - 4), bytes.length - 4);
  return bytes;
}

/** The parts, or why the bytes are no state. */
export function decodeState(
  given: Uint8Array
): { readonly ok: true; readonly parts: StateParts } | { readonly ok: false; readonly why: string } {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
  if (bytes.length < HEAD + 4 || !bytes.subarray(0, 8).equals(MAGIC))
    return { ok: false, why: `it does not begin as a state of this node does (${bytes.length} bytes)` };
  const version = bytes.readUInt32LE(8);
  if (version !== VERSION)
    return {
      ok: false,
      why: `its version is ${version}, expected ${VERSION}: a newer version of this package has written it`
    };
  const spans = bytes.readUInt32LE(12);
  const audit = bytes.readUInt32LE(16);
  const expected = HEAD + spans + audit + 4;
  if (bytes.length !== expected) return { ok: false, why: `it is ${bytes.length} bytes long, expected ${expected}` };
  if (crc32c(bytes, 0, expected - 4) !== bytes.readUInt32LE(expected - 4))
    return { ok: false, why: 'its checksum is wrong' };
  const part = (from: number, length: number): Uint8Array => new Uint8Array(bytes.subarray(from, from + length));
  return { ok: true, parts: { spans: part(HEAD, spans), audit: part(HEAD + spans, audit) } };
}
