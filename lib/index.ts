/**
 * The core library: everything the nodes are made of, for use without Node-RED (README, "Without Node-RED").
 * node-opcua is loaded only when a connection or a simulated server is opened.
 */
export { CODES, isOpenotCode, type OpenotCode } from './base/codes';
export { systemClock, systemRandom } from './base/system';
export * from './wire';
export * from './ring';
export * from './stream';
export * from './loss';
export * from './definition';
export * from './document';
export * from './reader';
export * from './transport/transport';
export * from './capture';
export * from './transport/opcua';
export * from './transport/modbus';
export * from './discovery';
export * from './state/files';
export { volatileStore } from './state';
export * from './simulator';
/** Under names of their own: `Span`, `Scope` or `Endpoint` say nothing without them. */
export * as telemetry from './telemetry';
export * as otlp from './otlp';
export * as archive from './archive';
