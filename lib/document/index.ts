/** Records to documents: validation, resolution, strict and enriched JSON. */
export { DocumentContext } from './context';
export * from './document';
export * from './formatter';
export type { PlaceholderReason } from './reason';
export type { DocumentValue } from './value';
export type { RecordViolation, WireErrorJson } from './violation';
