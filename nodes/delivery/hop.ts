import { systemTimers } from '../../lib/base/system';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { Send } from '../runtime/handle';
import { tokensOf } from '../runtime/messages';
import { Account, AccountOptions, Destination, Ledger } from './ledger';
import { otherWays } from './other-ways';
import { LONGEST_MS } from './patience';
import { OtherWays, WayBack, wayBack, Wired } from './way-back';

/** The one ledger of this process: readers and hops of all flows report to it. */
export const ledger = new Ledger({
  now: () => performance.now(),
  after: systemTimers({ unref: true }).after,
  nextTurn: (call) => void setImmediate(call)
});

/**
 * What of a running node is looked at; `_inputCallback` and `_inputCallbacks` are Node-RED's own (Node.js, on and
 * close).
 */
type RunningNode = Node & Wired & { _inputCallback?: unknown; _inputCallbacks?: unknown };

const listened = new WeakSet<object>();
/** By id of the first node, until the flows change. */
let waysBack = new Map<string, WayBack | undefined>();
let others: OtherWays | undefined;

function forgetWays(): void {
  waysBack = new Map();
  others = undefined;
}

/** Hears when flows stop and start; once for each runtime. */
function listen(RED: NodeAPI): void {
  if (listened.has(RED.events)) return;
  listened.add(RED.events);
  RED.events.on('flows:stopping', () => {
    forgetWays();
    ledger.stop();
  });
  RED.events.on('flows:started', () => {
    forgetWays();
    ledger.start();
  });
}

/**
 * Would a message that reached this node now be handled? Where a Node-RED of the future has no such properties
 * the answer is yes: then a message counts as delivered when it was sent.
 */
function isListening(node: RunningNode): boolean {
  if (!('_inputCallback' in node) && !('_inputCallbacks' in node)) return true;
  return Boolean(node._inputCallback) || Boolean(node._inputCallbacks);
}

/** One of our nodes on the way of the tokens: `openot-reader` sends only, the others also receive. */
export class Hop {
  /** By token: messages at work that carry it, and whether it was sent on meanwhile. */
  private readonly working = new Map<string, { count: number; isSent: boolean }>();
  private closed = false;

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
    receives = true
  ) {
    listen(RED);
    if (receives) ledger.addHop(node.id);
  }

  openAccount(boot: string, options: Omit<AccountOptions, 'onQuiet'>): Account {
    const onQuiet = (id: string): void => {
      const silent = this.RED.nodes.getNode(id) as Node | null | undefined;
      const name = silent?.name ? `"${silent.name}" (${silent.type} ${id})` : `${silent?.type ?? ''} ${id}`.trim();
      this.node.warn(
        `OPENOT_PASSAGE_QUIET: of a batch that went to the node ${name} nothing came to the OpenOT nodes behind it for ${LONGEST_MS / 1000} s: it counts as delivered. ` +
          'Where that node makes new messages, let it pass on the one it got (msg.openot.commit is needed); where it keeps messages longer, a restart meanwhile loses them'
      );
    };
    return ledger.openAccount(this.node.id, boot, { ...options, onQuiet });
  }

  /**
   * A message that is refused as a whole (`work` throws or rejects, and its tokens were not sent on) did not get where
   * it
   * belongs: where its reader waits for acknowledgements, its batch is read again, or the next one would cover it.
   *
   * Handles one message: `work` gets a `send` that reports what it sends. A closed node handles nothing (what it
   * sent would be lost, or come twice), so work that went on after a wait must check `isClosed`.
   */
  through(message: NodeMessage, send: Send, work: (send: Send) => void | Promise<void>): void | Promise<void> {
    const tokens = tokensOf(message);
    if (this.closed) {
      // A node that closes asynchronously still hears what was under way to it: unreported, that would count as
      // delivered.
      for (const token of tokens) ledger.abandoned(token);
      return;
    }
    for (const token of tokens) this.begin(token);
    const end = (hasFailed: boolean): void => tokens.forEach((token) => this.end(token, hasFailed));
    let result: void | Promise<void>;
    try {
      result = work((output) => this.send(output, send));
    } catch (thrown) {
      end(true);
      throw thrown;
    }
    if (result === undefined) return end(false);
    return result.then(
      () => end(false),
      (thrown: unknown) => {
        end(true);
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
        const working = this.working.get(token);
        if (working !== undefined) working.isSent = true;
      }
    } finally {
      // Queued after the deliveries of this send, so it runs right after them in the same phase of the loop.
      if (checks.length > 0) setImmediate(() => checks.forEach((check) => check()));
    }
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** What an openot-ack asks and tells, and what nodes ask that keep something until a batch is through. */
  get acknowledgements(): Pick<Ledger, 'standing' | 'isSettled' | 'acknowledge' | 'reject'> {
    return {
      isSettled: (life, serial) => ledger.isSettled(life, serial),
      standing: (life, serial) => ledger.standing(life, serial),
      acknowledge: (life, serial) => ledger.acknowledge(life, serial),
      reject: (life, serial) => ledger.reject(life, serial)
    };
  }

  /** `unfinished`: tokens that this node is not through with although no message of theirs is at work. */
  close(unfinished: readonly string[] = []): void {
    this.closed = true;
    ledger.removeHop(this.node.id);
    for (const token of [...this.working.keys(), ...unfinished]) ledger.abandoned(token);
    this.working.clear();
  }

  private begin(token: string): void {
    const working = this.working.get(token);
    if (working === undefined) this.working.set(token, { count: 1, isSent: false });
    else working.count++;
    ledger.arrived(token, this.node.id);
  }

  private end(token: string, hasFailed: boolean): void {
    const working = this.working.get(token);
    if (working === undefined) return;
    if (hasFailed && !working.isSent) ledger.refused(token);
    if (--working.count === 0) this.working.delete(token);
    ledger.passed(token);
  }

  private announce(token: string, port: number, checks: Array<() => void>): void {
    for (const id of (this.node as RunningNode).wires?.[port] ?? []) {
      const target = this.RED.nodes.getNode(id) as RunningNode | null | undefined;
      if (target === null || target === undefined) {
        // While flows stop and start the node is only not there yet; otherwise it is disabled, and nothing is lost on
        // it.
        if (ledger.stopping) checks.push(this.sending(token, { id, ours: false, leadsBack: false }, () => false));
        continue;
      }
      // A node that never listens loses nothing.
      if (!isListening(target)) continue;
      const generation = ledger.generation;
      const ours = ledger.isHop(id);
      const wayBack = ours ? undefined : this.wayBack(target);
      const destination: Destination = { id, ours, leadsBack: wayBack !== undefined, ...wayBack };
      checks.push(this.sending(token, destination, () => isListening(target) || generation === ledger.generation));
    }
  }

  private sending(token: string, destination: Destination, listened: () => boolean): () => void {
    ledger.sending(token, destination);
    return () => ledger.delivered(token, destination, listened());
  }

  private wayBack(start: RunningNode): WayBack | undefined {
    if (!waysBack.has(start.id))
      waysBack.set(
        start.id,
        wayBack(
          start,
          (id) => this.RED.nodes.getNode(id) as RunningNode | null | undefined,
          (id) => ledger.isHop(id),
          (others ??= otherWays(this.RED))
        )
      );
    return waysBack.get(start.id);
  }
}

/** Resolves when every delivery that is pending now has run and been reported. */
export async function deliveriesDone(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
