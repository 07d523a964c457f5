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
