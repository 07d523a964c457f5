import net from 'node:net';

/** The module node-opcua, as `loadClient` loads it. */
export type NodeOpcua = typeof import('node-opcua');

/** What is used of node-opcua's sockets; neither is part of its published interface. */
interface Socketed {
  _on_socket_data?: (data: Buffer) => void;
  forceConnectionBreak?: () => void;
}

/** What is used of node-opcua's connections. */
interface Connecting {
  connect(endpointUrl: string, callback: (error?: Error | null) => void): void;
}

const guarded = new WeakSet<object>();

/**
 * Lets node-opcua connect to an IPv6 address: it hands the brackets of `opc.tcp://[::1]:4840` on to the network, which
 * knows no such host. Its socket is made while `connect` runs, so that is where they are taken off.
 */
export function guardAddresses(opcua: NodeOpcua): void {
  const connections = opcua.ClientTCP_transport?.prototype as unknown as Connecting | undefined;
  const original = connections?.connect;
  if (connections === undefined || typeof original !== 'function' || guarded.has(connections)) return;
  guarded.add(connections);
  connections.connect = function (this: Connecting, endpointUrl, callback): void {
    const { createConnection } = net;
    const bare = (options: net.TcpNetConnectOpts, ...rest: [() => void]): net.Socket =>
      createConnection({ ...options, host: options.host?.replace(/^\[|\]$/g, '') }, ...rest);
    if (/^opc\.tcp:\/\/\[/i.test(endpointUrl)) net.createConnection = bare as typeof net.createConnection;
    try {
      original.call(this, endpointUrl, callback);
    } finally {
      net.createConnection = createConnection;
    }
  };
}

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

/** What is used of a client's channel and its security token. */
interface Channelled {
  on(
    event: 'secure_channel_created',
    listener: (channel: {
      on(event: 'security_token_created', listener: (token: { createdAt: Date | null }) => void): void;
    }) => void
  ): void;
}

/**
 * Lets a security token age by the monotonic clock. node-opcua takes it by the wall clock: set forward by hours, it
 * cannot read an answer any more.
 */
export function keepTokensSteady(client: object): void {
  (client as Channelled).on('secure_channel_created', (channel) =>
    channel.on('security_token_created', (token) => {
      token.createdAt = steadyNow();
    })
  );
}

/** Now, as a moment that stays as far from the wall clock as time has passed, wherever that clock is set. */
function steadyNow(): Date {
  const bornMs = performance.now();
  const moment = new Date();
  moment.getTime = () => Date.now() - (performance.now() - bornMs);
  return moment;
}
