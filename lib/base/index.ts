/** Small things that every room needs, once each. The real clock and timers stand apart: `system.ts`, `deadline.ts`. */
export * from './backoff';
export * from './bounded-map';
export * from './codes';
export * from './crc32c';
export * from './failure';
export * from './fifo';
export * from './log-severity';
export * from './openot-error';
export * from './ports';
export * from './ranges';
export * from './shape';
export * from './text';
