import type { Node, NodeMessageInFlow, NodeStatus } from 'node-red';
import type { DefinitionUser } from '../runtime/definition-user';
import { handle, Send } from '../runtime/handle';
import type { DeliveryPort } from './port';
import type { ThrottledStatus } from '../runtime/status';

/** What a node that binds items to definitions works with. */
export interface BoundParts {
  readonly node: Node;
  readonly delivery: DeliveryPort;
  readonly user: DefinitionUser;
  readonly status: ThrottledStatus;
  /** It keeps records itself until their definitions are there. */
  readonly isPatient?: boolean;
  /** The status; `failed` is empty, or why the last message came to nothing. */
  show(failed: string): NodeStatus;
  /** Handles one message, its definitions at hand. A promise is that of one that is kept back for a while. */
  work(message: NodeMessageInFlow, pass: Send): void | Promise<void>;
}

/**
 * The input of the nodes that bind items to definitions. Messages that come before the definitions have been looked at
 * wait, in their order, and are dropped when the node closes meanwhile: their tokens were not passed on, so they come
 * again.
 */
export function handleBound({ node, delivery, user, status, isPatient = false, show, work }: BoundParts): void {
  let failed = '';
  const showNow = (): NodeStatus => show(failed);
  user.onChange(() => {
    status.set(showNow);
    delivery.retry();
  });
  status.set(showNow);
  handle(node, (message, send) =>
    delivery.through(message, send, (pass) => {
      const run = (): void | Promise<void> => {
        if (delivery.isClosed) return;
        const mistake = isPatient ? undefined : user.mistake;
        failed = mistake === undefined ? 'wrong input' : '';
        try {
          if (mistake !== undefined) throw mistake;
          const kept = work(message, pass);
          failed = '';
          return kept;
        } finally {
          status.set(showNow);
        }
      };
      return user.pending === undefined ? run() : user.pending.then(run);
    })
  );
}
