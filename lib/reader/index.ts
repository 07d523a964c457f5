/**
 * The state machine between a ring and its records. Knows transports only by their interface, and no clock, file or
 * socket.
 */
export * from './api';
export * from './batch';
export * from './ports';
export * from './loop/reader';
export * from './settings';
export * from './status';
