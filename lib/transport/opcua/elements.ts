import type { Variant } from 'node-opcua';
import { loadClient } from './load';

/** Bytes of one element of the types that can carry a ring; a ByteString counts in bytes. */
const WIDTHS: Readonly<Record<string, number>> = {
  Byte: 1,
  SByte: 1,
  UInt16: 2,
  Int16: 2,
  UInt32: 4,
  Int32: 4,
  UInt64: 8,
  Int64: 8,
  ByteString: 1
};

/** A value as little-endian bytes, or why it is none. */
export type ValueBytes =
  | { readonly ok: true; readonly type: string; readonly width: number; readonly bytes: Uint8Array }
  /** `found` = what it is, for a person. */
  | { readonly ok: false; readonly kind: 'empty' | 'scalar' | 'structure' | 'type'; readonly found: string };

/**
 * The bytes that a value stands for: an array of Byte, SByte or 16, 32, 64-bit integers as little-endian words, or a
 * ByteString (README.md here). May be a view of the value.
 */
export function bytesOf(variant: Variant | null | undefined): ValueBytes {
  if (variant === null || variant === undefined) return { ok: false, kind: 'empty', found: 'no value' };
  const { DataType, VariantArrayType } = loadClient();
  const type = DataType[variant.dataType] ?? `type ${variant.dataType}`;
  const isArray = variant.arrayType !== VariantArrayType.Scalar;
  const shown = isArray ? `an array of ${type}` : `a single ${type}`;
  if (variant.dataType === DataType.Null || variant.value === null || variant.value === undefined)
    return { ok: false, kind: 'empty', found: 'no value' };
  if (variant.dataType === DataType.ExtensionObject)
    return { ok: false, kind: 'structure', found: isArray ? 'an array of structures' : 'a structure' };
  const width = WIDTHS[type];
  if (variant.dataType === DataType.ByteString) {
    return isArray
      ? { ok: false, kind: 'type', found: shown }
      : { ok: true, type, width, bytes: variant.value as Buffer };
  }
  if (!isArray) return { ok: false, kind: 'scalar', found: shown };
  if (width === undefined) return { ok: false, kind: 'type', found: shown };
  return { ok: true, type: `${type}[]`, width, bytes: littleEndian(variant.value, width) };
}

function littleEndian(value: unknown, width: number): Uint8Array {
  // Bytes, and words of a machine that keeps them little-endian as the format does, are taken as they lie.
  if (ArrayBuffer.isView(value) && width < 8 && isLittleEndian)
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const words = value as ArrayLike<number | bigint | ArrayLike<number>>;
  const bytes = new Uint8Array(words.length * width);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < words.length; i++) setWord(view, i * width, width, words[i]);
  return bytes;
}

function setWord(view: DataView, at: number, width: number, word: number | bigint | ArrayLike<number>): void {
  if (width === 8) return set64(view, at, word);
  const value = Number(word);
  if (width === 1) view.setUint8(at, value & 0xff);
  else if (width === 2) view.setUint16(at, value & 0xffff, true);
  else view.setUint32(at, value >>> 0, true);
}

/** node-opcua holds 64-bit integers as [high, low]. */
function set64(view: DataView, at: number, word: number | bigint | ArrayLike<number>): void {
  if (typeof word === 'bigint') return view.setBigUint64(at, BigInt.asUintN(64, word), true);
  if (typeof word === 'number') return view.setBigUint64(at, BigInt.asUintN(64, BigInt(word)), true);
  view.setUint32(at + 4, word[0] >>> 0, true);
  view.setUint32(at, word[1] >>> 0, true);
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
