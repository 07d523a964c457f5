import type { NodeAPI, NodeMessage } from 'node-red';

/** What Node-RED tells a hook of a node that is about to get a message, which is that node's own by then. */
interface ReceiveEvent {
  readonly msg: NodeMessage;
  readonly destination?: { readonly id?: string };
}

interface Hooks {
  add(name: string, handler: (event: ReceiveEvent) => void): void;
  remove(name: string): void;
}

const HOOK = 'onReceive.openot-api';

/**
 * Sees messages on their way into `http request` nodes: a node that stands alone behind one learns from it when the
 * call began, and adds the trace to it. The hook is there only while such a node is.
 */
export class ReceiveHook {
  /** By the id of the node that gets a message, who wants to see it first. */
  private readonly watching = new Map<string, Map<string, (message: NodeMessage) => NodeMessage>>();
  private isAdded = false;

  constructor(private readonly RED: NodeAPI) {}

  /** `who` sees what comes to these nodes, in place of what it saw before, and gives the message as it is to be. */
  watch(who: string, nodeIds: readonly string[], see: (message: NodeMessage) => NodeMessage): void {
    this.forget(who);
    for (const id of nodeIds) this.watching.set(id, (this.watching.get(id) ?? new Map()).set(who, see));
    this.attach();
  }

  forget(who: string): void {
    for (const [id, watchers] of this.watching)
      if (watchers.delete(who) && watchers.size === 0) this.watching.delete(id);
    this.attach();
  }

  private attach(): void {
    const { hooks } = this.RED as unknown as { hooks?: Hooks };
    const isWanted = this.watching.size > 0;
    if (hooks === undefined || isWanted === this.isAdded) return;
    this.isAdded = isWanted;
    if (isWanted) hooks.add(HOOK, (event) => this.see(event));
    else hooks.remove(HOOK);
  }

  /** Never throws: the message belongs to somebody else, and goes its way whatever happens here. */
  private see(event: ReceiveEvent): void {
    for (const see of this.watching.get(event.destination?.id ?? '')?.values() ?? []) {
      try {
        Object.assign(event.msg, see(event.msg));
      } catch {
        // The node behind reports that the call has no beginning.
      }
    }
  }
}
