/** Records to documents: validation, resolution, strict and enriched JSON. */
export { DocumentContext } from './context';
export * from './document';
export * from './formatter';
export * from './reason';
export { validateRecord } from './validate';
export type { DocumentValue } from './value';
export * from './violation';
