import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { Send } from '../runtime/handle';
import type { Acknowledgements } from './acknowledgements';
import { distrust } from './checked-input';
import type { Destination } from './in-flight-batch';
import { runningNodes, tracker } from './process-tracker';
import { isListening, RunningNode, RunningNodes } from './running-nodes';
import type { ReaderSession, SessionOptions } from './session';
import { tokensOf } from './token';
import { MAX_TRANSIT_MS } from './transit-estimate';

/** Messages at work that carry a token, and whether it was sent on meanwhile. */
interface Work {
  count: number;
  isSent: boolean;
}

/**
 * How one of our nodes reports to the delivery tracker: an `openot-reader` what it begins and sends, the others also
 * what reaches them.
 */
export class DeliveryPort {
  /** By token. */
  private readonly working = new Map<string, Work>();
  private readonly nodes: RunningNodes;
  private closed = false;

  constructor(
    RED: NodeAPI,
    private readonly node: Node,
    receives = true
  ) {
    this.nodes = runningNodes(RED);
    if (receives) tracker.addNode(node.id);
  }

  openSession(boot: string, options: Omit<SessionOptions, 'onSilent'>): ReaderSession {
    const onSilent = (id: string): void => {
      const silent = this.nodes.get(id);
      const name = silent?.name ? `"${silent.name}" (${silent.type} ${id})` : `${silent?.type ?? ''} ${id}`.trim();
      this.node.warn(
        `OPENOT_DELIVERY_SILENT: of a batch that went to the node ${name} nothing came to the OpenOT nodes ` +
          `behind it for ${MAX_TRANSIT_MS / 1000} s: it counts as delivered. ` +
          'Where that node makes new messages, let it pass on the one it got (msg.openot.commit is needed); ' +
          'where it keeps messages longer, a restart meanwhile loses them'
      );
    };
    return tracker.openSession(this.node.id, boot, { ...options, onSilent });
  }

  /**
   * Handles one message: `work` gets a `send` that reports what it sends. A closed node handles nothing (what it sent
   * would be lost, or come twice), so work that went on after a wait must check `isClosed`.
   *
   * A message that is refused as a whole (`work` throws or rejects, and its tokens were not sent on) did not get where
   * it belongs: where its reader waits for acknowledgements, its batch is read again, or the next one would cover it.
   */
  through(message: NodeMessage, send: Send, work: (send: Send) => void | Promise<void>): void | Promise<void> {
    const tokens = tokensOf(message);
    if (this.closed) {
      // A node that closes asynchronously still hears what was under way to it: unreported, that would count as
      // delivered.
      for (const token of tokens) tracker.abandoned(token);
      return;
    }
    for (const token of tokens) this.beginWork(token);
    const endWork = (hasFailed: boolean): void => tokens.forEach((token) => this.endWork(token, hasFailed));
    let result: void | Promise<void>;
    try {
      result = work((output) => this.send(output, send));
    } catch (thrown) {
      endWork(true);
      throw thrown;
    }
    if (result === undefined) return endWork(false);
    return result.then(
      () => endWork(false),
      (thrown: unknown) => {
        endWork(true);
        throw thrown;
      }
    );
  }

  /** Sends, and reports every token in it with the nodes it goes to. */
  send(output: NodeMessage | Array<NodeMessage | NodeMessage[] | null>, send: Send): void {
    if (this.closed) return;
    const ports = Array.isArray(output) ? output : [output];
    const checks: Array<() => void> = [];
    const tokens: string[] = [];
    ports.forEach((messages, port) => {
      for (const message of messages === null ? [] : Array.isArray(messages) ? messages : [messages]) {
        if (!this.goesToOursAlone(port)) distrust(message.payload);
        for (const token of tokensOf(message)) {
          tokens.push(token);
          this.announce(token, port, checks);
        }
      }
    });
    try {
      send(output);
      // What could not be sent (a message that cannot be cloned) was not sent on.
      for (const token of tokens) {
        const work = this.working.get(token);
        if (work !== undefined) work.isSent = true;
      }
    } finally {
      // Queued after the deliveries of this send, so it runs right after them in the same phase of the loop.
      if (checks.length > 0) setImmediate(() => checks.forEach((check) => check()));
    }
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** What an openot-ack asks and reports, and what nodes ask that keep something until a batch is settled. */
  get acknowledgements(): Acknowledgements {
    return tracker.acknowledgements;
  }

  /** `unfinished`: tokens that this node is not through with although no message of theirs is at work. */
  close(unfinished: readonly string[] = []): void {
    this.closed = true;
    tracker.removeNode(this.node.id);
    for (const token of [...this.working.keys(), ...unfinished]) tracker.abandoned(token);
    this.working.clear();
  }

  private beginWork(token: string): void {
    const work = this.working.get(token);
    if (work === undefined) this.working.set(token, { count: 1, isSent: false });
    else work.count++;
    tracker.arrived(token, this.node.id);
  }

  private endWork(token: string, hasFailed: boolean): void {
    const work = this.working.get(token);
    if (work === undefined) return;
    if (hasFailed && !work.isSent) tracker.refused(token);
    if (--work.count === 0) this.working.delete(token);
    tracker.passed(token);
  }

  /** Does what leaves by this output reach nodes of ours only? They change nothing where it is. */
  private goesToOursAlone(port: number): boolean {
    return ((this.node as RunningNode).wires?.[port] ?? []).every((id) => tracker.isOurs(id));
  }

  private announce(token: string, port: number, checks: Array<() => void>): void {
    for (const id of (this.node as RunningNode).wires?.[port] ?? []) {
      const target = this.nodes.get(id);
      if (target === undefined) {
        // While flows stop and start the node is only not there yet; otherwise it is disabled, and nothing is lost on
        // it.
        if (tracker.stopping) checks.push(this.sending(token, { id, ours: false, leadsBack: false }, () => false));
        continue;
      }
      // A node that never listens loses nothing.
      if (!isListening(target)) continue;
      const { generation } = tracker;
      const ours = tracker.isOurs(id);
      const wayBack = ours ? undefined : this.nodes.wayBack(target);
      const destination: Destination = { id, ours, leadsBack: wayBack !== undefined, ...wayBack };
      checks.push(this.sending(token, destination, () => isListening(target) || generation === tracker.generation));
    }
  }

  private sending(token: string, destination: Destination, listened: () => boolean): () => void {
    tracker.sending(token, destination);
    return () => tracker.delivered(token, destination, listened());
  }
}

/** Resolves when every delivery that is pending now has run and been reported. */
export async function deliveriesDone(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
