import type { Node, NodeAPI } from 'node-red';
import { Deployed, deployedFlows, NodeRef } from './deployed';
import { onward, WayBack, wayBack, Wired } from './way-back';
import { Ways, walkWays } from './ways';

/**
 * What of a running node is looked at; `_inputCallback` and `_inputCallbacks` are Node-RED's own (Node.js, on and
 * close).
 */
export type RunningNode = Node & Wired & { _inputCallback?: unknown; _inputCallbacks?: unknown };

/** Nodes of ours behind which a debug node takes something that is finished. */
const TAKEN_BY_DEBUG = new Set(['openot-doc', 'openot-otel', 'openot-logobject', 'openot-otlp', 'openot-archive']);

/**
 * Would a message that reached this node now be handled? Where a Node-RED of the future has no such properties
 * the answer is yes: then a message counts as delivered when it was sent.
 */
export function isListening(node: RunningNode): boolean {
  if (!('_inputCallback' in node) && !('_inputCallbacks' in node)) return true;
  return Boolean(node._inputCallback) || Boolean(node._inputCallbacks);
}

/** The nodes of the flows that run now, and where the wires from them lead. Looked up anew after every deploy. */
export class RunningNodes {
  private readonly waysBack = new Map<string, WayBack | undefined>();
  private readonly waysOut = new Map<string, Ways<RunningNode>>();
  private known: Deployed | undefined;
  /** Called when the flows have started: one listener of Node-RED's for all nodes. */
  readonly started = new Set<() => void>();

  constructor(
    private readonly RED: Pick<NodeAPI, 'nodes'>,
    private readonly isOurs: (id: string) => boolean
  ) {}

  get(id: string): RunningNode | undefined {
    return (this.RED.nodes.getNode(id) as RunningNode | null | undefined) ?? undefined;
  }

  /** Where what this node sends by an output goes. */
  ways(node: RunningNode, output: number): Ways<RunningNode> {
    const key = `${output}/${node.id}`;
    let ways = this.waysOut.get(key);
    if (ways === undefined) {
      ways = walkWays(node.wires?.[output] ?? [], {
        nodeOf: (id) => this.get(id),
        isOurs: this.isOurs,
        deployed: this.deployed,
        takesDebug: TAKEN_BY_DEBUG.has(node.type)
      });
      this.waysOut.set(key, ways);
    }
    return ways;
  }

  /** Where the wires from this node of others lead back to ours, if they do. */
  wayBack(start: RunningNode): WayBack | undefined {
    if (!this.waysBack.has(start.id))
      this.waysBack.set(
        start.id,
        wayBack(start, (id) => this.get(id), this.isOurs, this.deployed)
      );
    return this.waysBack.get(start.id);
  }

  /** A node of ours that does not run and that the wires from this node of others lead to. */
  disabledBehind(start: RunningNode): NodeRef | undefined {
    const seen = new Set([start.id]);
    for (const id of seen) {
      const node = this.get(id);
      const disabled = node === undefined ? this.deployed.disabled(id) : undefined;
      if (disabled !== undefined) return disabled;
      // A Set that grows is walked to its new end.
      if (node !== undefined && !this.isOurs(id)) for (const next of onward(node, this.deployed)) seen.add(next);
    }
    return undefined;
  }

  /** The flows change: all that was found is looked up again. */
  forget(): void {
    this.waysBack.clear();
    this.waysOut.clear();
    this.known = undefined;
  }

  private get deployed(): Deployed {
    return (this.known ??= deployedFlows(this.RED));
  }
}
