/** Definition files: parse, hash, validate, compile, store, and bind to a stream's epochs. */
export * from './binding';
export * from './compiled';
export * from './model';
export * from './violation';
