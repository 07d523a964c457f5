/**
 * Documents as plain objects (docs/format.md 17, 18). By field, never by value: times, run ids and 64-bit slot
 * values are decimal strings; seqs, ids and counts are numbers. Properties marked enriched are absent from strict ones.
 */
import { Relation } from '../definition';
import { LossBasis, LossClass } from '../ring/items';
import { PlaceholderReason } from './reason';
import { DocumentValue } from './value';

export type DocumentProfile = 'strict' | 'enriched';

export interface DocumentSource {
  id: number;
  name?: string;
  path?: readonly string[];
  hierarchy?: readonly string[];
  dynamic?: boolean;
}

export interface DocumentProvenance {
  bufferId: number;
  source: DocumentSource;
  runId: string;
  epoch: {
    id: number;
    relation: Relation;
    definitionHash: string;
    semanticVersion?: string;
    /** Enriched: the id of the prior epoch itself, where known; `id` is always the current epoch's. */
    priorId?: number;
  };
  sourceTimeNs?: string;
  receiveTimeNs: string;
  flags: { timeUnsynced: boolean; syntheticRecord: boolean; partialPayload: boolean };
  /** Enriched: ISO 8601 with 9 digits of the source time; of the receive time where there is no source time. */
  time?: string;
  /** Enriched: counter of the ring's restarts. */
  incarnation?: number;
}

export interface DocumentField {
  key: number;
  name: string;
  type: string;
  value: DocumentValue;
  unit?: string;
  enumLabel: string | null;
  /** Enriched: the number behind a resolved reference. */
  raw?: number;
  /** Enriched: what a table says of the value. */
  label?: string;
  /** Enriched: which float the null stands for. */
  nonFinite?: string;
}

export interface ExtensionField {
  key: number;
  type: number;
  typeName: string | null;
  name: null;
  value?: DocumentValue;
  payloadHex: string;
  /** Enriched. */
  nonFinite?: string;
}

/** Enriched: an argument whose type is not what its message template says. `argument` counts from 1. */
export interface ArgumentWarning {
  kind: 'argumentType';
  argument: number;
  expected: string;
  actual: string;
}

export interface EventDocument {
  kind: 'event';
  provenance: DocumentProvenance;
  eventName: string;
  eventTypeId: number;
  seq: number;
  fields: DocumentField[];
  extensionFields?: ExtensionField[];
  /** Enriched: one readable line. */
  text?: string;
  /** Enriched; absent when there are none. */
  warnings?: ArgumentWarning[];
}

export interface LossDocument {
  kind: 'loss';
  provenance: DocumentProvenance;
  firstSeq: number;
  lastSeq: number;
  count: number;
  basis: LossBasis;
  /** Enriched. */
  class?: LossClass;
  /** Enriched. */
  text?: string;
}

export interface RawSlot {
  key: number;
  type: number;
  payloadHex: string;
}

export interface PlaceholderDocument {
  kind: 'placeholder';
  provenance: DocumentProvenance;
  eventTypeId: number;
  seq: number;
  reason: PlaceholderReason;
  rawSlots: RawSlot[];
  /** Enriched. */
  text?: string;
}

export type DocumentObject = EventDocument | LossDocument | PlaceholderDocument;
