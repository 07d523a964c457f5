/** A state in a file of this machine, with a lock beside it. */
export * from './file-lock';
export * from './file-store';
export * from './file-system';
