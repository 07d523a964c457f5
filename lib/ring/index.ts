/** The ring: control block, walk over a window, the producer's side, epochs. */
export * from './capture-decode';
export * from './capture-encode';
export * from './capture-error';
export * from './capture-format';
export * from './control-block';
export * from './control-block-error';
export * from './known-epochs';
export { describeRingError, ringErrorCode } from './ring-error';
export type { RingError, RingErrorDetail } from './ring-error';
export * from './snapshot';
export * from './walk';
export * from './writer';
