/**
 * The ring: control block, walk over a window, the producer's side, epochs, and what messages carry of all that.
 */
export * from './batch';
export * from './capture-decode';
export * from './capture-encode';
export * from './capture-error';
export * from './capture-format';
export { itemsOfConcatenation, walkConcatenation } from './concatenation';
export type { DecodedItems } from './concatenation';
export * from './control-block';
export * from './control-block-error';
export * from './items';
export * from './known-epochs';
export * from './payload-bytes';
export { describeRingError, ringErrorCode } from './ring-error';
export type { RingError, RingErrorDetail } from './ring-error';
export * from './snapshot';
export * from './stream-facts';
export * from './walk';
export * from './writer';
