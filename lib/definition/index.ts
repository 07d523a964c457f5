/** Definition files: parse, hash, validate, compile, store, and bind to a stream's epochs. */
export * from './bind';
export * from './binding';
export * from './canonical';
export * from './canonical-events';
export * from './compile';
export * from './compiled';
export type { DefinitionError, DefinitionErrorCode } from './error';
export * from './hash';
export * from './model';
export * from './parse';
export * from './store';
export * from './validate';
export * from './violation';
export * from './warnings';
