import type { Destination } from './ledger';

/** What of a running node tells where its messages go. */
export interface Wired {
  readonly id: string;
  readonly type: string;
  readonly wires?: string[][];
  readonly links?: string[];
}

export type WayBack = Pick<Destination, 'reaches' | 'forks' | 'isUnchanged'>;

/**
 * Where the wires from this node of others lead back to ours, if they do. A subflow's inside is not looked into: anywhere,
 * and perhaps by several ways.
 */
export function wayBack(start: Wired, nodeOf: (id: string) => Wired | null | undefined, isOurs: (id: string) => boolean): WayBack | undefined {
  const seen = new Map<string, Wired | null | undefined>([[start.id, start]]);
  const before = new Map<string, Set<string>>();
  const reaches = new Set<string>();
  let hasSubflow = false;
  for (const node of seen.values()) {
    if (node === null || node === undefined) continue;
    if (node.type.startsWith('subflow:')) hasSubflow = true;
    for (const id of onward(node)) {
      before.set(id, (before.get(id) ?? new Set()).add(node.id));
      if (isOurs(id)) reaches.add(id);
      // A Map that grows is walked to its new end.
      else if (!seen.has(id)) seen.set(id, nodeOf(id));
    }
  }
  if (reaches.size === 0 && !hasSubflow) return undefined;
  if (hasSubflow) return { forks: true, isUnchanged: () => isSame(seen, nodeOf) };
  // Only what leads to ours counts: a debug node beside the way changes nothing.
  const onTheWay = new Set(reaches);
  for (const id of onTheWay) for (const previous of before.get(id) ?? []) onTheWay.add(previous);
  const others = new Map([...seen].filter(([id]) => onTheWay.has(id)));
  const forks = [...others.values()].some((node) => onward(node!).filter((id) => onTheWay.has(id)).length > 1);
  return { reaches, forks, isUnchanged: () => isSame(others, nodeOf) };
}

const isSame = (nodes: ReadonlyMap<string, unknown>, nodeOf: (id: string) => unknown): boolean => [...nodes].every(([id, node]) => nodeOf(id) === node);

const onward = ({ type, wires, links }: Wired): string[] => [...(wires ?? []).flat(), ...(type === 'link out' || type === 'link call' ? (links ?? []) : [])];
