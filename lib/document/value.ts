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

/** The 32-bit float at `at`, widened. */
// As Buffer reads them: any Uint8Array will do, and a DataView for each value takes six times as long.
const { readFloatLE, readDoubleLE } = Buffer.prototype;
const readReal = (bytes: Uint8Array, at: number): number => readFloatLE.call(bytes as Buffer, at);
const readLReal = (bytes: Uint8Array, at: number): number => readDoubleLE.call(bytes as Buffer, at);

type Reader<T> = (bytes: Uint8Array, at: number, length: number) => T;

/**
 * One function per TLV type, looked up by tag: for a record's few slots a chain of comparisons with the names of an
 * enum costs more than the formatting itself.
 */
type ByType<T> = readonly Reader<T>[];

function byType<T>(readers: Readonly<Partial<Record<TlvType, Reader<T>>>>): ByType<T> {
  const table: Reader<T>[] = [];
  for (const [type, reader] of Object.entries(readers)) table[Number(type)] = reader;
  return table;
}

const integers: Readonly<Partial<Record<TlvType, Reader<number>>>> = {
  [TlvType.SInt]: (bytes, at) => (bytes[at] << 24) >> 24,
  [TlvType.USInt]: (bytes, at) => bytes[at],
  [TlvType.UInt]: (bytes, at) => readU16(bytes, at),
  [TlvType.Int]: (bytes, at) => (readU16(bytes, at) << 16) >> 16,
  [TlvType.UDInt]: (bytes, at) => readU32(bytes, at),
  [TlvType.DInt]: (bytes, at) => readU32(bytes, at) | 0
};
const integerTexts: Readonly<Partial<Record<TlvType, Reader<string>>>> = {
  ...Object.fromEntries(
    Object.entries(integers).map(([type, read]) => [type, (bytes: Uint8Array, at: number) => '' + read(bytes, at, 0)])
  ),
  [TlvType.ULInt]: u64Text,
  [TlvType.LInt]: i64Text,
  [TlvType.DateTime]: u64Text,
  [TlvType.Bool]: (bytes, at) => (bytes[at] !== 0 ? 'true' : 'false')
};

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

const jsonByType = byType<string | undefined>({
  ...integerTexts,
  [TlvType.Real]: (bytes, at) => floatText(readReal(bytes, at)),
  [TlvType.LReal]: (bytes, at) => floatText(readLReal(bytes, at)),
  [TlvType.String]: utf8Json,
  [TlvType.Bytes]: (bytes, at, length) => '{"payloadHex":"' + hexText(bytes, at, length) + '"}'
});
const objectByType = byType<DocumentValue | undefined>({
  ...integers,
  [TlvType.ULInt]: u64Text,
  [TlvType.LInt]: i64Text,
  [TlvType.DateTime]: u64Text,
  [TlvType.Bool]: (bytes, at) => bytes[at] !== 0,
  [TlvType.Real]: (bytes, at) => finiteOrNull(readReal(bytes, at)),
  [TlvType.LReal]: (bytes, at) => finiteOrNull(readLReal(bytes, at)),
  [TlvType.String]: utf8Text,
  [TlvType.Bytes]: (bytes, at, length) => ({ payloadHex: hexText(bytes, at, length) })
});
const peopleByType = byType<string | undefined>({
  ...integerTexts,
  [TlvType.DateTime]: (bytes, at) => isoTime(u64Text(bytes, at)),
  [TlvType.Real]: (bytes, at) => shortRealText(readReal(bytes, at)),
  [TlvType.LReal]: (bytes, at) => String(readLReal(bytes, at)),
  [TlvType.String]: utf8Text,
  [TlvType.Bytes]: hexText
});

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
  if (type === TlvType.Real) return nonFiniteName(readReal(bytes, at));
  return type === TlvType.LReal ? nonFiniteName(readLReal(bytes, at)) : undefined;
}
