import type { Node, NodeAPI } from 'node-red';
import { CodedError, codedErrorOf } from './coded-error';
import { reportSoon } from './config-users';
import { closeWith, handle } from './handle';
import type { DeliveryPort } from '../delivery';
import { ThrottledStatus } from './status';
import { statusText } from './status-text';

/**
 * A config node that is needed is not there, or could not be made. A later deploy may bring it without touching this
 * node.
 */
export class MissingConfig extends CodedError {
  constructor(
    /** For the status. */
    readonly short: string,
    text: string
  ) {
    super('OPENOT_CONFIG', text);
  }
}

/** How to close what takes time, if anything; `removed`: the node was deleted or disabled. */
export type Close = ((removed: boolean) => Promise<void>) | void;

export interface BuildOptions {
  /** Done at once at close, whether the node could be made or not. */
  readonly release?: () => void;
  /** `RED.events`: after a MissingConfig the node is tried again whenever a deploy is through. */
  readonly deploys?: NodeAPI['events'];
  /** Where tokens come in: what a node with wrong settings refuses is read again. */
  readonly delivery?: Pick<DeliveryPort, 'refuse' | 'showMissing'>;
}

/**
 * Makes a node of parts that may refuse its settings. What `make` throws goes to Catch nodes, is shown, and answers
 * every message: the runtime and the other nodes live on. From the moment it closes the status shows nothing any more,
 * however long the closing takes: the node that stands in its place has the same id.
 */
export function buildNode(
  node: Node,
  make: (status: ThrottledStatus) => Close,
  { release, deploys, delivery }: BuildOptions = {}
): void {
  const status = new ThrottledStatus(node);
  if (delivery !== undefined)
    delivery.showMissing = (text) =>
      status.showInstead(text === undefined ? undefined : { fill: 'red', shape: 'ring', text });
  let close: Close = undefined;
  let failure: Error | undefined;
  let again: (() => void) | undefined;
  const listenNoMore = (): void => {
    if (again !== undefined) deploys?.removeListener('flows:started', again);
    again = undefined;
  };
  const attempt = (): void => {
    try {
      close = make(status);
      failure = undefined;
      listenNoMore();
    } catch (thrown) {
      const error = codedErrorOf(thrown);
      const isNews = failure?.message !== error.message;
      failure = error;
      status.set(() => ({ fill: 'red', shape: 'ring', text: shortOf(error) }));
      if (isNews) reportSoon(node, error);
      if (error instanceof MissingConfig && again === undefined) deploys?.on('flows:started', (again = attempt));
    }
  };
  attempt();
  // One handler for as long as it fails: `make` registers its own when it succeeds, and Node-RED calls both.
  if (failure !== undefined) {
    const refuse = (): void => {
      if (failure !== undefined) throw failure;
    };
    // Once it was made after all, the handler that `make` registered takes the message, and reports it.
    handle(node, (message) =>
      delivery === undefined || failure === undefined ? refuse() : delivery.refuse(message, failure)
    );
  }
  const letGo = (removed: boolean): Promise<void> | void => {
    listenNoMore();
    const closing = close?.(removed);
    status.close();
    release?.();
    return closing;
  };
  // Node-RED takes the input listeners of a node at once only when it closes synchronously (nodes/delivery).
  if (close === undefined && deploys === undefined) node.on('close', () => void letGo(false));
  else closeWith(node, async (removed) => letGo(removed));
}

function shortOf(error: Error): string {
  if (error instanceof MissingConfig) return error.short;
  return error instanceof CodedError && error.field !== undefined
    ? statusText('wrong settings', error.field)
    : 'wrong settings';
}
