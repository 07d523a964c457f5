import type { NodeAPI, NodeDef } from 'node-red';
import type { OtherWays } from './way-back';

/** What of a Complete or link call node in the flows says where messages come out again. */
type Config = NodeDef & { readonly scope?: unknown; readonly links?: unknown; readonly linkType?: unknown };

const idsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((id): id is string => typeof id === 'string' && id !== '');

/**
 * Reads the flows as they are deployed now: Complete nodes by the nodes they hear of, and link calls with their
 * targets.
 */
export function otherWays(RED: Pick<NodeAPI, 'nodes'>): OtherWays {
  const from = new Map<string, string[]>();
  const dynamic = new Set<string>();
  const add = (id: string, to: string): void => void from.set(id, [...(from.get(id) ?? []), to]);
  RED.nodes.eachNode((node: Config) => {
    if (node.type === 'complete') for (const id of idsOf(node.scope)) add(id, node.id);
    if (node.type !== 'link call') return;
    if (node.linkType === 'dynamic') dynamic.add(node.id);
    else for (const id of idsOf(node.links)) add(node.id, id);
  });
  return { from: (id) => from.get(id) ?? [], isDynamic: (id) => dynamic.has(id) };
}
