/**
 * Documents and reader status messages to OpenTelemetry items (docs/format.md 21 to 23): one call per message. What
 * a mapper remembers between calls is in its span store and in the counts of its meter; everything else is a pure
 * function of the arguments.
 */
import type { DocumentObject } from '../document';
import { DeviceLogDocument, deviceLogOf, isDeviceLogKind, logRecordOf } from './device-log';
import { ApiDocument, apiDocumentOf, isApiKind, spanOfCall } from './api';
import type { ClockState } from './clock-watch/api';
import { Correlation, LogRecords } from './log-record';
import { isEnrichedDocument } from './mapper-check';
import { documentOf } from './mapper-input';
import { MappingProblem, problemOf } from './mapper-problem';
import { createMeter } from './metrics';
import type { Measured, Meter } from './metrics';
import type { LogRecord, MappedItems, Signal, Span } from './otlp-types';
import { overriddenSeverity, SeverityOverride } from './severity';

export type { Correlation } from './log-record';
export type { MappingProblem } from './mapper-problem';
export type { SeverityOverride } from './severity';

/** How documents become items: the settings of openot-otel that the mapping itself needs. */
export interface MappingSettings {
  /** A signal that is off gives no items; spans and counts are still followed, so that it can be switched on later. */
  readonly signals: Readonly<Record<Signal, boolean>>;
  /**
   * By event name, as documents (`SecurityAccessFailure`) or as log records (`openot.security_access_failure`) have it;
   * also `loss`, `placeholder`.
   */
  readonly severityOverrides: Readonly<Record<string, SeverityOverride>>;
  /** Bool values as gauges of 0 and 1. */
  readonly boolMetrics: boolean;
  /** A span for every state of a state machine. */
  readonly stateSpans: boolean;
  /**
   * Spans of what records tell: conditions, batches, states; and their ids on the log records. They are followed either
   * way.
   */
  readonly recordSpans: boolean;
  /**
   * Calls as the encoding `literal` can write them: span ids of 32 digits, and no kind where none was told. OTLP has 16
   * digits, and wants a kind.
   */
  readonly literalCalls: boolean;
}

/** All three signals, nothing on request. */
export const defaultMappingSettings: MappingSettings = {
  signals: { logs: true, metrics: true, traces: true },
  severityOverrides: {},
  boolMetrics: false,
  stateSpans: false,
  recordSpans: true,
  literalCalls: false
};

/** What a message became, and what of it could not be mapped. */
export interface Mapped extends MappedItems {
  readonly problems: MappingProblem[];
}

/** The same for documents. */
export interface MappedDocuments extends Mapped {
  /**
   * The documents that were mapped, with every property in its own type. `logs[i]` is of `documents[i]` (unless logs
   * are off);
   * log records behind those, about clocks, are of no document.
   */
  readonly documents: readonly DocumentObject[];
  /** The API documents that were mapped: each is a span, and no log record. */
  readonly calls: readonly ApiDocument[];
  /** The documents of logs of OPC UA that were mapped: each is a log record, behind those of `documents`. */
  readonly deviceLogs: readonly DeviceLogDocument[];
}

/** Facts of `msg.openot` that the mapping needs. */
export interface MapperFacts {
  /** Name of the stream; without one it is the empty text, and its attribute is left out. */
  readonly stream?: unknown;
  readonly incarnation?: unknown;
}

/**
 * The part of a span store (lib/telemetry/spans) that the mapper uses. Documents come in the order of their arrival,
 * each complete in its types.
 */
export interface SpanStorePort {
  apply(
    document: DocumentObject,
    facts: { readonly stream: string; readonly stateSpans: boolean }
  ): { readonly correlation?: Correlation; readonly closed: readonly Span[]; readonly repeated?: true };
}

/** Maps what one openot-otel node gets. Whatever a flow brings, nothing given is changed, and nothing is thrown. */
export interface OtelMapper {
  /** An array of enriched documents, API documents and documents of logs of OPC UA, or a single one. */
  documents(documents: unknown, facts: MapperFacts, settings: MappingSettings): MappedDocuments;
  /** A payload of the reader's second output. `nowNs`: decimal text, when it came. */
  status(payload: unknown, facts: MapperFacts, nowNs: string, settings: MappingSettings): Mapped;
  /** How the clocks of the devices are, for a line of status. */
  clocks(): ClockState;
}

/**
 * What a mapper works with. Without a store (lib/telemetry/spans) there are no spans, and log records carry no ids;
 * without a `meter` it has one of its own.
 */
export interface MapperOptions {
  readonly spanStore?: SpanStorePort;
  readonly meter?: Meter;
}

/**
 * Makes a mapper for one node.
 *
 * @example
 * ```ts
 * import { assembleRequest, createOtelMapper } from '@openot/node-red/telemetry';
 * import { createSpanStore, defaultMappingSettings } from '@openot/node-red/telemetry';
 *
 * const mapper = createOtelMapper({ spanStore: createSpanStore() });
 * const enriched: object[] = []; // of a documenter
 * const mapped = mapper.documents(enriched, { stream: 'line 1' }, defaultMappingSettings);
 * for (const { message } of mapped.problems) console.error(message);
 * const request = assembleRequest('logs', mapped, { resource: { attributes: [] }, scope: { name: 'line 1' } });
 * ```
 */
export function createOtelMapper({ spanStore, meter = createMeter() }: MapperOptions): OtelMapper {
  const records = new LogRecords();

  /** Appends what the meter made; its log records, too, have the severity that the table says. */
  const add = (mapped: MappedItems, measured: Measured, { signals, severityOverrides }: MappingSettings): void => {
    if (signals.metrics) for (const point of measured.metrics) mapped.metrics.push(point);
    if (signals.logs) for (const log of measured.logs) mapped.logs.push(withSeverity(log, severityOverrides));
  };

  return {
    documents(given, facts, settings) {
      const { documents, calls, deviceLogs, problems } = readDocuments(given);
      const mapped: MappedItems = { logs: [], metrics: [], spans: [] };
      const stream = streamOf(facts);
      const { signals, severityOverrides, stateSpans, recordSpans, literalCalls } = settings;
      let repeated = 0;
      for (const document of documents) {
        const applied = spanStore?.apply(document, { stream, stateSpans });
        if (applied?.repeated === true) repeated++;
        const spans = recordSpans ? applied : undefined;
        if (signals.traces && spans !== undefined) for (const span of spans.closed) mapped.spans.push(span);
        if (signals.logs) mapped.logs.push(records.of(document, stream, severityOverrides, spans?.correlation));
      }
      if (signals.logs)
        for (const log of deviceLogs) mapped.logs.push(withSeverity(logRecordOf(log), severityOverrides));
      if (signals.traces) for (const call of calls) mapped.spans.push(spanOfCall(call, literalCalls));
      add(mapped, meter.documents(documents, stream, settings, repeated), settings);
      return { ...mapped, documents, calls, deviceLogs, problems };
    },

    status(payload, facts, nowNs, settings) {
      const mapped: Mapped = { logs: [], metrics: [], spans: [], problems: [] };
      const measured = meter.status(payload, facts, nowNs);
      if (measured.ok) add(mapped, measured, settings);
      else mapped.problems.push(notAStatus(measured));
      return mapped;
    },

    clocks: () => meter.clocks()
  };
}

const streamOf = ({ stream }: MapperFacts): string =>
  typeof stream === 'string' ? stream : typeof stream === 'number' || typeof stream === 'bigint' ? String(stream) : '';

/** The documents of a payload, and why others are none. */
function readDocuments(given: unknown): Pick<MappedDocuments, 'documents' | 'calls' | 'deviceLogs' | 'problems'> {
  const isAlone = !Array.isArray(given);
  const list: readonly unknown[] = isAlone ? [given] : given;
  const documents: DocumentObject[] = [];
  const calls: ApiDocument[] = [];
  const deviceLogs: DeviceLogDocument[] = [];
  const problems: MappingProblem[] = [];
  for (let index = 0; index < list.length; index++) {
    // A flow may bring objects whose properties throw.
    try {
      const value = list[index];
      if (isApiKind(value)) calls.push(apiDocumentOf(value));
      else if (isDeviceLogKind(value)) deviceLogs.push(deviceLogOf(value));
      else documents.push(isEnrichedDocument(value) ? value : documentOf(value));
    } catch (thrown) {
      problems.push(problemOf(thrown, index, isAlone));
    }
  }
  return { documents, calls, deviceLogs, problems };
}

function withSeverity(log: LogRecord, overrides: Readonly<Record<string, SeverityOverride>>): LogRecord {
  const severity = log.eventName === undefined ? undefined : overriddenSeverity(log.eventName, overrides);
  return severity === undefined ? log : { ...log, severityNumber: severity.number, severityText: severity.text };
}

function notAStatus({
  path,
  expected,
  found
}: {
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}): MappingProblem {
  const code = 'OPENOT_OTEL_NOT_A_STATUS';
  const place = path === '' ? 'msg.payload' : `msg.payload.${path}`;
  return {
    code,
    message:
      `${code}: ${place} must be ${expected}, found ${found}: ` +
      'wire the second output of openot-reader to this node',
    index: 0,
    path
  };
}
