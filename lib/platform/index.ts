/** The reader's ports on this machine: files, clock, randomness. */
export * from './file-store';
export * from './system';
