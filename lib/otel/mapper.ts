/**
 * Documents and reader status messages to OpenTelemetry items (docs/format.md 21 to 23): one call per message. What
 * a mapper remembers between calls is in its span book and in the counts of its metrics; everything else is a pure
 * function of the arguments.
 */
import type { DocumentObject } from '../document';
import type { Hashes } from './hashes';
import type { MappedItems, Signal, Span } from './otlp';

/** What stands in `severityOverrides` for one event name (docs/format.md 21). */
export interface SeverityOverride {
  /** 1 to 24. */
  readonly number: number;
  /** Default: the OpenTelemetry short name of the number (`WARN`, `INFO2`). */
  readonly text?: string;
}

/** How documents become items: the settings of openot-otel that the mapping itself needs. */
export interface MappingSettings {
  /** A signal that is off gives no items; spans are still followed, so that it can be switched on later. */
  readonly signals: Readonly<Record<Signal, boolean>>;
  /** By event name, as documents (`SecurityAccessFailure`) or as log records (`openot.security_access_failure`) have it. */
  readonly severityOverrides: Readonly<Record<string, SeverityOverride>>;
  /** Bool values as gauges of 0 and 1. */
  readonly boolMetrics: boolean;
  /** A span for every state of a state machine. */
  readonly stateSpans: boolean;
}

/** All three signals, nothing on request. */
export const defaultMappingSettings: MappingSettings = { signals: { logs: true, metrics: true, traces: true }, severityOverrides: {}, boolMetrics: false, stateSpans: false };

/** Why one document, or one status message, gave nothing. Its neighbours are mapped all the same. */
export interface MappingProblem {
  /** `OPENOT_OTEL_STRICT_DOCUMENT`, `OPENOT_OTEL_NOT_A_DOCUMENT` or `OPENOT_OTEL_NOT_A_STATUS`. */
  readonly code: string;
  /** Begins with the code; says what was expected, found, where, and what to do. */
  readonly message: string;
  /** Place of the document in the payload; 0 where there is only one. */
  readonly index: number;
  /** The property that is wrong, for example `fields[2].value`; empty where it is the whole. */
  readonly path: string;
}

/** What a message became, and what of it could not be mapped. */
export interface Mapped extends MappedItems {
  readonly problems: MappingProblem[];
}

/** The same for documents. */
export interface MappedDocuments extends Mapped {
  /** The documents that were mapped, with every property in its own type. `logs[i]` is of `documents[i]`, unless logs are off. */
  readonly documents: readonly DocumentObject[];
}

/** Facts of `msg.openot` that the mapping needs. */
export interface MapperFacts {
  /** Name of the stream; without one it is the empty text, and its attribute is left out. */
  readonly stream?: string;
}

/** To which trace and span a document belongs (docs/format.md 23). */
export interface Correlation {
  readonly traceId: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
}

/** The part of a span book that the mapper uses. Documents come in the order of their arrival, each complete in its types. */
export interface SpanBookPort {
  apply(document: DocumentObject, facts: { readonly stream: string; readonly stateSpans: boolean }): { readonly correlation?: Correlation; readonly closed: readonly Span[] };
}

/** Maps what one openot-otel node gets. */
export interface OtelMapper {
  /** An array of enriched documents, or a single one. Nothing given is changed. Never throws on what a flow can bring. */
  documents(documents: unknown, facts: MapperFacts, settings: MappingSettings): MappedDocuments;
  /** A payload of the reader's second output. `nowNs`: decimal text, when it came. */
  status(payload: unknown, facts: MapperFacts & { readonly bufferId?: unknown; readonly incarnation?: unknown; readonly snapshot?: unknown }, nowNs: string, settings: MappingSettings): Mapped;
}

/** `hashes` once loaded; without a `book` there are no spans, and log records carry no ids. */
export function createOtelMapper(options: { readonly hashes: Hashes; readonly book?: SpanBookPort }): OtelMapper {
  void options;
  return {
    documents: () => ({ logs: [], metrics: [], spans: [], problems: [], documents: [] }),
    status: () => ({ logs: [], metrics: [], spans: [], problems: [] })
  };
}
