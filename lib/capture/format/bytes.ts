import { readU16, readU32, readU64, writeU16, writeU32, writeU64 } from '../../wire';

const text = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8 = new TextEncoder();

/**
 * Bytes being put together, little-endian, growing as needed. Texts and blobs stand behind their length in bytes (u32).
 */
export class ByteSink {
  private bytes: Uint8Array;
  length = 0;

  /** `expected` = bytes to begin with. */
  constructor(expected = 256) {
    this.bytes = new Uint8Array(expected);
  }

  u8(value: number): this {
    const at = this.room(1);
    this.bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.room(2);
    writeU16(this.bytes, at, value);
    return this;
  }

  u32(value: number): this {
    const at = this.room(4);
    writeU32(this.bytes, at, value);
    return this;
  }

  u64(value: bigint): this {
    const at = this.room(8);
    writeU64(this.bytes, at, value);
    return this;
  }

  /** Copies the bytes. */
  raw(bytes: Uint8Array): this {
    const at = this.room(bytes.length);
    this.bytes.set(bytes, at);
    return this;
  }

  blob(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes);
  }

  /** Cut at `maxBytes` of UTF-8. */
  text(value: string, maxBytes: number): this {
    const bytes = utf8.encode(value);
    return this.blob(bytes.length > maxBytes ? bytes.subarray(0, maxBytes) : bytes);
  }

  /** What was put in so far; a view, valid until more is. */
  get view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Where the next `size` bytes go. It may replace `bytes`: called before they are looked up. */
  private room(size: number): number {
    const at = this.length;
    this.length += size;
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    return at;
  }
}

/**
 * Takes bytes apart that may be anything. What does not fit is undefined or 0, and `failed` says so from then on: the
 * caller looks once, at the end. Nothing is allocated by a length that the bytes do not bear out.
 */
export class ByteSource {
  failed = false;
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** Bytes not taken yet. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    return this.readAt(1, (at) => this.bytes[at]);
  }

  u16(): number {
    return this.readAt(2, (at) => readU16(this.bytes, at));
  }

  u32(): number {
    return this.readAt(4, (at) => readU32(this.bytes, at));
  }

  u64(): bigint {
    const at = this.room(8);
    return at < 0 ? 0n : readU64(this.bytes, at);
  }

  /** A view of the bytes. */
  blob(maxBytes: number): Uint8Array {
    const length = this.u32();
    if (length > maxBytes) this.failed = true;
    const at = this.room(length);
    return at < 0 ? this.bytes.subarray(0, 0) : this.bytes.subarray(at, at + length);
  }

  text(maxBytes: number): string {
    return text.decode(this.blob(maxBytes));
  }

  private readAt(size: number, read: (at: number) => number): number {
    const at = this.room(size);
    return at < 0 ? 0 : read(at);
  }

  /** Where the next `size` bytes begin, or -1 where they are not there. */
  private room(size: number): number {
    if (this.failed || size > this.left) {
      this.failed = true;
      return -1;
    }
    const { at } = this;
    this.at += size;
    return at;
  }
}
