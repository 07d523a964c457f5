/** An archive in a folder of this machine, with its key beside the user's other files. */
export * from './archive-files';
export * from './folder-system';
export * from './key-file';
