import type { BrowseResult, NodeId, ReferenceDescription } from 'node-opcua';
import type { SharedOpcuaConnection } from '../transport/opcua/probing';
import { loadClient } from '../transport/opcua/probing';
import type { TransportError } from '../transport/transport';

/** A node that a Browse has shown. */
export interface BrowsedNode {
  readonly nodeId: NodeId;
  readonly name: string;
  /** Names from the Objects folder down to it. */
  readonly path: readonly string[];
  readonly isVariable: boolean;
  readonly score: number;
}

const HIERARCHICAL = 33;
/** BrowseName, NodeClass: what is asked for of each reference. */
const RESULT_MASK = 0x3f;
/** References in one answer to a Browse; the server keeps the rest for a BrowseNext. */
const PER_ANSWER = 500;
/** Answers taken of one node: a folder with more children than these show is not looked at to its end. */
const MAX_ANSWERS = 20;

/** The Server object, the lists of aliases and locations: large, and never ours. */
const NOT_OURS = new Set([2253, 23470, 31915]);

/**
 * The objects and variables directly below these nodes, or why there are none. A node that cannot be browsed has none.
 */
export async function childrenOf(
  connection: SharedOpcuaConnection,
  nodeIds: readonly NodeId[],
  isOver: () => boolean
): Promise<{ ok: true; value: ReferenceDescription[][] } | TransportError> {
  const { BrowseDirection, NodeClass } = loadClient();
  const descriptions = nodeIds.map((nodeId) => ({
    nodeId,
    referenceTypeId: `i=${HIERARCHICAL}`,
    includeSubtypes: true,
    browseDirection: BrowseDirection.Forward,
    nodeClassMask: NodeClass.Object | NodeClass.Variable,
    resultMask: RESULT_MASK
  }));
  const browsed = await connection.call((session) => {
    session.requestedMaxReferencesPerNode = PER_ANSWER;
    return session.browse(descriptions);
  });
  if (!browsed.ok) return browsed;
  const all: ReferenceDescription[][] = [];
  for (const result of browsed.value) all.push(await allOf(connection, result, isOver));
  return { ok: true, value: all.map((references) => references.filter(isWorthAVisit)) };
}

async function allOf(
  connection: SharedOpcuaConnection,
  first: BrowseResult,
  isOver: () => boolean
): Promise<ReferenceDescription[]> {
  const references = [...(first.references ?? [])];
  let point = first.continuationPoint;
  for (let answer = 1; point !== undefined && point !== null && point.length > 0; answer++) {
    const current = point;
    // A server has few of these points: one that is not read to its end is given back.
    const release = answer >= MAX_ANSWERS || isOver();
    const next = await connection.call((session) => session.browseNext(current, release));
    if (!next.ok || release) break;
    references.push(...(next.value.references ?? []));
    point = next.value.continuationPoint;
  }
  return references;
}

function isWorthAVisit(reference: ReferenceDescription): boolean {
  const { nodeId } = reference;
  return nodeId.namespace !== 0 || typeof nodeId.value !== 'number' || !NOT_OURS.has(nodeId.value);
}
