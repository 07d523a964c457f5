/** Log records of OPC UA Part 26 as they are once decoded (docs/format.md 27), and the built-in types they hold. */

/** Names of OPC UA's built-in types by their number in a Variant; 26 to 31 are not assigned and hold bytes (Part 6). */
export const BUILT_IN_TYPES = [
  'Null',
  'Boolean',
  'SByte',
  'Byte',
  'Int16',
  'UInt16',
  'Int32',
  'UInt32',
  'Int64',
  'UInt64',
  'Float',
  'Double',
  'String',
  'DateTime',
  'Guid',
  'ByteString',
  'XmlElement',
  'NodeId',
  'ExpandedNodeId',
  'StatusCode',
  'QualifiedName',
  'LocalizedText',
  'ExtensionObject',
  'DataValue',
  'Variant',
  'DiagnosticInfo',
  'Reserved26',
  'Reserved27',
  'Reserved28',
  'Reserved29',
  'Reserved30',
  'Reserved31'
] as const;
/** The name of a built-in type. */
export type BuiltInType = (typeof BUILT_IN_TYPES)[number];

/** A NodeId as it stands in the bytes: its namespace is an index of the session that brought it. */
export interface NodeId {
  readonly namespace: number;
  /** `i` number, `s` text, `g` Guid in lower case, `b` base64. */
  readonly kind: 'i' | 's' | 'g' | 'b';
  readonly id: number | string;
}

/** A NodeId that may name its namespace by URI and may belong to another server. */
export interface ExpandedNodeId extends NodeId {
  readonly namespaceUri?: string | null;
  readonly serverIndex?: number;
}

/** Text and the language it is in; null = not given. */
export interface LocalizedText {
  readonly locale: string | null;
  readonly text: string | null;
}

/** A name in a namespace. */
export interface QualifiedName {
  readonly namespace: number;
  readonly name: string | null;
}

/** A structure that only its type knows how to read. */
export interface ExtensionObject {
  readonly typeId: NodeId;
  /** 0 no body, 1 binary, 2 XML. */
  readonly encoding: 0 | 1 | 2;
  readonly body: Uint8Array | null;
}

/** A value with its status and times; what the server left out is absent. Times in ticks. */
export interface DataValue {
  readonly value?: Variant;
  readonly status?: number;
  readonly sourceTimestamp?: bigint;
  readonly sourcePicoseconds?: number;
  readonly serverTimestamp?: bigint;
  readonly serverPicoseconds?: number;
}

/** Diagnostics of a server; numbers are indexes into a string table that the record does not have. */
export interface DiagnosticInfo {
  readonly symbolicId?: number;
  readonly namespaceUri?: number;
  readonly locale?: number;
  readonly localizedText?: number;
  readonly additionalInfo?: string | null;
  readonly innerStatusCode?: number;
  readonly inner?: DiagnosticInfo;
}

/**
 * One value of a built-in type: 64-bit integers and DateTime (ticks) are bigint, other numbers and StatusCode number,
 * Guid its text in lower case, ByteString bytes, the rest as its name says. Null is null.
 */
export type Scalar =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | NodeId
  | ExpandedNodeId
  | QualifiedName
  | LocalizedText
  | ExtensionObject
  | DataValue
  | DiagnosticInfo
  | Variant;

/** A value that says its type: a scalar, or an array of them, with its dimensions where it is a matrix. */
export interface Variant {
  readonly type: BuiltInType;
  readonly value: Scalar | readonly Scalar[];
  readonly dimensions?: readonly number[];
}

/** A named value of AdditionalData. */
export interface NameValuePair {
  readonly name: string | null;
  readonly value: Variant;
}

/** Where a record belongs in a trace; all zero = nowhere. */
export interface TraceContext {
  /** In text order, lower case, with dashes. */
  readonly traceId: string;
  /** Unsigned 64-bit. */
  readonly spanId: bigint;
  readonly parentSpanId: bigint;
  readonly parentIdentifier: string | null;
}

/** One LogRecord. A field that the bytes leave out is absent; one that is there and null is null. */
export interface LogRecord {
  /** Time in 100 ns since 1601-01-01, signed 64-bit, as it came. */
  readonly ticks: bigint;
  /** 1 to 1000 where the server keeps to the standard; any UInt16 otherwise. */
  readonly severity: number;
  readonly eventType?: NodeId;
  readonly sourceNode?: NodeId;
  readonly sourceName?: string | null;
  readonly message: LocalizedText;
  readonly traceContext?: TraceContext;
  readonly additionalData?: readonly NameValuePair[] | null;
}

/** Bits of the EncodingMask, and of the RequestMask that asks for the fields. */
export const FieldBit = {
  eventType: 0x01,
  sourceNode: 0x02,
  sourceName: 0x04,
  traceContext: 0x08,
  additionalData: 0x10
} as const;

/** All fields that this version knows. */
export const ALL_FIELDS = 0x1f;

/** Nesting of Variants, DataValues and DiagnosticInfos, at most (Part 6, 5.1.5). */
export const MAX_NESTING = 100;
