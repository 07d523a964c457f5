/** Bytes to records and back, and the registry of ids. Knows nothing of rings, definitions or documents. */
export { crc32c } from '../base';
export * from './decode';
export * from './encode';
export { describeWireError, wireErrorCode } from './errors';
export type { WireError, WireErrorDetail } from './errors';
export * from './header';
export * from './record';
export * from './registry';
export * from './slot-table';
export * from './u64';
