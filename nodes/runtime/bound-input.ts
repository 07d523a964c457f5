import type { Node, NodeMessageInFlow, NodeStatus } from 'node-red';
import type { DefinitionUser } from './definition-user';
import { handle, Send } from './handle';
import type { Hop } from '../delivery';
import type { ThrottledStatus } from './status';

/** What a node that binds items to definitions works with. */
export interface BoundParts {
  readonly node: Node;
  readonly hop: Hop;
  readonly user: DefinitionUser;
  readonly status: ThrottledStatus;
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
export function handleBound({ node, hop, user, status, show, work }: BoundParts): void {
  let failed = '';
  const showNow = (): NodeStatus => show(failed);
  user.onChange(() => status.set(showNow));
  status.set(showNow);
  handle(node, (message, send) =>
    hop.through(message, send, (pass) => {
      const run = (): void | Promise<void> => {
        if (hop.isClosed) return;
        failed = 'wrong input';
        try {
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
