import type { OpenotCode } from '../base';

/** Why a body cannot be read on. */
export type LogFaultCode = Extract<
  OpenotCode,
  'OPENOT_LOG_TRUNCATED' | 'OPENOT_LOG_TOO_DEEP' | 'OPENOT_LOG_UNKNOWN_FIELD' | 'OPENOT_LOG_MALFORMED'
>;

/** Thrown inside the decoder only: decodeLogRecords makes a value of it. Not an Error: a stack would cost more. */
export class DecodeStop {
  constructor(
    readonly code: LogFaultCode,
    readonly what: string,
    readonly offset: number
  ) {}
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads little-endian values one after the other and never past the end. What does not fit stops the decoder before
 * anything is allocated for it.
 */
export class ByteReader {
  at = 0;
  /** Texts that were not UTF-8, since it was made. */
  invalidTexts = 0;
  private readonly view: DataView;

  constructor(readonly bytes: Buffer) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The offset of the next `count` bytes, which are passed over. */
  take(count: number): number {
    const { at } = this;
    if (count > this.bytes.length - at)
      throw new DecodeStop('OPENOT_LOG_TRUNCATED', `${count} bytes are needed, ${this.left} are left`, at);
    this.at = at + count;
    return at;
  }

  u8(): number {
    return this.bytes[this.take(1)];
  }

  i8(): number {
    return (this.u8() << 24) >> 24;
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  i16(): number {
    return this.view.getInt16(this.take(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8), true);
  }

  i64(): bigint {
    return this.view.getBigInt64(this.take(8), true);
  }

  f32(): number {
    return this.view.getFloat32(this.take(4), true);
  }

  f64(): number {
    return this.view.getFloat64(this.take(8), true);
  }

  /** A length of -1 is none; otherwise so many entries of at least `bytesEach` bytes must be left. */
  length(bytesEach: number): number | null {
    const { at } = this;
    const count = this.i32();
    if (count < 0) return null;
    if (count > this.left / bytesEach)
      throw new DecodeStop('OPENOT_LOG_TRUNCATED', `a length of ${count} is declared, ${this.left} bytes are left`, at);
    return count;
  }

  /** UTF-8 text; what is none becomes U+FFFD and is counted. */
  text(): string | null {
    const count = this.length(1);
    if (count === null) return null;
    if (count === 0) return '';
    const start = this.take(count);
    const text = this.bytes.toString('utf8', start, start + count);
    if (text.includes('\ufffd') && !isUtf8(this.bytes.subarray(start, start + count))) this.invalidTexts++;
    return text;
  }

  /** A copy: the body is not kept for it. */
  blob(): Uint8Array | null {
    const count = this.length(1);
    if (count === null) return null;
    const start = this.take(count);
    return new Uint8Array(this.bytes.subarray(start, start + count));
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
