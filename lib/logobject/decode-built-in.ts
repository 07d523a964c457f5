import { ByteReader, DecodeStop } from './byte-reader';
import {
  BUILT_IN_TYPES,
  DataValue,
  DiagnosticInfo,
  ExpandedNodeId,
  ExtensionObject,
  LocalizedText,
  MAX_NESTING,
  NodeId,
  QualifiedName,
  Scalar,
  Variant
} from './model';

/* The built-in types of OPC UA Part 6, 5.2.2, binary encoding. All of them stop the decoder by throwing DecodeStop. */

const malformed = (what: string, offset: number): DecodeStop => new DecodeStop('OPENOT_LOG_MALFORMED', what, offset);

const hexByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
/** Where the byte of each pair of digits stands: the first three groups of a Guid are little-endian numbers. */
const GUID_ORDER: readonly number[] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** 16 bytes as `00112233-4455-6677-8899-aabbccddeeff`. */
export function readGuid(from: ByteReader): string {
  const start = from.take(16);
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += hexByte[from.bytes[start + GUID_ORDER[i]]];
  }
  return text;
}

const base64 = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString('base64');

/** A NodeId in any of its six forms; `form` is its first byte without the flags of an ExpandedNodeId. */
function nodeIdOf(from: ByteReader, form: number, offset: number): NodeId {
  switch (form) {
    case 0:
      return { namespace: 0, kind: 'i', id: from.u8() };
    case 1:
      return { namespace: from.u8(), kind: 'i', id: from.u16() };
    case 2:
      return { namespace: from.u16(), kind: 'i', id: from.u32() };
    case 3:
      return { namespace: from.u16(), kind: 's', id: from.text() ?? '' };
    case 4:
      return { namespace: from.u16(), kind: 'g', id: readGuid(from) };
    case 5:
      return { namespace: from.u16(), kind: 'b', id: base64(from.blob()) };
    default:
      throw malformed(`0x${hexByte[form]} begins no NodeId`, offset);
  }
}

/** A NodeId in any of its six forms. */
export function readNodeId(from: ByteReader): NodeId {
  const { at } = from;
  return nodeIdOf(from, from.u8(), at);
}

function readExpandedNodeId(from: ByteReader): ExpandedNodeId {
  const { at } = from;
  const form = from.u8();
  const nodeId = nodeIdOf(from, form & 0x3f, at);
  if ((form & 0xc0) === 0) return nodeId;
  const namespaceUri = (form & 0x80) !== 0 ? { namespaceUri: from.text() } : {};
  const serverIndex = (form & 0x40) !== 0 ? { serverIndex: from.u32() } : {};
  return { ...nodeId, ...namespaceUri, ...serverIndex };
}

/** A mask, then locale and text as far as the mask says. */
export function readLocalizedText(from: ByteReader): LocalizedText {
  const mask = from.u8();
  const locale = (mask & 1) !== 0 ? from.text() : null;
  return { locale, text: (mask & 2) !== 0 ? from.text() : null };
}

const readQualifiedName = (from: ByteReader): QualifiedName => ({ namespace: from.u16(), name: from.text() });

function readExtensionObject(from: ByteReader): ExtensionObject {
  const typeId = readNodeId(from);
  const { at } = from;
  const encoding = from.u8();
  if (encoding === 0) return { typeId, encoding, body: null };
  if (encoding === 1 || encoding === 2) return { typeId, encoding, body: from.blob() };
  throw malformed(`${encoding} is no encoding of an ExtensionObject`, at);
}

function readDataValue(from: ByteReader, depth: number): DataValue {
  const mask = from.u8();
  return {
    ...((mask & 0x01) !== 0 ? { value: readVariant(from, depth + 1) } : {}),
    ...((mask & 0x02) !== 0 ? { status: from.u32() } : {}),
    ...((mask & 0x04) !== 0 ? { sourceTimestamp: from.i64() } : {}),
    ...((mask & 0x10) !== 0 ? { sourcePicoseconds: from.u16() } : {}),
    ...((mask & 0x08) !== 0 ? { serverTimestamp: from.i64() } : {}),
    ...((mask & 0x20) !== 0 ? { serverPicoseconds: from.u16() } : {})
  };
}

function readDiagnosticInfo(from: ByteReader, depth: number): DiagnosticInfo {
  checkDepth(from, depth);
  const mask = from.u8();
  return {
    ...((mask & 0x01) !== 0 ? { symbolicId: from.i32() } : {}),
    ...((mask & 0x02) !== 0 ? { namespaceUri: from.i32() } : {}),
    ...((mask & 0x08) !== 0 ? { locale: from.i32() } : {}),
    ...((mask & 0x04) !== 0 ? { localizedText: from.i32() } : {}),
    ...((mask & 0x10) !== 0 ? { additionalInfo: from.text() } : {}),
    ...((mask & 0x20) !== 0 ? { innerStatusCode: from.u32() } : {}),
    ...((mask & 0x40) !== 0 ? { inner: readDiagnosticInfo(from, depth + 1) } : {})
  };
}

function checkDepth(from: ByteReader, depth: number): void {
  if (depth > MAX_NESTING)
    throw new DecodeStop('OPENOT_LOG_TOO_DEEP', `values are nested more than ${MAX_NESTING} times`, from.at);
}

type Read = (from: ByteReader, depth: number) => Scalar;
const bytes: Read = (from) => from.blob();
const text: Read = (from) => from.text();

/** By the number of the type: the least number of bytes that a value has, and how it is read. */
const readers: ReadonlyArray<readonly [least: number, read: Read]> = [
  [0, () => null],
  [1, (from) => from.u8() !== 0],
  [1, (from) => from.i8()],
  [1, (from) => from.u8()],
  [2, (from) => from.i16()],
  [2, (from) => from.u16()],
  [4, (from) => from.i32()],
  [4, (from) => from.u32()],
  [8, (from) => from.i64()],
  [8, (from) => from.u64()],
  [4, (from) => from.f32()],
  [8, (from) => from.f64()],
  [4, text],
  [8, (from) => from.i64()],
  [16, readGuid],
  [4, bytes],
  [4, text],
  [2, readNodeId],
  [2, readExpandedNodeId],
  [4, (from) => from.u32()],
  [6, readQualifiedName],
  [1, readLocalizedText],
  [3, readExtensionObject],
  [1, readDataValue],
  [1, (from, depth) => readVariant(from, depth + 1)],
  [1, readDiagnosticInfo],
  ...Array.from({ length: 6 }, (): readonly [number, Read] => [4, bytes])
];

const TYPE_BITS = 0x3f;
const IS_ARRAY = 0x80;
const HAS_DIMENSIONS = 0x40;

/** A Variant with everything in it; `depth` counts those around it. */
export function readVariant(from: ByteReader, depth: number): Variant {
  checkDepth(from, depth);
  const { at } = from;
  const encoding = from.u8();
  const number = encoding & TYPE_BITS;
  if (number >= readers.length) throw malformed(`${number} is no built-in type`, at);
  const type = BUILT_IN_TYPES[number];
  const [least, read] = readers[number];
  if ((encoding & IS_ARRAY) === 0) {
    if ((encoding & HAS_DIMENSIONS) !== 0) throw malformed('a scalar has dimensions', at);
    return { type, value: read(from, depth) };
  }
  if (number === 0) throw malformed('an array of nulls', at);
  const count = from.length(least) ?? 0;
  const value: Scalar[] = [];
  for (let i = 0; i < count; i++) value.push(read(from, depth));
  if ((encoding & HAS_DIMENSIONS) === 0) return { type, value };
  return { type, value, ...dimensionsOf(from, count) };
}

/** Dimensions that do not multiply to the number of values say nothing; Part 6 calls them an error. */
function dimensionsOf(from: ByteReader, values: number): { dimensions?: number[] } {
  const { at } = from;
  const count = from.length(4) ?? 0;
  const dimensions: number[] = [];
  for (let i = 0; i < count; i++) dimensions.push(from.i32());
  const product = dimensions.reduce((all, one) => all * one, 1);
  if (dimensions.some((one) => one < 0) || (count > 0 && product !== values))
    throw malformed(`dimensions ${dimensions.slice(0, 8).join(' x ')} for ${values} values`, at);
  return count > 0 ? { dimensions } : {};
}
