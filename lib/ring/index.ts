/** The ring: control block, walk over a window, the producer's side, epochs, and what messages carry of all that. */
export * from './batch';
export * from './concatenation';
export * from './control-block';
export * from './control-block-error';
export * from './epoch-resolver';
export * from './items';
export * from './known-epochs';
export * from './payload-bytes';
export * from './read-ring';
export * from './record-item';
export * from './ring-error';
export * from './snapshot';
export * from './stream-facts';
export * from './walk';
export * from './writer';
