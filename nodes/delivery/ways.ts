import type { Deployed, NodeRef } from './deployed';
import type { Wired } from './way-back';

/** A running node as the walk sees it. */
export type Walked = Wired & { readonly wires?: string[][] };

/** One way that a message takes out of an output: the first node on it that is more than a wire. */
export interface Way<T> {
  readonly node: T;
  readonly isOurs: boolean;
  /** Junctions, links and subflow inputs before it: each delivers in a turn of the event loop of its own. */
  readonly turns: number;
  /** Nobody can say by which link call it comes back: whether it arrives there is to be seen. */
  readonly isUncertain: boolean;
}

/** All ways out of an output. */
export interface Ways<T> {
  readonly ways: readonly Way<T>[];
  /** Something that runs is wired there, if only a debug node that counts for nobody. */
  readonly isWired: boolean;
  /** A node that is wired there does not run. */
  readonly isMissing: boolean;
  /** A node of ours on a way that does not run. */
  readonly disabled: NodeRef | undefined;
}

export interface WalkParts<T> {
  readonly nodeOf: (id: string) => T | undefined;
  readonly isOurs: (id: string) => boolean;
  readonly deployed: Deployed;
  /** A debug node behind this output takes documents; behind records it is only a look at them. */
  readonly takesDebug: boolean;
}

/** Nodes that a walk visits, at most: what loops or forks more than that is no flow that anybody can read. */
const MAX_STEPS = 10_000;

/**
 * Where a message goes that leaves by these wires: through junctions, link out, link in, link call and subflow inputs,
 * which are wires. A node of somebody else that is disabled or missing is no way.
 */
export function walkWays<T extends Walked>(wires: readonly string[], parts: WalkParts<T>): Ways<T> {
  const { nodeOf, isOurs, deployed, takesDebug } = parts;
  const ways: Way<T>[] = [];
  let isWired = false;
  let isMissing = false;
  let disabled: NodeRef | undefined;
  let steps = 0;
  const walk = (ids: readonly string[], turns: number, isUncertain: boolean, path: ReadonlySet<string>): void => {
    for (const id of ids) {
      if (steps++ > MAX_STEPS || path.has(id)) continue;
      const node = nodeOf(id);
      if (node === undefined) {
        isMissing = true;
        disabled ??= deployed.disabled(id);
        continue;
      }
      const onward = isOurs(id) ? undefined : throughWire(node, deployed);
      if (onward !== undefined) {
        walk(onward, turns + 1, isUncertain || deployed.isReturn(id), new Set(path).add(id));
        continue;
      }
      isWired = true;
      if (isOurs(id)) ways.push({ node, isOurs: true, turns, isUncertain });
      else if (takesDebug || node.type !== 'debug') ways.push({ node, isOurs: false, turns, isUncertain });
    }
  };
  walk(wires, 0, false, new Set());
  return { ways, isWired, isMissing, disabled };
}

/**
 * Where a node that is only a wire leads; undefined where it is more than that. A subflow that could not be started is
 * a node without a type.
 */
function throughWire<T extends Walked>({ id, type = '', wires }: T, deployed: Deployed): string[] | undefined {
  const own = (wires ?? []).flat();
  if (type === 'junction' || type === 'link in' || type.startsWith('subflow:')) return own;
  if (type === 'link out') return deployed.isReturn(id) ? [...deployed.from(id)] : own;
  if (type !== 'link call' || deployed.isDynamic(id)) return undefined;
  const targets = deployed.from(id);
  return targets.length === 0 ? undefined : [...targets];
}
