import type { DataValue, NodeId, ReadValueIdOptions } from 'node-opcua';
import { CONTROL_BLOCK_LENGTH, ControlOffset } from '../../ring';
import { readU32, SYNC_WORD } from '../../wire';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { SharedOpcuaConnection } from './connection';
import { ByteNode, inspectRingNode, inspectWhole } from './inspect-node';
import { loadClient } from './load';
import { statusError } from './node-errors';
import { readValues } from './read-values';
import { isGood, statusName } from './status';
import { WholeReads } from './whole-reads';

export type { ByteNode } from './inspect-node';

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
  ring: readonly { nodeId: NodeId; text: string }[],
  wholes: WholeReads
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
  let ringBytes = 0;
  for (let i = 0; i < nodes.length; i++) {
    const [nodeClass, dimensions] = [each[i * 3], each[i * 3 + 1]];
    const wrong = classError(nodes[i].text, nodeClass);
    if (wrong !== undefined) return wrong;
    if (i === 0) {
      const block = await inspectWhole(connection, control);
      if ('ok' in block) return block;
      found.push(block.node);
      ringBytes = capacityIn(block.bytes);
      continue;
    }
    // A ring of several variables is cut into equal ones, nearly always: what is not so is read whole.
    const hints = { elements: lengthOf(dimensions), bytes: ringBytes / ring.length, mayBeLonger: ring.length === 1 };
    const node = await inspectRingNode(connection, nodes[i], hints, wholes);
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

function classError(text: string, nodeClass: DataValue): TransportError | undefined {
  if (!isGood(nodeClass.statusCode)) return statusError(text, statusName(nodeClass.statusCode));
  if (nodeClass.value.value === 2) return undefined;
  return transportError(
    'OPENOT_OPCUA_NODE_NOT_VARIABLE',
    `${text} is not a variable (an object, a method or a type): copy the NodeId of the array itself`,
    'refused'
  );
}

/** The ring's bytes by the control block, whatever else it shows; 0 where there is none. */
const capacityIn = (bytes: Uint8Array): number =>
  bytes.length >= CONTROL_BLOCK_LENGTH && readU32(bytes, ControlOffset.sync) === SYNC_WORD
    ? readU32(bytes, ControlOffset.capacity)
    : 0;

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
    `${control.text} has ${control.length} bytes, a control block has ${CONTROL_BLOCK_LENGTH}: check the ` +
      'NodeId of the control block',
    'refused'
  );
}

function numberOf(value: DataValue | undefined): number | undefined {
  const content: unknown =
    value !== undefined && isGood(value.statusCode) ? (value.value?.value as unknown) : undefined;
  return typeof content === 'number' ? content : undefined;
}

/** Elements of a one-dimensional array; undefined where the server does not say (0 stands for any). */
function lengthOf(value: DataValue | undefined): number | undefined {
  const content: unknown =
    value !== undefined && isGood(value.statusCode) ? (value.value?.value as unknown) : undefined;
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
