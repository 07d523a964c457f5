/**
 * The core library: everything the nodes are made of, for use without Node-RED (README, "Without Node-RED").
 * node-opcua is loaded only when a connection or a simulated server is opened.
 */
// Two layers use these names; the outer world gets these.
export { EventType } from './wire';
export { countOf } from './loss';
export * from './wire';
export * from './ring';
export * from './loss';
export * from './definition';
export * from './document';
export * from './reader';
export * from './transport/transport';
export * from './transport/opcua';
export * from './platform';
export * from './simulator';
