import { Transport } from '../transport';
import { OpcuaConnection } from './api';
import { SharedOpcuaConnection } from './connection';
import { OpcuaNodes, OpcuaSettings } from './settings';
import { OpcuaTransport } from './transport';

export * from './api';
export * from './settings';
export { shownEndpoint } from './errors';
export { loadClient } from './load';

/** For lib/discovery, which looks at a server with the same connection and the same readings. */
export { SharedOpcuaConnection } from './connection';
export { bytesOf } from './elements';
export { rangeOf } from './inspect';
export { readNamespaces } from './namespaces';
export { parseNodeId, resolveNodeId } from './node-id';
export { readValues } from './read-values';
export { OpcuaTransport } from './transport';

/** What an endpoint node makes once: nothing is opened before the first reader asks. node-opcua is loaded then. */
export function createOpcuaConnection(
  settings: Partial<OpcuaSettings> & Pick<OpcuaSettings, 'endpoint' | 'pkiFolder'>
): OpcuaConnection {
  return new SharedOpcuaConnection(settings);
}

/**
 * A way to one ring over a shared connection. Its `close` lets go of the connection.
 * @throws TypeError when the connection was not made by `createOpcuaConnection`.
 */
export function createOpcuaTransport(connection: OpcuaConnection, nodes: OpcuaNodes): Transport {
  if (!(connection instanceof SharedOpcuaConnection))
    throw new TypeError('connection must be made by createOpcuaConnection');
  return new OpcuaTransport(connection, nodes);
}
