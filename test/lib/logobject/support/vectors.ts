import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { ExpandedNodeId, LogRecord, NodeId, Scalar, Variant } from '../../../../lib/logobject';

/* The bytes of a foreign encoder, and what each must decode to. They are the project's own data. */

const folder = path.join(__dirname, '../vectors');

/** One body with its outcome. */
export interface Body {
  readonly body: string;
  readonly expected: {
    readonly records?: readonly unknown[] | null;
    readonly error?: string;
    readonly index?: number;
    readonly warning?: string;
    readonly unreadBytes?: number;
  };
}

/** One file: one body, or the pages of a whole reading. */
export interface Vector {
  readonly name: string;
  readonly about: string;
  readonly how: string;
  readonly layout: 'part6' | 'flat';
  readonly bodies: readonly Body[];
  readonly variant?: string;
}

/** All of them. */
export function loadVectors(): Vector[] {
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const read = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Vector & Body & { pages?: Body[] };
      return { ...read, bodies: read.pages ?? [{ body: read.body, expected: read.expected }] };
    });
}

/** The bytes of a body. */
export const bytesOf = ({ body }: Body): Buffer => Buffer.from(body, 'hex');

/* A decoded record in the form of the vectors, which has no bigint, no undefined and no NaN. */

const TICKS_PER_DAY_MS = 10_000n;
const UNIX_EPOCH = 116_444_736_000_000_000n;

function shownTime(ticks: bigint): unknown {
  if (ticks <= 0n || ticks >= 2_650_467_743_990_000_000n) return { ticks: `${ticks}`, iso: null };
  const unix = ticks - UNIX_EPOCH;
  const below = ((unix % 10_000_000n) + 10_000_000n) % 10_000_000n;
  const iso = new Date(Number((unix - below) / TICKS_PER_DAY_MS)).toISOString().slice(0, 19);
  return { ticks: `${ticks}`, iso: `${iso}.${`${below}`.padStart(7, '0')}Z` };
}

const plainNode = ({ namespace, kind, id }: NodeId): string => `ns=${namespace};${kind}=${id}`;

function shownExpanded(nodeId: ExpandedNodeId): string {
  const server = nodeId.serverIndex === undefined ? '' : `svr=${nodeId.serverIndex};`;
  const uri = nodeId.namespaceUri ?? null;
  return `${server}${uri === null ? `ns=${nodeId.namespace}` : `nsu=${uri}`};${nodeId.kind}=${nodeId.id}`;
}

const shownFloat = (value: number): unknown =>
  Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : value) : String(value);

function shownScalar(type: string, value: Scalar): unknown {
  if (value === null) return null;
  const any = value as never as Record<string, never>;
  switch (type) {
    case 'Int64':
    case 'UInt64':
      return String(value);
    case 'Float':
    case 'Double':
      return shownFloat(value as number);
    case 'DateTime':
      return shownTime(value as bigint);
    case 'ByteString':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'NodeId':
      return plainNode(value as NodeId);
    case 'ExpandedNodeId':
      return shownExpanded(value as ExpandedNodeId);
    case 'QualifiedName':
      return { namespaceIndex: any.namespace, name: any.name };
    case 'ExtensionObject':
      return {
        typeId: plainNode(any.typeId),
        encoding: ['none', 'binary', 'xml'][any.encoding],
        body: Buffer.from(any.body as Uint8Array).toString('hex')
      };
    case 'DataValue':
      return {
        ...any,
        ...(any.value === undefined ? {} : { value: shownVariant(any.value) }),
        ...(any.sourceTimestamp === undefined ? {} : { sourceTimestamp: shownTime(any.sourceTimestamp) }),
        ...(any.serverTimestamp === undefined ? {} : { serverTimestamp: shownTime(any.serverTimestamp) })
      };
    case 'Variant':
      return shownVariant(value as Variant);
    default:
      return value;
  }
}

function shownVariant({ type, value, dimensions }: Variant): unknown {
  if (type === 'Null') return { type };
  const shown = Array.isArray(value)
    ? (value as readonly Scalar[]).map((one) => shownScalar(type, one))
    : shownScalar(type, value as Scalar);
  return { type, value: shown, ...(dimensions === undefined ? {} : { dimensions }) };
}

/** A record in the form that the vectors' `expected` has. */
export function shownRecord(record: LogRecord): unknown {
  const { ticks, severity, eventType, sourceNode, sourceName, message, traceContext, additionalData } = record;
  return {
    time: shownTime(ticks),
    severity,
    ...(eventType === undefined ? {} : { eventType: plainNode(eventType) }),
    ...(sourceNode === undefined ? {} : { sourceNode: plainNode(sourceNode) }),
    ...(sourceName === undefined ? {} : { sourceName }),
    message: { ...message },
    ...(traceContext === undefined
      ? {}
      : {
          traceContext: {
            ...traceContext,
            spanId: `${traceContext.spanId}`,
            parentSpanId: `${traceContext.parentSpanId}`
          }
        }),
    ...(additionalData === undefined
      ? {}
      : {
          additionalData:
            additionalData === null
              ? null
              : additionalData.map(({ name, value }) => ({ name, value: shownVariant(value) }))
        })
  };
}

/** Without what only a decoder of the structure itself would know: `decoded` of an ExtensionObject. */
export function withoutDecoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDecoded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'decoded')
      .map(([name, inner]) => [name, withoutDecoded(inner)])
  );
}
