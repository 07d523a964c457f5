/** What every carriage needs to share one connection among readers, and to end what is under way at once. */
export * from './cancel-scope';
export * from './errors';
export * from './shared-connection';
export * from './shared-transport';
