import type { DocumentObject } from '../../../../../lib/document';
import type { KeyValue, LogRecord, MetricPoint, Span } from '../../../../../lib/telemetry/otlp-types';
import { secondNs } from './documents';

const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });

/** What the mapper makes of a document, as far as the envelope cares, and one attribute of each type. */
export function logOf(document: DocumentObject): LogRecord {
  const { provenance } = document;
  const seqs = document.kind === 'loss' ? `${document.firstSeq}-${document.lastSeq}/loss` : String(document.seq);
  return {
    timeUnixNano: provenance.sourceTimeNs ?? provenance.receiveTimeNs,
    observedTimeUnixNano: provenance.receiveTimeNs,
    severityNumber: 9,
    severityText: 'INFO',
    eventName: `openot.${document.kind}`,
    body: { stringValue: document.text ?? '' },
    attributes: [
      text('log.record.uid', `line1/${provenance.incarnation}/${provenance.runId}/${provenance.source.id}/${seqs}`),
      {
        key: 'openot.source.path',
        value: { arrayValue: { values: [{ stringValue: 'Plant' }, { stringValue: 'Mixer' }] } }
      },
      { key: 'openot.buffer.id', value: { intValue: '4' } },
      { key: 'openot.field.wide', value: { intValue: '-9223372036854775808' } },
      { key: 'openot.field.bytes', value: { bytesValue: 'AAH/' } },
      { key: 'openot.field.real', value: { doubleValue: 5 } },
      { key: 'openot.field.flag', value: { boolValue: false } },
      { key: 'openot.field.map', value: { kvlistValue: { values: [{ key: 'inner', value: { intValue: '1' } }] } } }
    ],
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: 'fedcba9876543210',
    flags: 1
  };
}

export function valuePoint(value = 21.5, at = 10): MetricPoint {
  return {
    name: 'openot.value.Temperature',
    unit: 'Cel',
    kind: 'gauge',
    point: { attributes: [text('openot.source.name', 'Mixer 1')], timeUnixNano: secondNs(at), asDouble: value }
  };
}

export function total(name = 'openot.records.delivered', count = '12'): MetricPoint {
  return {
    name,
    unit: '',
    description: 'Records delivered',
    kind: 'sum',
    point: {
      attributes: [text('openot.stream', 'line1')],
      startTimeUnixNano: secondNs(0),
      timeUnixNano: secondNs(20),
      asInt: count
    }
  };
}

export function span(spanId = '00000000000000aa'): Span {
  return {
    traceId: '000102030405060708090a0b0c0d0e0f',
    spanId,
    parentSpanId: 'bbbbbbbbbbbbbbbb',
    name: 'TempHigh',
    kind: 1,
    startTimeUnixNano: secondNs(1),
    endTimeUnixNano: secondNs(31, 7),
    attributes: [
      text('openot.stream', 'line1'),
      { key: 'openot.source.id', value: { intValue: '1' } },
      text('openot.source.name', 'Mixer 1')
    ],
    events: [
      {
        timeUnixNano: secondNs(12, 250_000_000),
        name: 'openot.condition_acknowledged',
        attributes: [text('openot.field.ackBy', 'op1')]
      }
    ],
    status: { code: 2 }
  };
}
