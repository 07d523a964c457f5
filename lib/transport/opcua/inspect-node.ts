import type { DataValue, NodeId } from 'node-opcua';
import { TransportError } from '../transport';
import type { CallResult, SharedOpcuaConnection } from './connection';
import { bytesOf } from './elements';
import { loadClient } from './load';
import { kindError, statusError } from './node-errors';
import { readValues } from './read-values';
import { isGood, mayRefuseRanges, statusName } from './status';
import { WholeReads } from './whole-reads';

/** One node that carries bytes, as the server showed it. */
export interface ByteNode {
  readonly nodeId: NodeId;
  /** As the user wrote it. */
  readonly text: string;
  /** OPC UA type as shown to people, `UInt32[]`. */
  readonly type: string;
  /** Bytes of one element. */
  readonly width: number;
  /** Bytes of the whole value. */
  readonly length: number;
}

/** What is known of a ring's node before its value is looked at. */
export interface RingNodeHints {
  /** Of ArrayDimensions; undefined where the server does not say (ByteString, 0). */
  readonly elements: number | undefined;
  /** Bytes that it should have by the control block; 0 = not known. */
  readonly bytes: number;
  /** It may have more than that: it is the ring's only node. */
  readonly mayBeLonger: boolean;
}

/** An IndexRange of elements, `5` for one and `5:9` for several: equal bounds are invalid by the standard. */
export const rangeOf = (text: string): InstanceType<ReturnType<typeof loadClient>['NumericRange']> =>
  new (loadClient().NumericRange)(text);

type Written = { readonly nodeId: NodeId; readonly text: string };

/** The node as its whole value shows it, and that value: the control block, which is small. */
export async function inspectWhole(
  connection: SharedOpcuaConnection,
  node: Written
): Promise<{ readonly node: ByteNode; readonly bytes: Uint8Array } | TransportError> {
  const read = await readRange(connection, node, undefined);
  if (!read.ok) return read;
  const found = nodeOf(node, read.value);
  const bytes = bytesOf(read.value.value);
  return 'ok' in found || !bytes.ok ? (found as TransportError) : { node: found, bytes: bytes.bytes };
}

/**
 * The type shows only in a value. A ring may be larger than the server's messages, so its first elements are asked for,
 * and its length is what the server says (ArrayDimensions), or what the control block says where the last element of
 * that length is there; only then the whole is read, once.
 */
export async function inspectRingNode(
  connection: SharedOpcuaConnection,
  node: Written,
  hints: RingNodeHints,
  wholes: WholeReads
): Promise<ByteNode | TransportError> {
  const whole = async (): Promise<ByteNode | TransportError> => {
    const read = await readRange(connection, node, undefined);
    if (!read.ok) return wholes.failed(read, node.text, hints.bytes === 0 ? undefined : hints.bytes);
    wholes.came();
    return nodeOf(node, read.value);
  };
  if (hints.elements !== undefined && hints.elements <= 2) return whole();
  const head = await readRange(connection, node, '0:1');
  if (!head.ok && head.code !== 'OPENOT_OPCUA_READ_FAILED') return head;
  if (!head.ok || mayRefuseRanges(statusName(head.value.statusCode))) return whole();
  const begun = nodeOf(node, head.value);
  if ('ok' in begun) return begun;
  if (hints.elements !== undefined) return { ...begun, length: hints.elements * begun.width };
  // More came than was asked for: that is the whole of it.
  if (begun.length > 2 * begun.width) return begun;
  const elements = hints.bytes / begun.width;
  if (Number.isInteger(elements) && elements > 2) {
    const last = await readRange(connection, node, String(elements - 1));
    const next = hints.mayBeLonger ? undefined : await readRange(connection, node, String(elements));
    if (isThere(last) && !isThere(next)) return { ...begun, length: hints.bytes };
  }
  return whole();
}

const isThere = (read: CallResult<DataValue> | undefined): boolean =>
  read?.ok === true && isGood(read.value.statusCode) && bytesOf(read.value.value).ok;

async function readRange(
  connection: SharedOpcuaConnection,
  { nodeId }: Written,
  range: string | undefined
): Promise<CallResult<DataValue>> {
  const attributeId = loadClient().AttributeIds.Value;
  const item = range === undefined ? { nodeId, attributeId } : { nodeId, attributeId, indexRange: rangeOf(range) };
  const read = await readValues(connection, [item]);
  return read.ok ? { ok: true, value: read.value[0] } : read;
}

function nodeOf(node: Written, value: DataValue): ByteNode | TransportError {
  if (!isGood(value.statusCode)) return statusError(node.text, statusName(value.statusCode));
  const bytes = bytesOf(value.value);
  if (!bytes.ok) return kindError(node.text, bytes.kind, bytes.found);
  const { type, width } = bytes;
  return { nodeId: node.nodeId, text: node.text, type, width, length: bytes.bytes.length };
}
