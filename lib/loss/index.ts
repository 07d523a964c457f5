/** Which seqs of which source are missing, and how that is known. */
export * from './accounting';
export * from './claims';
export type { SeqRange } from './intervals';
export { MAX_OPEN_GAPS, MAX_WAITING_RANGES } from './source-account';
export type { SourceState } from './source-account';
export type { LossState, LossStateError, RunState } from './state';
