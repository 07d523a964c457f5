/** Which seqs of which source are missing, and how that is known. */
export * from './accounting';
export * from './claims';
export * from './intervals';
export * from './source-account';
export * from './state';
