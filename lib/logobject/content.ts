import { sha256 } from '../base/hashes';
import type {
  BuiltInType,
  DataValue,
  DiagnosticInfo,
  ExpandedNodeId,
  ExtensionObject,
  LocalizedText,
  LogRecord,
  NodeId,
  QualifiedName,
  Scalar,
  TraceContext,
  Variant
} from './model';
import { expandedNodeIdText, isNullNodeId, nodeIdText, qualifiedNameText } from './node-id-text';
import { isoOfTicks } from './time';

/** A value as JSON has it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** One entry of AdditionalData; `name` is absent where it is null. */
export interface LogData {
  readonly name?: string;
  readonly type: BuiltInType;
  readonly value: JsonValue;
}

/** Where a record belongs in a trace. */
export interface LogTrace {
  /** 32 hex digits, lower case. */
  readonly traceId: string;
  /** Decimal text, as the next one; 0 is left out. */
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly parentIdentifier?: string;
}

/** What a record says, in a form that is the same in every session: null and absent are one, namespaces are URIs. */
export interface LogContent {
  /** 100 ns since 1601, decimal text. */
  readonly ticks: string;
  readonly severity: number;
  readonly eventType?: string;
  readonly sourceNode?: string;
  readonly sourceName?: string;
  readonly message: { readonly text?: string; readonly locale?: string };
  readonly trace?: LogTrace;
  readonly data?: readonly LogData[];
}

/** A LogRecord's content (docs/format.md 28); `namespaces` are those of the session that brought it. */
export function contentOf(record: LogRecord, namespaces: readonly string[]): LogContent {
  const { ticks, severity, eventType, sourceNode, sourceName, message, traceContext, additionalData } = record;
  const node = (nodeId: NodeId | undefined): string | undefined =>
    nodeId === undefined || isNullNodeId(nodeId) ? undefined : nodeIdText(nodeId, namespaces);
  const content: { -readonly [Key in keyof LogContent]: LogContent[Key] } = {
    ticks: ticks.toString(),
    severity,
    message: localizedText(message)
  };
  const type = node(eventType);
  if (type !== undefined) content.eventType = type;
  const source = node(sourceNode);
  if (source !== undefined) content.sourceNode = source;
  if (typeof sourceName === 'string' && sourceName !== '') content.sourceName = sourceName;
  const trace = traceContext === undefined ? undefined : traceOf(traceContext);
  if (trace !== undefined) content.trace = trace;
  if (additionalData !== undefined && additionalData !== null && additionalData.length > 0)
    content.data = additionalData.map(({ name, value }) => ({
      ...(name === null ? {} : { name }),
      ...variantJson(value, namespaces)
    }));
  return content;
}

const localizedText = ({ text, locale }: LocalizedText): { text?: string; locale?: string } => ({
  ...(text === null ? {} : { text }),
  ...(locale === null || locale === '' ? {} : { locale })
});

const NO_TRACE = '0'.repeat(32);

function traceOf({ traceId, spanId, parentSpanId, parentIdentifier }: TraceContext): LogTrace | undefined {
  const id = traceId.replaceAll('-', '');
  if (id === NO_TRACE) return undefined;
  return {
    traceId: id,
    ...(spanId === 0n ? {} : { spanId: spanId.toString() }),
    ...(parentSpanId === 0n ? {} : { parentSpanId: parentSpanId.toString() }),
    ...(parentIdentifier === null || parentIdentifier === '' ? {} : { parentIdentifier })
  };
}

const base64 = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
const decimal = (value: bigint): string => value.toString();
const float = (value: number): JsonValue => (Number.isFinite(value) ? value : String(value));
/** What is no valid time stays its ticks. */
const dateTime = (ticks: bigint): string => isoOfTicks(ticks) ?? ticks.toString();
const statusCode = (code: number): string => `0x${code.toString(16).toUpperCase().padStart(8, '0')}`;

type ToJson = (value: never, namespaces: readonly string[]) => JsonValue;

/** Types whose values are not JSON as they are. */
const toJson: Readonly<Partial<Record<BuiltInType, ToJson>>> = {
  Int64: decimal,
  UInt64: decimal,
  Float: float,
  Double: float,
  DateTime: dateTime,
  ByteString: base64,
  NodeId: (value: NodeId, namespaces) => nodeIdText(value, namespaces),
  ExpandedNodeId: (value: ExpandedNodeId, namespaces) => expandedNodeIdText(value, namespaces),
  StatusCode: statusCode,
  QualifiedName: (value: QualifiedName, namespaces) => qualifiedNameText(value, namespaces),
  LocalizedText: (value: LocalizedText) => localizedText(value),
  ExtensionObject: (value: ExtensionObject, namespaces) => ({
    typeId: nodeIdText(value.typeId, namespaces),
    ...(value.encoding === 2 ? { encoding: 'xml' } : {}),
    body: base64(value.body)
  }),
  DataValue: dataValueJson,
  Variant: (value: Variant, namespaces) => ({ ...variantJson(value, namespaces) }),
  DiagnosticInfo: diagnosticInfoJson
};

function dataValueJson(data: DataValue, namespaces: readonly string[]): JsonValue {
  const { value, status, sourceTimestamp, sourcePicoseconds, serverTimestamp, serverPicoseconds } = data;
  return {
    ...(value === undefined ? {} : { value: { ...variantJson(value, namespaces) } }),
    ...(status === undefined ? {} : { status: statusCode(status) }),
    ...(sourceTimestamp === undefined ? {} : { sourceTimestamp: dateTime(sourceTimestamp) }),
    ...(sourcePicoseconds === undefined ? {} : { sourcePicoseconds }),
    ...(serverTimestamp === undefined ? {} : { serverTimestamp: dateTime(serverTimestamp) }),
    ...(serverPicoseconds === undefined ? {} : { serverPicoseconds })
  };
}

function diagnosticInfoJson({ innerStatusCode, inner, ...numbers }: DiagnosticInfo): JsonValue {
  return {
    ...(numbers as { [key: string]: JsonValue }),
    ...(innerStatusCode === undefined ? {} : { innerStatusCode: statusCode(innerStatusCode) }),
    ...(inner === undefined ? {} : { inner: diagnosticInfoJson(inner) })
  };
}

/** A Variant as documents have it: an array is a list, a matrix lists within lists. */
export function variantJson(variant: Variant, namespaces: readonly string[]): { type: BuiltInType; value: JsonValue } {
  const { type, value, dimensions } = variant;
  const convert = (toJson[type] ?? (type.startsWith('Reserved') ? base64 : undefined)) as
    ((value: Scalar, namespaces: readonly string[]) => JsonValue) | undefined;
  const one = (scalar: Scalar): JsonValue =>
    scalar === null || convert === undefined ? (scalar as JsonValue) : convert(scalar, namespaces);
  if (!Array.isArray(value)) return { type, value: one(value as Scalar) };
  const list = (value as readonly Scalar[]).map(one);
  return { type, value: dimensions === undefined ? list : nested(list, dimensions) };
}

/** Values in rows: the last dimension runs fastest. */
function nested(values: readonly JsonValue[], dimensions: readonly number[]): readonly JsonValue[] {
  let rows = values;
  for (const width of dimensions.slice(1).reverse()) {
    if (width < 1) return [];
    const outer: JsonValue[] = [];
    for (let at = 0; at < rows.length; at += width) outer.push(rows.slice(at, at + width));
    rows = outer;
  }
  return rows;
}

const utf8 = new TextEncoder();

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');

/**
 * What tells records of a log apart: the first 16 bytes of the SHA-256 of their content, in hex (docs/format.md 28).
 * Equal records have equal keys: there is nothing in them that would tell them apart.
 */
export function keyOf(content: LogContent): string {
  const { ticks, severity, eventType, sourceNode, sourceName, message, trace, data } = content;
  const fixed = [
    ticks,
    severity,
    eventType ?? null,
    sourceNode ?? null,
    sourceName ?? null,
    message.locale ?? null,
    message.text ?? null,
    trace === undefined
      ? null
      : [trace.traceId, trace.spanId ?? null, trace.parentSpanId ?? null, trace.parentIdentifier ?? null],
    data === undefined ? null : data.map(({ name, type, value }) => [name ?? null, type, value])
  ];
  return hex(sha256(utf8.encode(JSON.stringify(fixed))).subarray(0, 16));
}

/**
 * The identity of a record (docs/format.md 28), the same at every reading: 64 hex digits of the SHA-256 of the server's
 * ApplicationUri, the log's NodeId with its namespace URI, the record's key and its number among equals, from 0.
 */
export const logUid = (applicationUri: string, logObject: string, key: string, number: number): string =>
  hex(sha256(utf8.encode(JSON.stringify([applicationUri, logObject, key, number]))));

/** The identity of a gap: of its ApplicationUri, its log, and `after before verdict`. */
export const gapUid = (applicationUri: string, logObject: string, gap: string): string =>
  hex(sha256(utf8.encode(JSON.stringify([applicationUri, logObject, 'gap', gap]))));
