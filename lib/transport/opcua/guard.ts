/** The module node-opcua, as `loadClient` loads it. */
export type NodeOpcua = typeof import('node-opcua');

/** What is used of node-opcua's sockets; neither is part of its published interface. */
interface Socketed {
  _on_socket_data?: (data: Buffer) => void;
  forceConnectionBreak?: () => void;
}

const guarded = new WeakSet<object>();

/**
 * Lets bytes that node-opcua cannot decode end the connection they came on, and nothing more. Some of its decoders
 * throw
 * (an ERR message whose text is longer than itself is enough), out of the socket's `data` event: an exception that
 * nobody
 * can catch, and that ends Node-RED. Where a node-opcua of the future has no such method, nothing is changed.
 */
export function guardSockets(opcua: NodeOpcua): void {
  const sockets = opcua.TCP_transport?.prototype as unknown as Socketed | undefined;
  const original = sockets?._on_socket_data;
  if (sockets === undefined || typeof original !== 'function' || guarded.has(sockets)) return;
  guarded.add(sockets);
  sockets._on_socket_data = function (this: Socketed, data: Buffer): void {
    try {
      original.call(this, data);
    } catch {
      this.forceConnectionBreak?.();
    }
  };
}
