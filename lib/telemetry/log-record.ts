import type { DocumentObject } from '../document';
import { intValue, stringValue, textsValue } from './any-value';
import { u64Attribute } from './attributes';
import { EventNames } from './event-name';
import { putFields } from './field-attributes';
import { FieldKeyStore } from './field-keys';
import type { KeyValue, LogRecord } from './otlp-types';
import { severityOf, SeverityOverride } from './severity';
import { uidOf } from './uid';

/** To which trace and span a document belongs (docs/format.md 23). */
export interface Correlation {
  readonly traceId: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
}

/** A loss has no time of its own, whatever a function in between may have given it. */
const timeOf = ({ kind, provenance }: DocumentObject): string =>
  (kind === 'loss' ? undefined : provenance.sourceTimeNs) ?? provenance.receiveTimeNs;

/**
 * Makes log records of documents (docs/format.md 21). What it keeps are names only, worked out once; every record is
 * made
 * of new objects.
 */
export class LogRecords {
  private readonly names = new EventNames();
  private readonly keys = new FieldKeyStore();

  /** The log record of an enriched document that is complete in its types. */
  of(
    document: DocumentObject,
    stream: string,
    overrides: Readonly<Record<string, SeverityOverride>>,
    correlation?: Correlation
  ): LogRecord {
    const { provenance } = document;
    const eventName = this.names.of(document);
    const { number, text } = severityOf(document, eventName, overrides);
    const record: LogRecord = {
      timeUnixNano: timeOf(document),
      observedTimeUnixNano: provenance.receiveTimeNs,
      severityNumber: number,
      severityText: text,
      eventName,
      body: stringValue(document.text ?? ''),
      attributes: this.attributesOf(document, stream)
    };
    if (correlation !== undefined) {
      record.traceId = correlation.traceId;
      if (correlation.spanId !== undefined) record.spanId = correlation.spanId;
      record.flags = 1;
    }
    return record;
  }

  private attributesOf(document: DocumentObject, stream: string): KeyValue[] {
    const { bufferId, source, runId, epoch, flags } = document.provenance;
    const list: KeyValue[] = [
      { key: 'log.record.uid', value: stringValue(uidOf(document, stream)) },
      { key: 'openot.kind', value: { stringValue: document.kind } }
    ];
    if (stream !== '') list.push({ key: 'openot.stream', value: stringValue(stream) });
    list.push(
      { key: 'openot.buffer.id', value: intValue(bufferId) },
      { key: 'openot.source.id', value: intValue(source.id) }
    );
    if (source.name !== undefined) list.push({ key: 'openot.source.name', value: stringValue(source.name) });
    if (source.path !== undefined && source.path.length > 0)
      list.push({ key: 'openot.source.path', value: textsValue(source.path) });
    list.push({ key: 'openot.run.id', value: { stringValue: runId } });
    if (document.kind !== 'loss') list.push({ key: 'openot.seq', value: intValue(document.seq) });
    list.push(
      { key: 'openot.epoch.id', value: intValue(epoch.id) },
      { key: 'openot.epoch.relation', value: { stringValue: epoch.relation } },
      { key: 'openot.definition.hash', value: { stringValue: epoch.definitionHash } }
    );
    if (epoch.semanticVersion !== undefined)
      list.push({ key: 'openot.definition.version', value: stringValue(epoch.semanticVersion) });
    if (document.kind !== 'loss') list.push({ key: 'openot.event.type_id', value: intValue(document.eventTypeId) });
    list.push(
      { key: 'openot.flags.time_unsynced', value: { boolValue: flags.timeUnsynced } },
      { key: 'openot.flags.synthetic_record', value: { boolValue: flags.syntheticRecord } },
      { key: 'openot.flags.partial_payload', value: { boolValue: flags.partialPayload } }
    );
    this.putOwn(list, document);
    return list;
  }

  /** What only documents of this kind have. */
  private putOwn(list: KeyValue[], document: DocumentObject): void {
    if (document.kind === 'event') {
      if (putFields(list, document, this.keys)) list.push({ key: 'openot.nonfinite', value: { boolValue: true } });
      if (document.warnings !== undefined && document.warnings.length > 0)
        list.push({ key: 'openot.warnings', value: { stringValue: JSON.stringify(document.warnings) } });
    } else if (document.kind === 'loss') {
      list.push(
        { key: 'openot.loss.first_seq', value: intValue(document.firstSeq) },
        { key: 'openot.loss.last_seq', value: intValue(document.lastSeq) },
        { key: 'openot.loss.count', value: intValue(document.count) },
        { key: 'openot.loss.basis', value: { stringValue: document.basis } },
        { key: 'openot.loss.class', value: { stringValue: document.class ?? 'lost' } }
      );
      const { afterTimeNs, beforeTimeNs } = document;
      if (afterTimeNs !== undefined) list.push(u64Attribute('openot.loss.after_time', afterTimeNs));
      if (beforeTimeNs !== undefined) list.push(u64Attribute('openot.loss.before_time', beforeTimeNs));
    } else {
      const { reason, rawSlots } = document;
      list.push({ key: 'openot.placeholder.reason', value: stringValue(reason.kind) });
      if ('detail' in reason)
        list.push({ key: 'openot.placeholder.detail', value: { stringValue: JSON.stringify(reason.detail) } });
      list.push({ key: 'openot.placeholder.slots', value: { stringValue: JSON.stringify(rawSlots) } });
    }
  }
}
