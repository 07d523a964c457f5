import { hexText } from '../wire/hex';
import { i64Text, u64Text } from '../wire/integer-text';
import { TlvType } from '../wire/registry/tlv-types';
import { readU16, readU32 } from '../wire/u64';
import { utf8Json, utf8Text } from './bytes-text';
import { floatText, nonFiniteName, shortRealText } from './float-text';
import { isoTime } from './iso-time';

/**
 * A value as documents carry it as objects: 64-bit integers and times are decimal strings, floats that JSON cannot
 * write are null.
 */
export type DocumentValue = boolean | number | string | null | { payloadHex: string };

const scratch = new DataView(new ArrayBuffer(8));

/** The 32-bit float at `at`, widened. */
function readReal(bytes: Uint8Array, at: number): number {
  scratch.setUint32(0, readU32(bytes, at));
  return scratch.getFloat32(0);
}

/** The 64-bit float at `at`. */
function readLReal(bytes: Uint8Array, at: number): number {
  scratch.setUint32(0, readU32(bytes, at + 4));
  scratch.setUint32(4, readU32(bytes, at));
  return scratch.getFloat64(0);
}

type Reader<T> = (bytes: Uint8Array, at: number, length: number) => T;

/*
 * One function per TLV type, looked up by tag: for a record's few slots a chain of comparisons with the names of an
 * enum
 * costs more than the formatting itself.
 */
const numbers: Reader<number>[] = [];
numbers[TlvType.Bool] = (bytes, at) => bytes[at];
numbers[TlvType.SInt] = (bytes, at) => (bytes[at] << 24) >> 24;
numbers[TlvType.USInt] = (bytes, at) => bytes[at];
numbers[TlvType.UInt] = (bytes, at) => readU16(bytes, at);
numbers[TlvType.Int] = (bytes, at) => (readU16(bytes, at) << 16) >> 16;
numbers[TlvType.UDInt] = (bytes, at) => readU32(bytes, at);
numbers[TlvType.DInt] = (bytes, at) => readU32(bytes, at) | 0;
numbers[TlvType.Real] = readReal;
numbers[TlvType.LReal] = readLReal;

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

const jsonByType: Reader<string | undefined>[] = [];
const objectByType: Reader<DocumentValue | undefined>[] = [];
const peopleByType: Reader<string | undefined>[] = [];
for (const type of [TlvType.SInt, TlvType.USInt, TlvType.UInt, TlvType.Int, TlvType.UDInt, TlvType.DInt]) {
  const read = numbers[type];
  jsonByType[type] = peopleByType[type] = (bytes, at, length) => '' + read(bytes, at, length);
  objectByType[type] = read;
}
for (const [type, text] of [
  [TlvType.ULInt, u64Text],
  [TlvType.LInt, i64Text],
  [TlvType.DateTime, u64Text]
] as const) {
  jsonByType[type] = objectByType[type] = peopleByType[type] = text;
}
jsonByType[TlvType.Bool] = peopleByType[TlvType.Bool] = (bytes, at) => (bytes[at] !== 0 ? 'true' : 'false');
jsonByType[TlvType.Real] = (bytes, at) => floatText(readReal(bytes, at));
jsonByType[TlvType.LReal] = (bytes, at) => floatText(readLReal(bytes, at));
jsonByType[TlvType.String] = utf8Json;
jsonByType[TlvType.Bytes] = (bytes, at, length) => '{"payloadHex":"' + hexText(bytes, at, length) + '"}';
objectByType[TlvType.Bool] = (bytes, at) => bytes[at] !== 0;
objectByType[TlvType.Real] = (bytes, at) => finiteOrNull(readReal(bytes, at));
objectByType[TlvType.LReal] = (bytes, at) => finiteOrNull(readLReal(bytes, at));
objectByType[TlvType.String] = utf8Text;
objectByType[TlvType.Bytes] = (bytes, at, length) => ({ payloadHex: hexText(bytes, at, length) });
peopleByType[TlvType.DateTime] = (bytes, at) => isoTime(u64Text(bytes, at));
peopleByType[TlvType.Real] = (bytes, at) => shortRealText(readReal(bytes, at));
peopleByType[TlvType.LReal] = (bytes, at) => String(readLReal(bytes, at));
peopleByType[TlvType.String] = utf8Text;
peopleByType[TlvType.Bytes] = hexText;

/**
 * Exact JSON text of a payload of known type and width; undefined when a String is not valid UTF-8 (docs/format.md 17).
 */
export function valueJson(type: number, bytes: Uint8Array, at: number, length: number): string | undefined {
  return jsonByType[type](bytes, at, length);
}

/** The same payload as a JavaScript value; undefined when a String is not valid UTF-8. */
export function valueObject(type: number, bytes: Uint8Array, at: number, length: number): DocumentValue | undefined {
  return objectByType[type](bytes, at, length);
}

/**
 * A payload of known type and width as a person writes it: no widened floats, times as ISO 8601. Undefined as above.
 */
export function valueForPeople(type: number, bytes: Uint8Array, at: number, length: number): string | undefined {
  return peopleByType[type](bytes, at, length);
}

/** Which float a null stands for; undefined for any other value. */
export function nonFinite(type: number, bytes: Uint8Array, at: number): string | undefined {
  return type === TlvType.Real || type === TlvType.LReal ? nonFiniteName(numbers[type](bytes, at, 0)) : undefined;
}
