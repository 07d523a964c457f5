import { inflateRawSync } from 'node:zlib';
import type { LogSource } from '../lib/archive';
import { UsageError } from './usage';

const END = 0x06054b50;
const END_LENGTH = 22;
const CENTRAL = 0x02014b50;
const CENTRAL_LENGTH = 46;
const LOCAL_LENGTH = 30;
const LONGEST_COMMENT = 65_535;
/** Bytes of one unpacked file, at most: a bundle has 16 MiB. */
const MAX_FILE = 64 * 1024 * 1024;

interface Packed {
  readonly method: number;
  readonly size: number;
  readonly offset: number;
}

/** The files of an archive that was packed into a zip file, in the folder of it that holds `checkpoint`. */
export function zipSource(name: string, bytes: Buffer): LogSource {
  const files = directoryOf(name, bytes);
  const checkpoint = [...files.keys()].filter((path) => /(^|\/)checkpoint$/.test(path) && !/(^|\/)before\//.test(path));
  const prefix = checkpoint.length === 0 ? '' : checkpoint[0].slice(0, -'checkpoint'.length);
  return {
    read: (path) => {
      const file = files.get(prefix + path);
      return Promise.resolve(file === undefined ? undefined : unpacked(name, bytes, file));
    }
  };
}

function unpacked(name: string, bytes: Buffer, { method, size, offset }: Packed): Uint8Array {
  const start = offset + LOCAL_LENGTH + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  const packed = bytes.subarray(start, start + size);
  if (method === 0) return packed;
  if (method === 8) return inflateRawSync(packed, { maxOutputLength: MAX_FILE });
  throw new UsageError(`${name} is packed in a way that cannot be read here (${method}): unpack it first`);
}

function directoryOf(name: string, bytes: Buffer): Map<string, Packed> {
  const refused = (): UsageError =>
    new UsageError(
      `${name} is no archive: expected its folder, its http address, or a zip file of it with at most 4 GiB and ` +
        '65,535 files (unpack a larger one first)'
    );
  const from = Math.max(0, bytes.length - END_LENGTH - LONGEST_COMMENT);
  let end = bytes.length - END_LENGTH;
  while (end >= from && bytes.readUInt32LE(end) !== END) end--;
  if (end < from || end < 0) throw refused();
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffff_ffff) throw refused();
  const files = new Map<string, Packed>();
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_LENGTH > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw refused();
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => bytes.readUInt16LE(at + place));
    const path = bytes.toString('utf8', at + CENTRAL_LENGTH, at + CENTRAL_LENGTH + nameLength);
    files.set(path.replace(/\\/g, '/'), {
      method: bytes.readUInt16LE(at + 10),
      size: bytes.readUInt32LE(at + 20),
      offset: bytes.readUInt32LE(at + 42)
    });
    at += CENTRAL_LENGTH + nameLength + extra + comment;
  }
  return files;
}
