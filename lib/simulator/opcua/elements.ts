import type { VariantOptions } from 'node-opcua';
import { readU32 } from '../../wire';
import type { ElementType } from './quirks';

type NodeOpcua = typeof import('node-opcua');

/** Bytes of one element; a ByteString counts in bytes. */
export function elementBytes(type: ElementType): number {
  if (type === 'UInt64' || type === 'Int64') return 8;
  if (type === 'UInt32' || type === 'Int32') return 4;
  return type === 'UInt16' || type === 'Int16' ? 2 : 1;
}

/**
 * The value that shows `bytes` as elements of that type: little-endian words, whole elements only.
 * The bytes must be the caller's own copy; the value keeps them.
 */
export function valueOf(opcua: NodeOpcua, type: ElementType, bytes: Uint8Array): VariantOptions {
  const dataType = opcua.DataType[type];
  if (type === 'ByteString') return { dataType, value: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) };
  return { dataType, arrayType: opcua.VariantArrayType.Array, value: arrayOf(type, bytes) };
}

function arrayOf(type: Exclude<ElementType, 'ByteString'>, bytes: Uint8Array): VariantOptions['value'] {
  // Typed arrays want their own alignment, which a fresh copy has; the machines this runs on are little-endian.
  const own = bytes.byteOffset === 0 ? bytes : bytes.slice();
  const count = Math.floor(own.length / elementBytes(type));
  switch (type) {
    case 'Byte':
      return own;
    case 'SByte':
      return new Int8Array(own.buffer, 0, count);
    case 'UInt16':
      return new Uint16Array(own.buffer, 0, count);
    case 'Int16':
      return new Int16Array(own.buffer, 0, count);
    case 'UInt32':
      return new Uint32Array(own.buffer, 0, count);
    case 'Int32':
      return new Int32Array(own.buffer, 0, count);
    default:
      // node-opcua holds 64-bit integers as [high, low] pairs of unsigned words.
      return Array.from({ length: count }, (_, i) => [readU32(own, i * 8 + 4), readU32(own, i * 8)]);
  }
}
