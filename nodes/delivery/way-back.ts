import { Deployed, nothingDeployed } from './deployed';
import type { Destination } from './in-flight-batch';

/** What of a running node tells where its messages go. */
export interface Wired {
  readonly id: string;
  readonly type: string;
  readonly wires?: string[][];
  readonly links?: string[];
}

export type WayBack = Pick<Destination, 'reaches' | 'forks' | 'isUnchanged'>;

/**
 * Where the wires from this node of others lead back to ours, if they do. A subflow's inside is not looked into, nor
 * how a
 * called link comes back: anywhere, and perhaps by several ways.
 */
export function wayBack(
  start: Wired,
  nodeOf: (id: string) => Wired | null | undefined,
  isOurs: (id: string) => boolean,
  others: Pick<Deployed, 'from' | 'isDynamic'> = nothingDeployed
): WayBack | undefined {
  const seen = new Map<string, Wired | null | undefined>([[start.id, start]]);
  const before = new Map<string, Set<string>>();
  const reaches = new Set<string>();
  let isHidden = false;
  let isDynamic = false;
  for (const node of seen.values()) {
    if (node === null || node === undefined) continue;
    if (node.type?.startsWith('subflow:') === true || node.type === 'link call') isHidden = true;
    if (others.isDynamic(node.id)) isDynamic = true;
    for (const id of onward(node, others)) {
      before.set(id, (before.get(id) ?? new Set()).add(node.id));
      if (isOurs(id)) reaches.add(id);
      // A Map that grows is walked to its new end.
      else if (!seen.has(id)) seen.set(id, nodeOf(id));
    }
  }
  if (reaches.size === 0 && !isHidden) return undefined;
  // What a dynamic call goes through stands in no flow: any deploy may have changed it.
  if (isHidden) return { forks: true, isUnchanged: () => !isDynamic && isSame(seen, nodeOf) };
  // Only what leads to ours counts: a debug node beside the way changes nothing.
  const onTheWay = new Set(reaches);
  for (const id of onTheWay) for (const previous of before.get(id) ?? []) onTheWay.add(previous);
  const counting = new Map([...seen].filter(([id]) => onTheWay.has(id)));
  const forks = [...counting.values()].some(
    (node) => onward(node!, others).filter((id) => onTheWay.has(id)).length > 1
  );
  return { reaches, forks, isUnchanged: () => isSame(counting, nodeOf) };
}

const isSame = (nodes: ReadonlyMap<string, unknown>, nodeOf: (id: string) => unknown): boolean =>
  [...nodes].every(([id, node]) => nodeOf(id) === node);

/** Ids of the nodes that what this node sends may go to next. */
export const onward = ({ id, type, wires, links }: Wired, others: Pick<Deployed, 'from'>): string[] => [
  ...(wires ?? []).flat(),
  ...(type === 'link out' || type === 'link call' ? (links ?? []) : []),
  ...others.from(id)
];
