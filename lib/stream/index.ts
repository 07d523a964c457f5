/** What a message carries: items, batches, facts, and the strict check of messages that came from elsewhere. */
export * from './batch';
export * from './check-facts';
export * from './check-items';
export { itemsOfConcatenation, walkConcatenation } from './concatenation';
export type { DecodedItems } from './concatenation';
export * from './items';
export { bytesFromPayload } from './payload-bytes';
export type { BytesError, PayloadBytes } from './payload-bytes';
export * from './stream-facts';
export * from './u64-text';
