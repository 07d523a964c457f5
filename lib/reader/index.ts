/**
 * A ring as a stream of batches: what comes between it and its records. Knows transports only by their interface; of
 * this machine only `openReader` knows.
 */
export type { CommandOutcome, Reader, ReaderParts } from './api';
export type { Batch } from './batch';
export { createReader } from './loop/reader';
export { openReader } from './open-reader';
export type { OpenBatch, OpenReader, OpenReaderOptions } from './open-reader';
export { LockLost } from './ports';
export type { Clock, LockOutcome, Random, Store } from './ports';
export { DEFAULT_SETTINGS, withDefaults } from './settings';
export type { Commit, ReaderMode, ReaderSettings, StartFrom, Verify } from './settings';
export type { LookCounters, ReaderError, ReaderState, ReaderStatus, ReaderTotals, StatusFacts } from './status';
