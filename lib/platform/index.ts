/** The reader's ports on this machine: files, clock, randomness. */
export * from './file-lock';
export * from './file-store';
export * from './file-system';
export * from './volatile-store';
