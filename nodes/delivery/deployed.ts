import type { NodeAPI, NodeDef } from 'node-red';

/** What of a node in the flow file says where its messages go, and whether it runs. */
type Config = NodeDef & {
  readonly wires?: string[][];
  readonly scope?: unknown;
  readonly links?: unknown;
  readonly linkType?: unknown;
  readonly mode?: unknown;
};

/** A node as people know it. */
export interface NodeRef {
  readonly id: string;
  readonly type: string;
  /** Its name, or its type where it has none. */
  readonly name: string;
}

/** The flows as they are deployed, disabled nodes included: what does not stand in a running node's wires. */
export interface Deployed {
  /**
   * Ids of the Complete nodes that hear of this node, of the targets of this link call, and of the nodes behind all
   * link calls where it is a link out that returns.
   */
  from(id: string): readonly string[];
  /** Is it a link call whose target each message names? */
  isDynamic(id: string): boolean;
  /** Is it a link out that returns to the link call that a message came from? */
  isReturn(id: string): boolean;
  /** A node of ours with this id that does not run, or a subflow that does not and has one in it. */
  disabled(id: string): NodeRef | undefined;
}

export const nothingDeployed: Deployed = {
  from: () => [],
  isDynamic: () => false,
  isReturn: () => false,
  disabled: () => undefined
};

const idsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((id): id is string => typeof id === 'string' && id !== '');

const isOurType = (type: string): boolean => type.startsWith('openot-');
const SUBFLOW = 'subflow:';

/** A node inside a subflow runs as `<instance>-<its id in the template>`. */
function templateIds(id: string): string[] {
  const parts = id.split('-');
  return parts.map((_, index) => parts.slice(index).join('-'));
}

/** Reads the flows that are deployed now. */
export function deployedFlows(RED: Pick<NodeAPI, 'nodes'>): Deployed {
  const configs = new Map<string, Config>();
  const from = new Map<string, string[]>();
  const withOurs = new Set<string>();
  const add = (id: string, to: string): void => void from.set(id, [...(from.get(id) ?? []), to]);
  RED.nodes.eachNode((node: Config) => {
    configs.set(node.id, node);
    if (isOurType(node.type)) withOurs.add(node.z);
    if (node.type === 'complete') for (const id of idsOf(node.scope)) add(id, node.id);
    if (node.type === 'link call' && node.linkType !== 'dynamic') for (const id of idsOf(node.links)) add(node.id, id);
  });
  const behindCalls = [...configs.values()]
    .filter(({ type }) => type === 'link call')
    .flatMap(({ wires }) => (wires ?? []).flat());
  const configOf = (id: string): Config | undefined =>
    templateIds(id)
      .map((each) => configs.get(each))
      .find((config) => config !== undefined);
  const isReturn = (id: string): boolean => configOf(id)?.type === 'link out' && configOf(id)?.mode === 'return';
  return {
    from: (id) => [...(from.get(id) ?? []), ...(isReturn(id) ? behindCalls : [])],
    isDynamic: (id) => configOf(id)?.type === 'link call' && configOf(id)?.linkType === 'dynamic',
    isReturn,
    disabled: (id) => {
      const config = configOf(id);
      if (config === undefined) return undefined;
      const { type, name } = config;
      if (!isOurType(type) && !(type.startsWith(SUBFLOW) && withOurs.has(type.slice(SUBFLOW.length)))) return undefined;
      return { id, type, name: name ? String(name) : type };
    }
  };
}
