import type { Node } from 'node-red';

/**
 * Node-RED looks at `users` of a config node to find the flows whose Catch and Status nodes hear of it (Flow.js,
 * handleError).
 */
type Used = Node & { users?: Record<string, Node> };

/**
 * Makes the errors of a config node reach the Catch nodes of the flow of a node that uses it, once a flow, however
 * many nodes there use it. Returns how to end that.
 */
export function useConfig(config: Node, user: Node): () => void {
  const used = config as Used;
  used.users ??= {};
  const { users } = used;
  users[user.z] ??= user;
  return () => {
    if (users[user.z] === user) delete users[user.z];
  };
}

/**
 * Reports an error that a node finds while it is made: after the flows' other nodes have been made too, since no Catch
 * node would hear of it before.
 */
export function reportSoon(node: Node, error: Error): void {
  setImmediate(() => node.error(error, {}));
}
