/** Writes little-endian values one after the other into a buffer that grows. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafe(1024);
  private length = 0;

  /** A copy of what was written. */
  bytes(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length));
  }

  private grow(count: number): number {
    const { length } = this;
    this.length = length + count;
    if (this.length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.length, this.buffer.length * 2));
      this.buffer.copy(larger, 0, 0, length);
      this.buffer = larger;
    }
    return length;
  }

  u8(value: number): void {
    const at = this.grow(1);
    this.buffer[at] = value;
  }

  u16(value: number): void {
    const at = this.grow(2);
    this.buffer.writeUInt16LE(value & 0xffff, at);
  }

  u32(value: number): void {
    const at = this.grow(4);
    this.buffer.writeUInt32LE(value >>> 0, at);
  }

  /** Signed or unsigned: the 64 bits are the same. */
  u64(value: bigint): void {
    const at = this.grow(8);
    this.buffer.writeBigUInt64LE(BigInt.asUintN(64, value), at);
  }

  /** Part 6 writes every NaN as the one with its sign set. */
  f32(value: number): void {
    if (Number.isNaN(value)) return this.u32(0xffc00000);
    const at = this.grow(4);
    this.buffer.writeFloatLE(value, at);
  }

  f64(value: number): void {
    if (Number.isNaN(value)) return this.u64(0xfff8000000000000n);
    const at = this.grow(8);
    this.buffer.writeDoubleLE(value, at);
  }

  raw(bytes: Uint8Array): void {
    const at = this.grow(bytes.length);
    this.buffer.set(bytes, at);
  }

  /** A length and the bytes; null is the length -1. */
  blob(bytes: Uint8Array | null): void {
    this.u32(bytes === null ? -1 : bytes.length);
    if (bytes !== null) this.raw(bytes);
  }

  text(text: string | null): void {
    this.blob(text === null ? null : Buffer.from(text, 'utf8'));
  }
}
