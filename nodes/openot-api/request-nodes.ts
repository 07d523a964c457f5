import type { NodeAPI, NodeDef } from 'node-red';
import type { RequestNode } from './called';

/** A node as it stands in the flow file. */
type Deployed = NodeDef & {
  readonly d?: boolean;
  readonly wires?: readonly (readonly string[])[];
  readonly url?: unknown;
  readonly method?: unknown;
  readonly direction?: unknown;
};

/** How a node stands to the `http request` nodes and to others of its kind, in the flows as they are deployed. */
export interface Surroundings {
  /** The first `http request` that a message from here can reach. */
  readonly next?: RequestNode;
  /** Those that are wired to its input. */
  readonly before: readonly RequestNode[];
  /** Another node has its name and direction. */
  readonly hasPartner: boolean;
}

/** Looks around in the deployed flows. */
export function surroundingsOf(RED: NodeAPI, id: string, name: string): Surroundings {
  const nodes = new Map<string, Deployed>();
  RED.nodes.eachNode((def) => {
    const node = def as Deployed;
    if (node.d !== true) nodes.set(node.id, node);
  });
  const own = nodes.get(id);
  const all = [...nodes.values()];
  const next = nextRequest(nodes, own);
  return {
    ...(next === undefined ? {} : { next }),
    before: all.filter((node) => isRequest(node) && isWired(node, id)).map(requestNode),
    hasPartner:
      name !== '' &&
      all.some(
        (node) =>
          node.type === 'openot-api' && node.id !== id && node.name === name && node.direction === own?.direction
      )
  };
}

const isRequest = ({ type }: Deployed): boolean => type === 'http request';

const isWired = ({ wires }: Deployed, to: string): boolean => (wires ?? []).some((ends) => ends.includes(to));

const requestNode = ({ id, url, method }: Deployed): RequestNode => ({
  id,
  url: typeof url === 'string' ? url : '',
  method: typeof method === 'string' && method !== '' ? method : 'GET'
});

/** Breadth first along the wires of the first output, so that the nearest one is found. */
function nextRequest(nodes: ReadonlyMap<string, Deployed>, from: Deployed | undefined): RequestNode | undefined {
  const seen = new Set<string>();
  const ways = [...(from?.wires?.[0] ?? [])];
  for (let id = ways.shift(); id !== undefined; id = ways.shift()) {
    const node = nodes.get(id);
    if (node === undefined || seen.has(id)) continue;
    seen.add(id);
    if (isRequest(node)) return requestNode(node);
    ways.push(...(node.wires ?? []).flat());
  }
  return undefined;
}
