/**
 * Documents as plain objects (docs/format.md 17, 18). By field, never by value: times, run ids and 64-bit slot
 * values are decimal strings; seqs, ids and counts are numbers. Properties marked enriched are absent from strict ones.
 */
import { Relation } from '../definition';
import { LossBasis, LossClass } from '../stream/items';
import { PlaceholderReason } from './reason';
import { DocumentValue } from './value';

/** `strict` = what the public reference writes (docs/format.md 17); `enriched` = the same and more (18). */
export type DocumentProfile = 'strict' | 'enriched';

/**
 * Who logged the record: the definition's entry, or the id alone where it has none or is not asked (docs/format.md 17).
 */
export interface DocumentSource {
  id: number;
  name?: string;
  path?: readonly string[];
  hierarchy?: readonly string[];
  dynamic?: boolean;
}

/** Where a document comes from, and when. */
export interface DocumentProvenance {
  /** The control block's; 0 where bytes came without a ring. */
  bufferId: number;
  source: DocumentSource;
  /** Decimal text. */
  runId: string;
  epoch: {
    /** The current epoch's, whatever the relation. */
    id: number;
    relation: Relation;
    /** 16 hex digits, advertised for the record's epoch. */
    definitionHash: string;
    /** Of the definition bound; absent without one. */
    semanticVersion?: string;
    /** Enriched: the id of the prior epoch itself, where known; `id` is always the current epoch's. */
    priorId?: number;
  };
  /** Decimal text, nanoseconds since the Unix epoch; absent in a loss. */
  sourceTimeNs?: string;
  /** Decimal text, nanoseconds since the Unix epoch: when the bytes were received. */
  receiveTimeNs: string;
  flags: { timeUnsynced: boolean; syntheticRecord: boolean; partialPayload: boolean };
  /** Enriched: ISO 8601 with 9 digits of the source time; of the receive time where there is no source time. */
  time?: string;
  /** Enriched: counter of the ring's restarts. */
  incarnation?: number;
}

/** One resolved slot (docs/format.md 16). */
export interface DocumentField {
  key: number;
  name: string;
  /** `StateRef` and the like for a resolved reference, else the name of the slot's TLV type. */
  type: string;
  value: DocumentValue;
  /** Symbol. */
  unit?: string;
  /** Null where no set is applied, or it does not know the number. */
  enumLabel: string | null;
  /** Enriched: the number behind a resolved reference. */
  raw?: number;
  /** Enriched: what a table says of the value. */
  label?: string;
  /** Enriched: which float the null stands for. */
  nonFinite?: string;
}

/**
 * One private slot, key 0x8000 and above (docs/format.md 16). `value` is absent where the payload does not decode as
 * its type.
 */
export interface ExtensionField {
  key: number;
  /** TLV tag as found. */
  type: number;
  /** Null for an unknown tag. */
  typeName: string | null;
  /** Always null: private keys have no registered names. */
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

/** A record that resolved. */
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

/**
 * Seqs of one source that will not come: `firstSeq` to `lastSeq`, both included, `count` of them (docs/format.md 9).
 */
export interface LossDocument {
  kind: 'loss';
  provenance: DocumentProvenance;
  firstSeq: number;
  lastSeq: number;
  count: number;
  basis: LossBasis;
  /** Enriched. */
  class?: LossClass;
  /** Enriched: source times of the records before and behind the gap, decimal text; absent where not known. */
  afterTimeNs?: string;
  beforeTimeNs?: string;
  /** Enriched. */
  text?: string;
}

/** One slot as it came, its payload as lowercase hex. */
export interface RawSlot {
  key: number;
  type: number;
  payloadHex: string;
}

/** A record that could not be resolved, with everything it carries and the reason. Never a guess. */
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

/** Any document; `kind` tells which. */
export type DocumentObject = EventDocument | LossDocument | PlaceholderDocument;
