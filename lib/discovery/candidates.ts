import type { DataValue, NodeId, ReadValueIdOptions } from 'node-opcua';
import { CONTROL_BLOCK_LENGTH } from '../ring';
import type { SharedOpcuaConnection } from '../transport/opcua/probing';
import {
  bytesOf,
  isGood,
  loadClient,
  mayRefuseRanges,
  rangeOf,
  readValues,
  statusName
} from '../transport/opcua/probing';
import type { TransportError } from '../transport/transport';
import type { BrowsedNode } from './browse';

/** A variable that can carry a control block or a ring: an array of integers, or a ByteString. */
export interface Carrier {
  readonly node: BrowsedNode;
  /** OPC UA type as shown to people, `UInt32[]`. */
  readonly type: string;
  readonly width: number;
  /** Bytes of the whole value; undefined where the server does not say and only the beginning was read. */
  readonly length: number | undefined;
  /** Its first bytes. */
  readonly head: Uint8Array;
}

/** What the attributes of a variable say: worth reading, worth looking below, or neither. */
export interface Shape {
  readonly kind: 'bytes' | 'inner' | 'leaf';
  /** Of an array; undefined where the server does not say. */
  readonly elements: number | undefined;
}

/** Numbers of the standard's types that can carry bytes, in namespace 0; a ByteString is 15. */
const INTEGERS = new Set([2, 3, 4, 5, 6, 7, 8, 9]);
const BYTE_STRING = 15;
/** Bytes of the widest element. */
const WIDEST = 8;

/** The attributes of these variables, in their order. */
export async function shapesOf(
  connection: SharedOpcuaConnection,
  nodeIds: readonly NodeId[]
): Promise<{ ok: true; value: Shape[] } | TransportError> {
  const { AttributeIds } = loadClient();
  const items = nodeIds.flatMap((nodeId) =>
    [AttributeIds.DataType, AttributeIds.ValueRank, AttributeIds.ArrayDimensions].map((attributeId) => ({
      nodeId,
      attributeId
    }))
  );
  const read = await readValues(connection, items);
  if (!read.ok) return read;
  return {
    ok: true,
    value: nodeIds.map((_, i) => shapeOf(read.value[i * 3], read.value[i * 3 + 1], read.value[i * 3 + 2]))
  };
}

function shapeOf(dataType: DataValue, valueRank: DataValue, dimensions: DataValue): Shape {
  const type = contentOf(dataType) as NodeId | undefined;
  const rank = contentOf(valueRank);
  const isStandard = type?.namespace === 0;
  const number = isStandard ? Number(type.value) : -1;
  const isScalar = rank === -1;
  const elements = elementsOf(contentOf(dimensions));
  if (isScalar && number === BYTE_STRING) return { kind: 'bytes', elements: undefined };
  // A vendor's own type may be a byte with another name, or a structure with the ring inside.
  if (isScalar) return { kind: isStandard && number < 22 ? 'leaf' : 'inner', elements };
  if (isStandard && number < 22 && !INTEGERS.has(number)) return { kind: 'leaf', elements };
  if (elements !== undefined && elements * WIDEST < CONTROL_BLOCK_LENGTH) return { kind: 'leaf', elements };
  return { kind: 'bytes', elements };
}

const contentOf = (value: DataValue): unknown =>
  isGood(value.statusCode) ? (value.value?.value as unknown) : undefined;

function elementsOf(content: unknown): number | undefined {
  const dimensions =
    Array.isArray(content) || ArrayBuffer.isView(content) ? Array.from(content as ArrayLike<number>) : [];
  return dimensions.length === 1 && dimensions[0] > 0 ? dimensions[0] : undefined;
}

/**
 * Reads the beginning of these variables, all in one request, whole where the server refuses a range. Those that carry
 * no bytes are undefined.
 */
export async function carriersOf(
  connection: SharedOpcuaConnection,
  nodes: readonly { node: BrowsedNode; shape: Shape }[]
): Promise<{ ok: true; value: (Carrier | undefined)[] } | TransportError> {
  const read = await readValues(
    connection,
    nodes.map(({ node, shape }) => valueItem(node.nodeId, shape.elements))
  );
  if (!read.ok) return read;
  const found: (Carrier | undefined)[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const { node, shape } = nodes[i];
    let value = read.value[i];
    let isWhole = false;
    if (mayRefuseRanges(statusName(value.statusCode))) {
      const whole = await readValues(connection, [valueItem(node.nodeId, undefined, true)]);
      if (!whole.ok) continue;
      value = whole.value[0];
      isWhole = true;
    }
    found[i] = isGood(value.statusCode) ? carrierOf(node, shape, value, isWhole) : undefined;
  }
  return { ok: true, value: found };
}

/** Bytes of the whole value, read once: for variables whose length the server does not say. */
export async function lengthOf(connection: SharedOpcuaConnection, nodeId: NodeId): Promise<number | undefined> {
  const read = await readValues(connection, [valueItem(nodeId, undefined, true)]);
  const bytes = read.ok && isGood(read.value[0].statusCode) ? bytesOf(read.value[0].value) : undefined;
  return bytes?.ok === true ? bytes.bytes.length : undefined;
}

function carrierOf(node: BrowsedNode, shape: Shape, value: DataValue, isWhole: boolean): Carrier | undefined {
  const bytes = bytesOf(value.value);
  if (!bytes.ok) return undefined;
  const { type, width } = bytes;
  const came = bytes.bytes.length;
  // A server that ignores ranges sends more than was asked for: that is the whole of it.
  const asked = Math.min(shape.elements ?? CONTROL_BLOCK_LENGTH, CONTROL_BLOCK_LENGTH) * width;
  const known = shape.elements === undefined ? undefined : shape.elements * width;
  const length = known ?? (isWhole || came > asked || came < asked ? came : undefined);
  return { node, type, width, length, head: bytes.bytes.slice(0, CONTROL_BLOCK_LENGTH) };
}

/** The first elements: as many as the narrowest type needs for a control block. */
function valueItem(nodeId: NodeId, elements: number | undefined, isWhole = false): ReadValueIdOptions {
  const item = { nodeId, attributeId: loadClient().AttributeIds.Value };
  const last = Math.min(elements ?? CONTROL_BLOCK_LENGTH, CONTROL_BLOCK_LENGTH) - 1;
  return isWhole || last < 1 ? item : { ...item, indexRange: rangeOf(`0:${last}`) };
}
