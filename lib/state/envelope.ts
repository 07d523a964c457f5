import { crc32c } from '../base';

/** What a state is, and in which version it is written: its magic has no spaces. */
export interface Format {
  readonly magic: string;
  readonly version: number;
}

/** A state that is not one, or not one that can be read. */
export interface Unreadable {
  readonly ok: false;
  /** foreign: it does not begin as one; newer and older: of another version; damaged: cut short or changed. */
  readonly kind: 'foreign' | 'newer' | 'older' | 'damaged';
  /** Of newer and older. */
  readonly version?: number;
  /** For a message: `it …`. */
  readonly why: string;
}

const LONGEST_HEAD = 64;
const NEWLINE = 10;
const headOf = ({ magic, version }: Format, crc: number): string =>
  `${magic} ${version} ${crc.toString(16).padStart(8, '0')}\n`;

/**
 * The one envelope of all states: a line with magic, version and the CRC-32C of all that follows (eight hex digits),
 * then the body, given in parts.
 */
export function checksummed(format: Format, ...parts: readonly Uint8Array[]): Uint8Array {
  const head = headOf(format, 0);
  const whole = Buffer.concat([Buffer.from(head, 'latin1'), ...parts]);
  whole.write(headOf(format, crc32c(whole, head.length)), 'latin1');
  return whole;
}

/** The body of an envelope, in full or not at all: a view into the bytes given. */
export function open(format: Format, given: Uint8Array): { readonly ok: true; readonly body: Buffer } | Unreadable {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
  const end = bytes.subarray(0, LONGEST_HEAD).indexOf(NEWLINE);
  const head = /^([^ ]+) ([0-9]{1,9}) ([0-9a-f]{8})$/.exec(end < 0 ? '' : bytes.toString('latin1', 0, end));
  if (head === null || head[1] !== format.magic) return { ok: false, kind: 'foreign', why: 'it does not begin as one' };
  const version = Number(head[2]);
  if (version !== format.version)
    return {
      ok: false,
      kind: version > format.version ? 'newer' : 'older',
      version,
      why: `it has version ${version}, this package reads version ${format.version}`
    };
  const body = bytes.subarray(end + 1);
  return crc32c(body) === parseInt(head[3], 16)
    ? { ok: true, body }
    : { ok: false, kind: 'damaged', why: 'its checksum does not hold: it was cut short or changed' };
}

/** As `checksummed`, of one value as JSON. */
export const checksummedJson = (format: Format, value: unknown): Uint8Array =>
  checksummed(format, Buffer.from(JSON.stringify(value), 'utf8'));

/** As `open`, of one value as JSON; whether it has the right shape is for the caller. */
export function openJson(
  format: Format,
  bytes: Uint8Array
): { readonly ok: true; readonly value: unknown } | Unreadable {
  const opened = open(format, bytes);
  if (!opened.ok) return opened;
  try {
    return { ok: true, value: JSON.parse(opened.body.toString('utf8')) };
  } catch {
    return { ok: false, kind: 'damaged', why: 'it is not JSON' };
  }
}
