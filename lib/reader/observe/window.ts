import { ReadPart } from '../../transport/transport';

/**
 * The parts that bring the absolute positions [fromAbs, fromAbs + length), each at most `maxRead` bytes and none
 * across the end of the ring.
 */
export function windowParts(fromAbs: number, length: number, capacity: number, maxRead: number): ReadPart[] {
  const parts: ReadPart[] = [];
  let left = Math.min(length, capacity);
  let offset = fromAbs % capacity;
  while (left > 0) {
    const take = Math.min(left, capacity - offset, maxRead);
    parts.push({ kind: 'ring', offset, length: take });
    left -= take;
    offset = (offset + take) % capacity;
  }
  return parts;
}

/** The parts in groups for one Read each: at most `maxRead` bytes of the ring together. */
export function readsOf(parts: readonly ReadPart[], maxRead: number): ReadPart[][] {
  const reads: ReadPart[][] = [];
  let room = 0;
  for (const part of parts) {
    const length = part.kind === 'ring' ? part.length : 0;
    if (reads.length === 0 || length > room) {
      reads.push([]);
      room = maxRead;
    }
    reads[reads.length - 1].push(part);
    room -= length;
  }
  return reads;
}

/** True when both hold the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** One piece of the ring laid out flat, filled part by part. Copies: a transport's views end with its next read. */
export class FlatWindow {
  readonly bytes: Uint8Array;
  private filled = 0;

  constructor(
    readonly fromAbs: number,
    length: number
  ) {
    this.bytes = new Uint8Array(length);
  }

  add(view: Uint8Array): void {
    this.bytes.set(view, this.filled);
    this.filled += view.length;
  }

  get endAbs(): number {
    return this.fromAbs + this.filled;
  }

  /** The bytes from `abs` on; `abs` must lie in the window. */
  from(abs: number): Uint8Array {
    return this.bytes.subarray(abs - this.fromAbs, this.filled);
  }
}
