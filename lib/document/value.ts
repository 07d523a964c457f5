import { readU16, readU32, TlvType } from '../wire';
import { hexText, utf8Json, utf8Text } from './bytes-text';
import { floatText, shortRealText } from './float-text';
import { i64Text, u64Text } from './integer-text';
import { isoTime } from './iso-time';

/** A value as documents carry it as objects: 64-bit integers and times are decimal strings, floats that JSON cannot write are null. */
export type DocumentValue = boolean | number | string | null | { payloadHex: string };

const scratch = new DataView(new ArrayBuffer(8));

/** The 32-bit float at `at`, widened. */
export function readReal(bytes: Uint8Array, at: number): number {
  scratch.setUint32(0, readU32(bytes, at));
  return scratch.getFloat32(0);
}

/** The 64-bit float at `at`. */
export function readLReal(bytes: Uint8Array, at: number): number {
  scratch.setUint32(0, readU32(bytes, at + 4));
  scratch.setUint32(4, readU32(bytes, at));
  return scratch.getFloat64(0);
}

/** The number of a Bool or an integer of at most 32 bits. The width has been checked. */
function smallInteger(type: number, bytes: Uint8Array, at: number): number {
  switch (type) {
    case TlvType.SInt:
      return (bytes[at] << 24) >> 24;
    case TlvType.UInt:
      return readU16(bytes, at);
    case TlvType.Int:
      return (readU16(bytes, at) << 16) >> 16;
    case TlvType.UDInt:
      return readU32(bytes, at);
    case TlvType.DInt:
      return readU32(bytes, at) | 0;
    default:
      return bytes[at];
  }
}

/** Exact JSON text of a payload of known type and width; undefined when a String is not valid UTF-8 (docs/format.md 17). */
export function valueJson(type: number, bytes: Uint8Array, at: number, length: number): string | undefined {
  switch (type) {
    case TlvType.Bool:
      return bytes[at] !== 0 ? 'true' : 'false';
    case TlvType.ULInt:
    case TlvType.DateTime:
      return u64Text(bytes, at);
    case TlvType.LInt:
      return i64Text(bytes, at);
    case TlvType.Real:
      return floatText(readReal(bytes, at));
    case TlvType.LReal:
      return floatText(readLReal(bytes, at));
    case TlvType.String:
      return utf8Json(bytes, at, length);
    case TlvType.Bytes:
      return '{"payloadHex":"' + hexText(bytes, at, length) + '"}';
    default:
      return '' + smallInteger(type, bytes, at);
  }
}

/** The same payload as a JavaScript value; undefined when a String is not valid UTF-8. */
export function valueObject(type: number, bytes: Uint8Array, at: number, length: number): DocumentValue | undefined {
  switch (type) {
    case TlvType.Bool:
      return bytes[at] !== 0;
    case TlvType.ULInt:
    case TlvType.DateTime:
      return u64Text(bytes, at);
    case TlvType.LInt:
      return i64Text(bytes, at);
    case TlvType.Real:
    case TlvType.LReal: {
      const value = floatOf(type, bytes, at);
      return Number.isFinite(value) ? value : null;
    }
    case TlvType.String:
      return utf8Text(bytes, at, length);
    case TlvType.Bytes:
      return { payloadHex: hexText(bytes, at, length) };
    default:
      return smallInteger(type, bytes, at);
  }
}

/** The number of a Real or LReal payload. */
export function floatOf(type: number, bytes: Uint8Array, at: number): number {
  return type === TlvType.Real ? readReal(bytes, at) : readLReal(bytes, at);
}

/** A payload of known type and width as a person writes it: no widened floats, times as ISO 8601. Undefined as above. */
export function valueForPeople(type: number, bytes: Uint8Array, at: number, length: number): string | undefined {
  switch (type) {
    case TlvType.Bool:
      return bytes[at] !== 0 ? 'true' : 'false';
    case TlvType.DateTime:
      return isoTime(u64Text(bytes, at));
    case TlvType.Real:
      return shortRealText(readReal(bytes, at));
    case TlvType.LReal:
      return String(readLReal(bytes, at));
    case TlvType.String:
      return utf8Text(bytes, at, length);
    case TlvType.Bytes:
      return hexText(bytes, at, length);
    default:
      return valueJson(type, bytes, at, length);
  }
}
