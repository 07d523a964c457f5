/**
 * The journal: entries behind the last checkpoint, in frames of a big-endian u32 length, a big-endian u32 CRC-32C, and
 * the entry. A frame of length 0 is a mark, whose CRC is that of its own offset in the file as a big-endian u64: all
 * before it was flushed when it was written. So bytes that a power failure left half-written (with good ones behind
 * them at times, since pages need not reach the disk in order) are told from bytes that were changed later.
 */
import { crc32c } from '../../base';
import { MAX_ENTRY_BYTES } from './entry';

const HEAD = 8;

/** What was read of a journal. */
export interface ReadJournal {
  /** Views of its bytes. */
  readonly entries: readonly Buffer[];
  /** Bytes up to the end of the last good frame, as far as all before it are good. */
  readonly length: number;
  /** What stands behind that: nothing; the torn end of one write; or damage, with flushed bytes behind it. */
  readonly end: 'whole' | 'torn' | 'damaged';
}

/** The frames of these entries, to be written at this offset. */
export function framesOf(entries: readonly Uint8Array[], offset: number): Buffer {
  const mark = offset > 0 ? HEAD : 0;
  const bytes = Buffer.allocUnsafe(mark + entries.reduce((sum, { length }) => sum + HEAD + length, 0));
  if (mark > 0) writeHead(bytes, 0, 0, markCrc(offset));
  let at = mark;
  for (const entry of entries) {
    writeHead(bytes, at, entry.length, crc32c(entry));
    bytes.set(entry, at + HEAD);
    at += HEAD + entry.length;
  }
  return bytes;
}

/** Reads a journal as far as it is good. */
export function readJournal(given: Uint8Array): ReadJournal {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
  const entries: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = frameEnd(bytes, at);
    if (end === undefined) break;
    if (end > at + HEAD) entries.push(bytes.subarray(at + HEAD, end));
    at = end;
  }
  const isWhole = at === bytes.length;
  return { entries, length: at, end: isWhole ? 'whole' : hasMarkBehind(bytes, at + 1) ? 'damaged' : 'torn' };
}

/** Where the good frame at this offset ends; undefined where there is none. */
function frameEnd(bytes: Buffer, at: number): number | undefined {
  if (at + HEAD > bytes.length) return undefined;
  const length = bytes.readUInt32BE(at);
  const crc = bytes.readUInt32BE(at + 4);
  if (length === 0) return at > 0 && crc === markCrc(at) ? at + HEAD : undefined;
  const end = at + HEAD + length;
  if (length > MAX_ENTRY_BYTES || end > bytes.length) return undefined;
  return crc32c(bytes.subarray(at + HEAD, end)) === crc ? end : undefined;
}

function hasMarkBehind(bytes: Buffer, from: number): boolean {
  for (let at = bytes.indexOf('\0\0\0\0', from, 'latin1'); at >= 0; at = bytes.indexOf('\0\0\0\0', at + 1, 'latin1'))
    if (at + HEAD <= bytes.length && bytes.readUInt32BE(at + 4) === markCrc(at)) return true;
  return false;
}

function markCrc(offset: number): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(offset));
  return crc32c(bytes);
}

function writeHead(bytes: Buffer, at: number, length: number, crc: number): void {
  bytes.writeUInt32BE(length, at);
  bytes.writeUInt32BE(crc, at + 4);
}

/**
 * How many of the journal's first entries stand in the tree already: after a kill between a checkpoint and the cut of
 * the journal. Both are leaf hashes in order; of the tree its last ones.
 */
export function overlapOf(journal: readonly Uint8Array[], tree: readonly Uint8Array[]): number {
  for (let count = Math.min(journal.length, tree.length); count > 0; count--) {
    const from = tree.length - count;
    let i = 0;
    while (i < count && Buffer.compare(journal[i], tree[from + i]) === 0) i++;
    if (i === count) return count;
  }
  return 0;
}
