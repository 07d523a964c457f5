export type * from './findings';
export type { LogSource } from './tree-check';
export * from './verify';
export * from './prove';
export * from './unsigned';
