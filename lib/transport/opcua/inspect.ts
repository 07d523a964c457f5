import type { DataValue, NodeId, ReadValueIdOptions } from 'node-opcua';
import { CONTROL_BLOCK_LENGTH } from '../../ring';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { SharedOpcuaConnection } from './connection';
import { bytesOf } from './elements';
import { loadClient } from './load';
import { readValues } from './read-values';

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

/** What a server says about control block and ring. */
export interface Inspection {
  readonly ok: true;
  readonly control: ByteNode;
  readonly ring: readonly ByteNode[];
  readonly about: readonly string[];
}

const SERVER = { serviceLevel: 2267, maxArrayLength: 11702, maxNodesPerRead: 11705 };
const NONATOMIC_READ = 0x100;

/**
 * Looks at the nodes before anything is believed of them: what they are, how long, and what the server says about
 * itself. Answers the mistakes that a person can make in the dialog, each with a code of its own.
 */
export async function inspectNodes(
  connection: SharedOpcuaConnection,
  control: { nodeId: NodeId; text: string },
  ring: readonly { nodeId: NodeId; text: string }[]
): Promise<Inspection | TransportError> {
  const { AttributeIds, NodeId, NodeIdType } = loadClient();
  const limit = await readValues(connection, [
    { nodeId: new NodeId(NodeIdType.NUMERIC, SERVER.maxNodesPerRead, 0), attributeId: AttributeIds.Value }
  ]);
  if (!limit.ok) return limit;
  const maxNodesPerRead = numberOf(limit.value[0]);
  if (maxNodesPerRead !== undefined && maxNodesPerRead > 0)
    connection.maxNodesPerRead = Math.min(connection.maxNodesPerRead, maxNodesPerRead);
  const nodes = [control, ...ring];
  const items: ReadValueIdOptions[] = [
    { nodeId: new NodeId(NodeIdType.NUMERIC, SERVER.serviceLevel, 0), attributeId: AttributeIds.Value },
    { nodeId: new NodeId(NodeIdType.NUMERIC, SERVER.maxArrayLength, 0), attributeId: AttributeIds.Value },
    ...nodes.flatMap(({ nodeId }) =>
      [AttributeIds.NodeClass, AttributeIds.ArrayDimensions, AttributeIds.AccessLevelEx].map((attributeId) => ({
        nodeId,
        attributeId
      }))
    )
  ];
  const attributes = await readValues(connection, items);
  if (!attributes.ok) return attributes;
  const [serviceLevel, maxArrayLength, ...each] = attributes.value;
  const found: ByteNode[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const node = await inspectNode(connection, nodes[i], each[i * 3], i === 0 ? undefined : lengthOf(each[i * 3 + 1]));
    if ('ok' in node) return node;
    found.push(node);
  }
  const wrongSize = sizeError(found[0], found.slice(1));
  if (wrongSize !== undefined) return wrongSize;
  const nonatomic = nodes
    .filter((_, i) => ((numberOf(each[i * 3 + 2]) ?? 0) & NONATOMIC_READ) !== 0)
    .map((node) => node.text);
  return {
    ok: true,
    control: found[0],
    ring: found.slice(1),
    about: aboutLines(found, numberOf(serviceLevel), maxNodesPerRead, numberOf(maxArrayLength), nonatomic)
  };
}

/**
 * The type shows only in a value: of a ring with a known length the first elements are enough, else the whole is read
 * once.
 */
async function inspectNode(
  connection: SharedOpcuaConnection,
  node: { nodeId: NodeId; text: string },
  nodeClass: DataValue,
  elements: number | undefined
): Promise<ByteNode | TransportError> {
  const { AttributeIds } = loadClient();
  if (!nodeClass.statusCode.isGood()) return statusError(node.text, nodeClass.statusCode.name);
  const isVariable = nodeClass.value.value === 2;
  if (!isVariable)
    return transportError(
      'OPENOT_OPCUA_NODE_NOT_VARIABLE',
      `${node.text} is not a variable (an object, a method or a type): copy the NodeId of the array itself`,
      'refused'
    );
  const head = elements !== undefined && elements > 2 ? '0:1' : undefined;
  let read = await readValues(connection, [
    {
      nodeId: node.nodeId,
      attributeId: AttributeIds.Value,
      ...(head === undefined ? {} : { indexRange: rangeOf(head) })
    }
  ]);
  if (!read.ok) return read;
  if (head !== undefined && read.value[0].statusCode.name.startsWith('BadIndexRange')) {
    read = await readValues(connection, [{ nodeId: node.nodeId, attributeId: AttributeIds.Value }]);
    if (!read.ok) return read;
  }
  const [value] = read.value;
  if (!value.statusCode.isGood()) return statusError(node.text, value.statusCode.name);
  const bytes = bytesOf(value.value);
  if (!bytes.ok) return kindError(node.text, bytes.kind, bytes.found);
  const length = head === undefined ? bytes.bytes.length : (elements as number) * bytes.width;
  return { nodeId: node.nodeId, text: node.text, type: bytes.type, width: bytes.width, length };
}

/** An IndexRange of elements, `5` for one and `5:9` for several: equal bounds are invalid by the standard. */
export const rangeOf = (text: string): InstanceType<ReturnType<typeof loadClient>['NumericRange']> =>
  new (loadClient().NumericRange)(text);

/** What a bad status of one node means. */
export function statusError(text: string, status: string): TransportError {
  switch (status) {
    case 'BadNodeIdUnknown':
    case 'BadNodeIdInvalid':
      return transportError(
        'OPENOT_OPCUA_NODE_UNKNOWN',
        `the server has no node ${text} (${status}): copy the NodeId from an OPC UA browser, with its quotes, ` +
          'and check that the variable is visible to OPC UA',
        'refused'
      );
    case 'BadUserAccessDenied':
    case 'BadNotReadable':
      return transportError(
        'OPENOT_OPCUA_NODE_DENIED',
        `${text} may not be read (${status}): give this user the right to read it`,
        'refused'
      );
    case 'BadAttributeIdInvalid':
      return transportError(
        'OPENOT_OPCUA_NODE_NOT_VARIABLE',
        `${text} has no value (${status}): copy the NodeId of the array itself`,
        'refused'
      );
    default:
      return transportError('OPENOT_OPCUA_NODE_BAD', `${text} has no good value now (${status})`, 'retry');
  }
}

function kindError(text: string, kind: 'empty' | 'scalar' | 'structure' | 'type', found: string): TransportError {
  const expected = 'expected an array of Byte, SByte, UInt16, Int16, UInt32, Int32, UInt64 or Int64, or a ByteString';
  switch (kind) {
    case 'empty':
      return transportError('OPENOT_OPCUA_NODE_EMPTY', `${text} has no value yet: ${expected}`, 'retry');
    case 'scalar':
      return transportError(
        'OPENOT_OPCUA_NODE_SCALAR',
        `${text} is ${found}: ${expected}. Copy the NodeId of the whole array, not of one element`,
        'refused'
      );
    case 'structure':
      return transportError(
        'OPENOT_OPCUA_NODE_STRUCTURE',
        `${text} is ${found}: ${expected}. Servers do not deliver structures consistently: put the bytes into an array`,
        'refused'
      );
    case 'type':
      return transportError('OPENOT_OPCUA_NODE_TYPE', `${text} is ${found}: ${expected}`, 'refused');
  }
}

/** A ring is never as small as this many bytes; a control block is never as large. */
const SMALL_RING = 256;

/** The two NodeIds in each other's place is an easy mistake, and looks like garbage in the control block. */
function sizeError(control: ByteNode, ring: readonly ByteNode[]): TransportError | undefined {
  const ringBytes = ring.reduce((sum, node) => sum + node.length, 0);
  if (ringBytes >= CONTROL_BLOCK_LENGTH && ringBytes < SMALL_RING && control.length >= SMALL_RING) {
    const found =
      `the control block's node ${control.text} has ${control.length} bytes, the ring's ` +
      `${ring.map(({ text }) => text).join(', ')} has ${ringBytes}`;
    return transportError(
      'OPENOT_OPCUA_NODES_EXCHANGED',
      `control block and ring look exchanged: ${found}, but a control block has ${CONTROL_BLOCK_LENGTH}: ` +
        'exchange the two NodeIds',
      'refused'
    );
  }
  if (control.length >= CONTROL_BLOCK_LENGTH) return undefined;
  return transportError(
    'OPENOT_OPCUA_CONTROL_SHORT',
    `${control.text} has ${control.length} bytes, a control block has ${CONTROL_BLOCK_LENGTH}: check the NodeId ` +
      'of the control block',
    'refused'
  );
}

function numberOf(value: DataValue | undefined): number | undefined {
  const content: unknown = value?.statusCode.isGood() === true ? value.value?.value : undefined;
  return typeof content === 'number' ? content : undefined;
}

/** Elements of a one-dimensional array; undefined where the server does not say (0 stands for any). */
function lengthOf(value: DataValue | undefined): number | undefined {
  const content: unknown = value?.statusCode.isGood() === true ? value.value?.value : undefined;
  const dimensions =
    Array.isArray(content) || ArrayBuffer.isView(content) ? Array.from(content as ArrayLike<number>) : [];
  return dimensions.length === 1 && dimensions[0] > 0 ? dimensions[0] : undefined;
}

function aboutLines(
  nodes: readonly ByteNode[],
  serviceLevel: number | undefined,
  maxNodes: number | undefined,
  maxArray: number | undefined,
  nonatomic: readonly string[]
): string[] {
  const [control, ...ring] = nodes;
  const lines = [
    `control block: ${control.text}, ${control.type}, ${control.length} bytes`,
    ...ring.map((node) => `ring: ${node.text}, ${node.type}, ${node.length} bytes`)
  ];
  if (serviceLevel !== undefined) lines.push(`service level: ${serviceLevel} of 255`);
  if (maxNodes !== undefined && maxNodes > 0) lines.push(`nodes per Read: at most ${maxNodes}`);
  if (maxArray !== undefined && maxArray > 0) lines.push(`array length: at most ${maxArray}`);
  if (nonatomic.length > 0)
    lines.push(`the server says that reads are not atomic (NonatomicRead): ${nonatomic.join(', ')}`);
  return lines;
}
