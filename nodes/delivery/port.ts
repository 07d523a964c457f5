import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import type { Send } from '../runtime/handle';
import type { Acknowledgements } from './acknowledgements';
import { Announcing } from './announcing';
import { distrust } from './checked-input';
import type { NodeRef } from './deployed';
import { NodeTrouble, nodeTroubles, runningNodes, tracker } from './process-tracker';
import { RunningNode, RunningNodes } from './running-nodes';
import type { ReaderSession, SessionOptions } from './session';
import { silentText } from './silence';
import { Stray, strayOf } from './stray';
import { tokensOf } from './token';
import type { OurNode, PortOptions } from './our-node';
import { Wiring, wiringOf } from './wiring';

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
  private readonly ways: Announcing;
  /** Code of the trouble for which messages are refused now: told once. */
  private refusing: string | undefined;
  private closed = false;
  private readonly needsFacts: (message: NodeMessage) => boolean;
  /** Shows in the node's status that a message came without `msg.openot`; undefined: no more. */
  showMissing: (text: string | undefined) => void = () => undefined;
  /** What is called after a deploy. */
  private started: Array<() => boolean> = [];
  private readonly hear = (): void => void (this.started = this.started.filter((call) => !call()));

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
    { receives = true, outputs = [0], end, needsFacts = () => true }: PortOptions = {}
  ) {
    this.needsFacts = needsFacts;
    this.nodes = runningNodes(RED);
    const own: OurNode = { outputs, ...(end === undefined ? {} : { end }) };
    this.ways = new Announcing(node as RunningNode, this.nodes, own);
    if (receives) tracker.addNode(node.id, own);
  }

  openSession(boot: string, options: Omit<SessionOptions, 'onSilent'>): ReaderSession {
    const onSilent = (id: string): void => this.node.warn(silentText(id, this.nodes.get(id)));
    return tracker.openSession(this.node.id, boot, { ...options, onSilent });
  }

  /**
   * Handles one message: `work` gets a `send` that reports what it sends. A closed node handles nothing (what it sent
   * would be lost, or come twice), so work that went on after a wait must check `isClosed`.
   *
   * A message that is refused as a whole (`work` throws or rejects, and its tokens were not sent on) did not get where
   * it belongs: its batch is not settled. The error is thrown once for each trouble, however many batches meet it.
   */
  through(message: NodeMessage, send: Send, work: (send: Send) => void | Promise<void>): void | Promise<void> {
    const tokens = tokensOf(message);
    if (this.closed) {
      // A node that closes asynchronously still hears what was under way to it: unreported, that would count as
      // delivered.
      for (const token of tokens) tracker.abandoned(token);
      return;
    }
    const stray = tokens.length === 0 && this.needsFacts(message) ? this.strayOf(message) : undefined;
    if (stray !== undefined) return this.refuseStray(stray);
    for (const token of tokens) this.beginWork(token);
    if (tokens.length > 0) this.showMissing(undefined);
    const endWork = (): void => {
      for (const token of tokens) this.endWork(token);
      if (tokens.length > 0) this.refusing = undefined;
    };
    let result: void | Promise<void>;
    try {
      result = work((output) => this.send(output, send));
    } catch (thrown) {
      return this.failed(tokens, thrown);
    }
    if (result === undefined) return endWork();
    return result.then(endWork, (thrown: unknown) => this.failed(tokens, thrown));
  }

  /** A message that this node cannot handle as it is set up. Its error was told before. */
  refuse(message: NodeMessage, error: Error): Promise<void> {
    const tokens = tokensOf(message);
    for (const token of tokens) this.beginWork(token);
    this.refusing = codeOf(error);
    return this.failed(tokens, error);
  }

  /** The batch that a message without `msg.openot` was made of, and what is to be said of that. */
  readonly strayOf = (message: NodeMessage) => strayOf(message, this.node.id, (id) => this.refOf(id));

  private refuseStray({ token, error }: Stray): Promise<void> {
    this.beginWork(token);
    this.showMissing('msg.openot is missing');
    return this.failed([token], error);
  }

  /** What this node refused it may take now: a definition has changed. */
  retry(): void {
    tracker.retry(this.node.id);
  }

  /** Why this node cannot go on, for the status of readers that wait for it; undefined: it can. */
  noteTrouble(trouble: NodeTrouble | undefined): void {
    if (trouble === undefined || this.closed) nodeTroubles.delete(this.node.id);
    else nodeTroubles.set(this.node.id, trouble);
  }

  /** What leaves by no way is kept by this node itself. */
  endWays(): void {
    this.ways.own = { ...this.ways.own, end: 'sink' };
  }

  /** Sends, and reports every token in it with the nodes it goes to. */
  send(output: NodeMessage | Array<NodeMessage | NodeMessage[] | null>, send: Send): void {
    if (this.closed) return;
    const ports = Array.isArray(output) ? output : [output];
    const checks: Array<() => void> = [];
    const tokens: string[] = [];
    ports.forEach((messages, port) => {
      for (const message of messages === null ? [] : Array.isArray(messages) ? messages : [messages]) {
        if (!this.ways.goesToOursAlone(port)) distrust(message.payload);
        for (const token of tokensOf(message)) {
          tokens.push(token);
          tracker.note(token, { messageId: (message._msgid ??= this.RED.util.generateId()) });
          this.ways.announce(token, port, checks);
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

  /** Does what leaves by this output reach anybody, a node of ours or of somebody else? */
  hasWay(output: number): boolean {
    return this.ways.waysFrom(output).length > 0;
  }

  /** Is something that runs wired to this output? */
  isWired(output: number): boolean {
    return this.nodes.ways(this.node as RunningNode, output).isWired;
  }

  /** Calls back after every deploy, until that answers true, or this node closes. */
  onStarted(call: () => boolean): void {
    this.started.push(call);
    this.nodes.started.add(this.hear);
  }

  /** Who takes what this node sends, as the flows are deployed now; undefined while they stop and start. */
  wiring(): Wiring | undefined {
    if (tracker.stopping || !tracker.hasStarted) return undefined;
    return wiringOf(this.node as RunningNode, this.ways.own, this.nodes, (id) => tracker.node(id));
  }

  /** Resolves when all nodes of the flows have been made. */
  flowsRun(): Promise<void> {
    return tracker.flowsRun();
  }

  /** Why another node of ours cannot go on, as it said itself. */
  troubleOf(id: string): NodeTrouble | undefined {
    return nodeTroubles.get(id);
  }

  /** A node as people know it. */
  refOf(id: string): NodeRef {
    const node = this.nodes.get(id);
    const type = node?.type ?? id;
    return { id, type, name: node?.name ? String(node.name) : type };
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
    nodeTroubles.delete(this.node.id);
    this.nodes.started.delete(this.hear);
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

  private endWork(token: string): void {
    const work = this.working.get(token);
    if (work === undefined) return;
    if (--work.count === 0) this.working.delete(token);
    tracker.passed(token, this.node.id);
  }

  /** Refuses what was not sent on. Throws, unless this trouble is known: then the message has no end. */
  private failed(tokens: readonly string[], thrown: unknown): Promise<void> {
    const code = codeOf(thrown);
    const { message } = codedErrorOf(thrown);
    const node: NodeRef = { id: this.node.id, type: this.node.type, name: this.node.name || this.node.type };
    const isKnown = this.refusing === code;
    let isRefused = false;
    for (const token of tokens) {
      if (this.working.get(token)?.isSent === false)
        isRefused = tracker.refused(token, { node, code, message }) || isRefused;
      this.endWork(token);
    }
    if (isRefused) this.refusing = code;
    if (isKnown && (isRefused || tokens.length === 0)) return new Promise(() => undefined);
    throw thrown;
  }
}

const codeOf = (thrown: unknown): string => (codedErrorOf(thrown) as CodedError).code;

/** Resolves when every delivery that is pending now has run and been reported. */
export async function deliveriesDone(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
