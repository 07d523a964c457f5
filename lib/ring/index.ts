/** The ring: control block, walk over a window, the producer's side, epochs, and what messages carry of all that. */
export * from './control-block';
export * from './control-block-error';
export * from './items';
export * from './ring-error';
export * from './snapshot';
export * from './stream-facts';
export * from './read-ring';
export * from './walk';
export * from './writer';
export * from './batch';
export * from './concatenation';
export * from './epoch-resolver';
export * from './known-epochs';
export * from './payload-bytes';
export * from './record-item';
