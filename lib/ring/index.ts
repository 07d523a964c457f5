/** The ring: control block, walk over a window, the producer's side, epochs. */
export * from './control-block';
export * from './control-block-error';
export * from './known-epochs';
export { describeRingError, ringErrorCode } from './ring-error';
export type { RingError, RingErrorDetail } from './ring-error';
export * from './snapshot';
export * from './walk';
export * from './writer';
