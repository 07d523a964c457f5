import type { Node, NodeAPI } from 'node-red';
import { OtherWays, WayBack, wayBack, Wired } from './way-back';
import { otherWays } from './other-ways';

/**
 * What of a running node is looked at; `_inputCallback` and `_inputCallbacks` are Node-RED's own (Node.js, on and
 * close).
 */
export type RunningNode = Node & Wired & { _inputCallback?: unknown; _inputCallbacks?: unknown };

/**
 * Would a message that reached this node now be handled? Where a Node-RED of the future has no such properties
 * the answer is yes: then a message counts as delivered when it was sent.
 */
export function isListening(node: RunningNode): boolean {
  if (!('_inputCallback' in node) && !('_inputCallbacks' in node)) return true;
  return Boolean(node._inputCallback) || Boolean(node._inputCallbacks);
}

/** The nodes of the flows that run now, and where the wires from them lead. */
export class RunningNodes {
  private readonly waysBack = new Map<string, WayBack | undefined>();
  private others: OtherWays | undefined;

  constructor(
    private readonly RED: Pick<NodeAPI, 'nodes'>,
    private readonly isOurs: (id: string) => boolean
  ) {}

  get(id: string): RunningNode | undefined {
    return (this.RED.nodes.getNode(id) as RunningNode | null | undefined) ?? undefined;
  }

  /** Where the wires from this node of others lead back to ours, if they do. */
  wayBack(start: RunningNode): WayBack | undefined {
    if (!this.waysBack.has(start.id)) {
      this.others ??= otherWays(this.RED);
      this.waysBack.set(
        start.id,
        wayBack(start, (id) => this.get(id), this.isOurs, this.others)
      );
    }
    return this.waysBack.get(start.id);
  }

  /** The flows change: all that was found is looked up again. */
  forget(): void {
    this.waysBack.clear();
    this.others = undefined;
  }
}
