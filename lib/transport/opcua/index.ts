/** A ring behind an OPC UA server. node-opcua is loaded when the first connection is opened. */
export type { OpcuaConnection, OpcuaConnectionState } from './api';
export { createOpcuaConnection, createOpcuaTransport, opcua } from './create';
export type { OpcuaRingOptions } from './create';
export { shownEndpoint } from './errors';
export { createOpcuaLogs } from './log';
export type { EventFilterName, FoundLog, OpcuaLogs, OpenLog, OpenLogs, PageWarning } from './log';
export { DEFAULT_OPCUA_SETTINGS } from './settings';
export type { AuthenticationName, OpcuaNodes, OpcuaSettings, SecurityModeName, TrustName } from './settings';
