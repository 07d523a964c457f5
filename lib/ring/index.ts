/**
 * The ring: control block, walk over a window, the producer's side, epochs, and what messages carry of all that.
 * `walkWindow` and `EpochTracker` are what the product reads with. `readRing`, its variants and `EpochResolver` do
 * what the public reference does, for captured images and conformance figures: no node uses them.
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
export * from './epoch-resolver';
export * from './items';
export * from './known-epochs';
export * from './payload-bytes';
export * from './read-ring';
export { describeRingError, ringErrorCode } from './ring-error';
export type { RingError, RingErrorDetail } from './ring-error';
export * from './snapshot';
export * from './stream-facts';
export * from './walk';
export * from './writer';
