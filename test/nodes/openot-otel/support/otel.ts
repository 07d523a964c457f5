import type { DocumentField, EventDocument } from '../../../../lib/document';
import type { KeyValue } from '../../../../lib/telemetry/otlp-types';
import type { FlowNode } from '../../../support/node-red';

/** The node with the defaults of its dialog. */
export const otelNode = (changes: Record<string, unknown> = {}): FlowNode => ({
  id: 'otel',
  type: 'openot-otel',
  signals: { logs: true, metrics: true, traces: true },
  profile: 'otlp',
  resource: [
    { key: 'service.name', value: 'openot', type: 'str' },
    { key: 'service.instance.id', value: 'openot.stream', type: 'msg' }
  ],
  severityOverrides: [],
  maxItems: '500',
  maxBytes: '1048576',
  maxAge: '50',
  wires: [[], [], []],
  ...changes
});

/** What the default resource becomes. */
export const resource = (stream: string): KeyValue[] => [
  { key: 'service.name', value: { stringValue: 'openot' } },
  { key: 'service.instance.id', value: { stringValue: stream } }
];

/** A field of an enriched document. */
export const field = (
  name: string,
  key: number,
  type: string,
  value: unknown,
  more: Partial<DocumentField> = {}
): DocumentField => ({ key, name, type, value: value as never, enumLabel: null, ...more });

/** An enriched document of the source 1 in run 1. */
export function eventDocument(seq: number, more: Partial<EventDocument> = {}, runId = '1'): EventDocument {
  const timeNs = (1_780_000_000_000_000_000n + BigInt(seq) * 1_000_000_000n).toString();
  return {
    kind: 'event',
    provenance: {
      bufferId: 7,
      source: { id: 1, name: 'Mixer' },
      runId,
      epoch: { id: 1, relation: 'current', definitionHash: '0123456789abcdef', semanticVersion: '1.0.0' },
      sourceTimeNs: timeNs,
      receiveTimeNs: timeNs,
      flags: { timeUnsynced: false, syntheticRecord: false, partialPayload: false },
      time: '2026-05-28T20:26:40.000000000Z',
      incarnation: 0
    },
    eventName: 'Heartbeat',
    eventTypeId: 1,
    seq,
    fields: [],
    text: `Mixer: heartbeat ${seq}`,
    ...more
  };
}

/** An alarm begins, or ends. */
export const alarm = (
  seq: number,
  what: 'ConditionActive' | 'ConditionCleared',
  correlationId = 1,
  more: Partial<EventDocument> = {},
  runId = '1'
): EventDocument =>
  eventDocument(
    seq,
    {
      eventName: what,
      eventTypeId: what === 'ConditionActive' ? 0x0200 : 0x0201,
      text: `Alarm TempHigh ${what}`,
      fields: [
        field('condition', 5, 'ConditionRef', 'TempHigh', { raw: 4 }),
        field('conditionClass', 6, 'UInt', 0, { label: 'Alarm' }),
        field('correlationId', 7, 'UDInt', correlationId),
        field('severity', 8, 'UInt', 900, { label: 'High', enumLabel: 'High' })
      ],
      ...more
    },
    runId
  );
