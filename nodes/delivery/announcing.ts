import type { Destination } from './in-flight-batch';
import type { OurNode } from './our-node';
import { tracker } from './process-tracker';
import { isListening, RunningNode, RunningNodes } from './running-nodes';
import type { Way } from './ways';

/** Tells the tracker where a token goes that a node of ours sends, and one turn later whether it got there. */
export class Announcing {
  constructor(
    private readonly node: RunningNode,
    private readonly nodes: RunningNodes,
    public own: OurNode
  ) {}

  /** Does what leaves by this output reach nodes of ours only? They change nothing where it is. */
  goesToOursAlone(port: number): boolean {
    return (this.node.wires?.[port] ?? []).every((id) => tracker.isOurs(id));
  }

  /** A node that never listens loses nothing, and takes nothing. */
  waysFrom(output: number): Way<RunningNode>[] {
    const { ways } = this.nodes.ways(this.node, output);
    return ways.filter(({ node, isOurs }) => isOurs || isListening(node));
  }

  announce(token: string, output: number, checks: Array<() => void>): void {
    const { isMissing } = this.nodes.ways(this.node, output);
    const ways = this.waysFrom(output);
    // While flows stop and start a node is only not there yet; otherwise it is disabled, and nothing is lost on it.
    if (isMissing && tracker.stopping) return void checks.push(this.sending(token, NOWHERE, () => false));
    const otherOutputs = this.own.outputs.filter((each) => each !== output);
    for (const each of [output, ...otherOutputs]) {
      const { disabled } = this.nodes.ways(this.node, each);
      if (disabled !== undefined) tracker.note(token, { disabled });
    }
    if (ways.length === 0) {
      if (this.own.end === 'sink' || otherOutputs.some((each) => this.waysFrom(each).length > 0))
        tracker.note(token, { isTaken: true });
      else tracker.note(token, { isAdrift: true });
    }
    for (const way of ways) checks.push(this.announceWay(token, way));
  }

  private announceWay(token: string, { node, isOurs, turns, isUncertain }: Way<RunningNode>): () => void {
    const { generation } = tracker;
    const disabled = isOurs ? undefined : this.nodes.disabledBehind(node);
    if (disabled !== undefined) tracker.note(token, { disabled });
    const isUndisturbed = (): boolean => generation === tracker.generation;
    if (isOurs && isUncertain) {
      const reaches = new Set([node.id]);
      const away = { id: node.id, ours: false, leadsBack: true, reaches, forks: true, isUnchanged: isUndisturbed };
      return this.sending(token, away, isUndisturbed);
    }
    const wayBack = isOurs ? undefined : this.nodes.wayBack(node);
    const destination: Destination = { id: node.id, ours: isOurs, leadsBack: wayBack !== undefined, ...wayBack };
    if (turns === 0) return this.sending(token, destination, () => isListening(node) || isUndisturbed());
    const check = this.sending(token, destination, isUndisturbed);
    return () => inTurns(turns, check);
  }

  private sending(token: string, destination: Destination, listened: () => boolean): () => void {
    tracker.sending(token, destination);
    return () => tracker.delivered(token, destination, listened());
  }
}

const NOWHERE: Destination = { id: '', ours: false, leadsBack: false };

/** Calls back after so many turns of the event loop: as many deliveries one after the other have run then. */
function inTurns(turns: number, call: () => void): void {
  if (turns === 0) call();
  else setImmediate(() => inTurns(turns - 1, call));
}
