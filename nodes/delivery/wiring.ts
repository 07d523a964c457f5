import type { NodeRef } from './deployed';
import { reachedTwice } from './duplicates';
import type { RunningNode, RunningNodes } from './running-nodes';
import type { OurNode } from './our-node';

/**
 * Who takes what a node sends. wired: somebody (`twice`: a node that gets everything by two ways). unwired: nothing
 * that runs is wired to its outputs (`disabled`: a node of ours that does not is). disabled: a node of ours further on
 * does not run.
 */
export type Wiring =
  | { readonly kind: 'wired'; readonly twice?: NodeRef }
  | { readonly kind: 'unwired'; readonly hasWires: boolean; readonly disabled?: NodeRef }
  | { readonly kind: 'disabled'; readonly node: NodeRef };

/** Follows the wires from one node of ours through all of ours behind it. */
export function wiringOf(
  start: RunningNode,
  own: OurNode,
  nodes: RunningNodes,
  ourNode: (id: string) => OurNode | undefined
): Wiring {
  const first = own.outputs.map((output) => nodes.ways(start, output));
  if (!first.some(({ isWired }) => isWired)) {
    const disabled = first.find((ways) => ways.disabled !== undefined)?.disabled;
    const hasWires = own.outputs.some((output) => (start.wires?.[output] ?? []).length > 0);
    return { kind: 'unwired', hasWires, ...(disabled === undefined ? {} : { disabled }) };
  }
  const seen = new Set([start.id]);
  for (const id of seen) {
    const node = id === start.id ? start : nodes.get(id);
    const outputs = id === start.id ? own.outputs : (ourNode(id)?.outputs ?? []);
    if (node === undefined) continue;
    for (const output of outputs) {
      const { ways, disabled } = nodes.ways(node, output);
      if (disabled !== undefined) return { kind: 'disabled', node: disabled };
      for (const way of ways) {
        const behind = way.isOurs ? undefined : nodes.disabledBehind(way.node);
        if (behind !== undefined) return { kind: 'disabled', node: behind };
        // A Set that grows is walked to its new end.
        if (way.isOurs) seen.add(way.node.id);
        else for (const back of nodes.wayBack(way.node)?.reaches ?? []) seen.add(back);
      }
    }
  }
  const twice = reachedTwice(start, own, nodes, ourNode);
  return { kind: 'wired', ...(twice === undefined ? {} : { twice }) };
}
