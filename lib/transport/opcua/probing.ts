/**
 * What lib/discovery looks at a server with: the same connection and the same readings as the transport. Not for users
 * of the library: types of node-opcua stand in it.
 */
export { SharedOpcuaConnection } from './connection';
export { bytesOf } from './elements';
export { rangeOf } from './inspect-node';
export { loadClient } from './load';
export { readNamespaces } from './namespaces';
export { parseNodeId, resolveNodeId } from './node-id';
export { readValues } from './read-values';
export { isGood, mayRefuseRanges, statusName } from './status';
export { OpcuaTransport } from './transport';
