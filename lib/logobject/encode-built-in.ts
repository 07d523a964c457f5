import { ByteWriter } from './byte-writer';
import {
  BUILT_IN_TYPES,
  BuiltInType,
  DataValue,
  DiagnosticInfo,
  ExpandedNodeId,
  ExtensionObject,
  LocalizedText,
  NodeId,
  QualifiedName,
  Scalar,
  Variant
} from './model';

/* The counterpart of decode-built-in.ts, in the shortest form that Part 6 allows. */

const GUID_ORDER: readonly number[] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** 16 bytes of the text `00112233-4455-6677-8899-aabbccddeeff`. */
export function writeGuid(to: ByteWriter, text: string): void {
  const digits = Buffer.from(text.replaceAll('-', ''), 'hex');
  to.raw(Buffer.from(GUID_ORDER.map((place) => digits[place])));
}

/** In the shortest form; `flags` are those of an ExpandedNodeId. */
export function writeNodeId(to: ByteWriter, nodeId: NodeId, flags = 0): void {
  const { namespace, kind, id } = nodeId;
  if (kind === 'i') return writeNumeric(to, namespace, id as number, flags);
  to.u8({ s: 3, g: 4, b: 5 }[kind] | flags);
  to.u16(namespace);
  if (kind === 's') to.text(id as string);
  else if (kind === 'g') writeGuid(to, id as string);
  else to.blob(Buffer.from(id as string, 'base64'));
}

function writeNumeric(to: ByteWriter, namespace: number, id: number, flags: number): void {
  if (namespace === 0 && id <= 0xff) {
    to.u8(flags);
    to.u8(id);
  } else if (namespace <= 0xff && id <= 0xffff) {
    to.u8(1 | flags);
    to.u8(namespace);
    to.u16(id);
  } else {
    to.u8(2 | flags);
    to.u16(namespace);
    to.u32(id);
  }
}

function writeExpandedNodeId(to: ByteWriter, nodeId: ExpandedNodeId): void {
  const { namespaceUri, serverIndex } = nodeId;
  writeNodeId(to, nodeId, (namespaceUri === undefined ? 0 : 0x80) | (serverIndex === undefined ? 0 : 0x40));
  if (namespaceUri !== undefined) to.text(namespaceUri);
  if (serverIndex !== undefined) to.u32(serverIndex);
}

/** A mask, then what is not null. */
export function writeLocalizedText(to: ByteWriter, { locale, text }: LocalizedText): void {
  to.u8((locale === null ? 0 : 1) | (text === null ? 0 : 2));
  if (locale !== null) to.text(locale);
  if (text !== null) to.text(text);
}

function writeExtensionObject(to: ByteWriter, { typeId, encoding, body }: ExtensionObject): void {
  writeNodeId(to, typeId);
  to.u8(encoding);
  if (encoding !== 0) to.blob(body);
}

function writeDataValue(to: ByteWriter, data: DataValue): void {
  const bit = (value: unknown, mask: number): number => (value === undefined ? 0 : mask);
  to.u8(
    bit(data.value, 0x01) |
      bit(data.status, 0x02) |
      bit(data.sourceTimestamp, 0x04) |
      bit(data.sourcePicoseconds, 0x10) |
      bit(data.serverTimestamp, 0x08) |
      bit(data.serverPicoseconds, 0x20)
  );
  if (data.value !== undefined) writeVariant(to, data.value);
  if (data.status !== undefined) to.u32(data.status);
  if (data.sourceTimestamp !== undefined) to.u64(data.sourceTimestamp);
  if (data.sourcePicoseconds !== undefined) to.u16(data.sourcePicoseconds);
  if (data.serverTimestamp !== undefined) to.u64(data.serverTimestamp);
  if (data.serverPicoseconds !== undefined) to.u16(data.serverPicoseconds);
}

function writeDiagnosticInfo(to: ByteWriter, info: DiagnosticInfo): void {
  const bit = (value: unknown, mask: number): number => (value === undefined ? 0 : mask);
  to.u8(
    bit(info.symbolicId, 0x01) |
      bit(info.namespaceUri, 0x02) |
      bit(info.locale, 0x08) |
      bit(info.localizedText, 0x04) |
      bit(info.additionalInfo, 0x10) |
      bit(info.innerStatusCode, 0x20) |
      bit(info.inner, 0x40)
  );
  for (const number of [info.symbolicId, info.namespaceUri, info.locale, info.localizedText])
    if (number !== undefined) to.u32(number);
  if (info.additionalInfo !== undefined) to.text(info.additionalInfo);
  if (info.innerStatusCode !== undefined) to.u32(info.innerStatusCode);
  if (info.inner !== undefined) writeDiagnosticInfo(to, info.inner);
}

type Write = (to: ByteWriter, value: never) => void;
const bytes: Write = (to, value: Uint8Array | null) => to.blob(value);
const text: Write = (to, value: string | null) => to.text(value);
const u8: Write = (to, value: number) => to.u8(value & 0xff);
const u16: Write = (to, value: number) => to.u16(value);
const u32: Write = (to, value: number) => to.u32(value);
const u64: Write = (to, value: bigint) => to.u64(value);

const writers: Readonly<Partial<Record<BuiltInType, Write>>> = {
  Null: () => undefined,
  Boolean: (to, value: boolean) => to.u8(value ? 1 : 0),
  SByte: u8,
  Byte: u8,
  Int16: u16,
  UInt16: u16,
  Int32: u32,
  UInt32: u32,
  Int64: u64,
  UInt64: u64,
  Float: (to, value: number) => to.f32(value),
  Double: (to, value: number) => to.f64(value),
  String: text,
  DateTime: u64,
  Guid: writeGuid,
  XmlElement: text,
  NodeId: (to, value: NodeId) => writeNodeId(to, value),
  ExpandedNodeId: writeExpandedNodeId,
  StatusCode: u32,
  QualifiedName: (to, value: QualifiedName) => {
    to.u16(value.namespace);
    to.text(value.name);
  },
  LocalizedText: writeLocalizedText,
  ExtensionObject: writeExtensionObject,
  DataValue: writeDataValue,
  Variant: (to, value: Variant) => writeVariant(to, value),
  DiagnosticInfo: writeDiagnosticInfo
};

/** A Variant with everything in it. */
export function writeVariant(to: ByteWriter, { type, value, dimensions }: Variant): void {
  const number = BUILT_IN_TYPES.indexOf(type);
  const write = (writers[type] ?? bytes) as (to: ByteWriter, value: Scalar) => void;
  if (!Array.isArray(value)) {
    to.u8(number);
    return write(to, value as Scalar);
  }
  to.u8(number | 0x80 | (dimensions === undefined ? 0 : 0x40));
  to.u32(value.length);
  for (const one of value as readonly Scalar[]) write(to, one);
  if (dimensions === undefined) return;
  to.u32(dimensions.length);
  for (const one of dimensions) to.u32(one);
}
