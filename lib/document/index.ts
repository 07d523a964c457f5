/** Records to documents: validation, resolution, strict and enriched JSON. */
export type { DocumentContext } from './context';
export type {
  ArgumentWarning,
  DocumentField,
  DocumentObject,
  DocumentProfile,
  DocumentProvenance,
  DocumentSource,
  EventDocument,
  ExtensionField,
  LossDocument,
  PlaceholderDocument,
  RawSlot
} from './document';
export { createDocumenter } from './documenter';
export type { DocumentedBatch, Documenter, DocumenterOptions } from './documenter';
export { createFormatter } from './formatter';
export type { Formatter } from './formatter';
export type { PlaceholderReason } from './reason';
export type { DocumentValue } from './value';
export type { RecordViolation, WireErrorJson } from './violation';
