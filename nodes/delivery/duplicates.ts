import type { NodeRef } from './deployed';
import type { OurNode } from './our-node';
import type { RunningNode, RunningNodes } from './running-nodes';

/** Nodes that take each record for a new one, however often it comes. */
const COUNTS_TWICE = new Set(['openot-decoder', 'openot-drift-guard', 'openot-doc', 'openot-otel']);
/** Arrivals that are looked at: wires that fork more than that are no flow that anybody can read. */
const MAX_ARRIVALS = 2000;

/** One way by which what a reader sends arrives at a node of ours. */
interface Arrival {
  readonly node: RunningNode;
  /** Where a node sorts what it sends, the output that this way left by: node id to output. */
  readonly leftBy: ReadonlyMap<string, number>;
  readonly path: ReadonlySet<string>;
}

/**
 * The first node of ours that every batch reaches by two ways at once, so that each record is counted twice behind it;
 * undefined where there is none. Only wires count (junctions, links, subflow inputs): what a node of others in between
 * lets through nobody knows. Two outputs of one node carry different things.
 */
export function reachedTwice(
  start: RunningNode,
  own: OurNode,
  nodes: Pick<RunningNodes, 'ways'>,
  ourNode: (id: string) => OurNode | undefined
): NodeRef | undefined {
  const arrivals: Arrival[] = [{ node: start, leftBy: new Map(), path: new Set([start.id]) }];
  const known = new Map<string, Arrival[]>();
  for (const { node, leftBy, path } of arrivals) {
    const outputs = node.id === start.id ? own.outputs : (ourNode(node.id)?.outputs ?? []);
    for (const output of outputs) {
      for (const way of nodes.ways(node, output).ways) {
        if (!way.isOurs || path.has(way.node.id) || arrivals.length >= MAX_ARRIVALS) continue;
        const arrival = {
          node: way.node,
          leftBy: outputs.length > 1 ? new Map(leftBy).set(node.id, output) : leftBy,
          path: new Set(path).add(way.node.id)
        };
        const before = known.get(way.node.id) ?? [];
        if (COUNTS_TWICE.has(way.node.type) && before.some((other) => carrySame(other, arrival)))
          return { id: way.node.id, type: way.node.type, name: way.node.name || way.node.type };
        known.set(way.node.id, [...before, arrival]);
        // An array that grows is walked to its new end.
        arrivals.push(arrival);
      }
    }
  }
  return undefined;
}

/** They left no node by different outputs. */
const carrySame = (a: Arrival, b: Arrival): boolean =>
  [...a.leftBy].every(([id, output]) => (b.leftBy.get(id) ?? output) === output);
