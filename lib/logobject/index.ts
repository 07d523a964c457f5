/**
 * Logs of OPC UA Part 26: records and their bytes, reading them without loss, merging those of several servers. Pure.
 */
export { decodeLogRecords } from './decode';
export type { DecodedLogRecords, LogFault, LogFaultDetail, LogLayout } from './decode';
export { encodeLogRecords } from './encode';
export type { LogEncoding } from './encode';
export * from './model';
