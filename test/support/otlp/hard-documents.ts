import { createFormatter, DocumentObject } from '../../../lib/document';
import { EventType, Flag, Key, RecordInput, Slot, TlvType } from '../../../lib/wire';
import { boundTo } from '../../lib/document/support/bindings';
import { itemOf } from '../../lib/document/support/items';
import { plant } from '../../lib/document/support/plant';
import { payloadOf, slot } from '../../lib/document/support/slots';
import { longText } from './random-documents';

/** 2026 with the last digits of the nanoseconds set: what goes through a float of milliseconds is not this any more. */
export const HARD_TIME_NS = 1_780_000_000_123_456_789n;

const ENDS: Readonly<Record<string, string>> = {
  stringValue: 'text',
  intValue: 'int',
  doubleValue: 'double',
  boolValue: 'bool',
  bytesValue: 'bytes'
};

/**
 * Private slots with what is hard to carry: the attribute that it must have become at the receiver, key and value.
 */
export const hardSlots: readonly {
  readonly key: string;
  readonly what: string;
  readonly slot: Slot;
  readonly attribute: Record<string, unknown>;
}[] = [
  {
    what: 'ULINT 18446744073709551615',
    type: TlvType.ULInt,
    value: 18446744073709551615n,
    attribute: { stringValue: '18446744073709551615' }
  },
  {
    what: 'ULINT 9223372036854775807',
    type: TlvType.ULInt,
    value: 9223372036854775807n,
    attribute: { intValue: '9223372036854775807' }
  },
  {
    what: 'LINT -9223372036854775808',
    type: TlvType.LInt,
    value: -9223372036854775808n,
    attribute: { intValue: '-9223372036854775808' }
  },
  { what: 'REAL 5.0', type: TlvType.Real, value: 5, attribute: { doubleValue: 5 } },
  { what: 'REAL -0.0', type: TlvType.Real, value: -0, attribute: { doubleValue: -0 } },
  { what: 'LREAL 5e-324', type: TlvType.LReal, value: 5e-324, attribute: { doubleValue: 5e-324 } },
  { what: 'REAL NaN', type: TlvType.Real, value: NaN, attribute: { stringValue: 'NaN' } },
  { what: 'LREAL -Infinity', type: TlvType.LReal, value: -Infinity, attribute: { stringValue: '-Infinity' } },
  { what: 'an empty string', type: TlvType.String, value: '', attribute: { stringValue: '' } },
  { what: '255 bytes of text with emoji', type: TlvType.String, value: longText, attribute: { stringValue: longText } },
  {
    what: 'bytes',
    type: TlvType.Bytes,
    value: Uint8Array.of(0, 1, 127, 128, 254, 255),
    attribute: { bytesValue: 'AAF/gP7/' }
  },
  { what: 'BOOL false', type: TlvType.Bool, value: false, attribute: { boolValue: false } }
].map(({ what, type, value, attribute }, index) => ({
  key: `openot.extension.${0x8000 + index}_${ENDS[Object.keys(attribute)[0]!]}`,
  what,
  slot: { key: 0x8000 + index, type, payload: payloadOf(type, value) },
  attribute
}));

/**
 * Documents of all three signals: the hard values, a gauge of 5.0, a condition that begins and ends, a span of a batch.
 */
export function hardDocuments(stream: string): { stream: string; documents: DocumentObject[] } {
  const record = (seq: number, eventTypeId: number, slots: Slot[]): RecordInput => ({
    flags: Flag.HasCrc,
    sourceTimeNs: HARD_TIME_NS + BigInt(seq) * 1_000_000_001n,
    runId: 18446744073709551615n,
    seq: BigInt(seq),
    sourceId: 1,
    eventTypeId,
    slots
  });
  const condition = [slot(Key.conditionId, 9), slot(Key.conditionClass, 0), slot(Key.correlationId, 7)];
  const records = [
    record(0, EventType.Message, [
      slot(Key.messageTemplateId, 102),
      slot(Key.arg, 4294967295, TlvType.UDInt),
      ...hardSlots.map((entry) => entry.slot)
    ]),
    record(1, EventType.ValueChanged, [slot(Key.valueId, 20), slot(Key.newValue, 5, TlvType.Real)]),
    record(2, EventType.ValueChanged, [slot(Key.valueId, 20), slot(Key.newValue, 72.25, TlvType.Real)]),
    record(3, EventType.BatchEvent, [slot(Key.batchId, 40), slot(Key.newState, 0)]),
    record(4, EventType.ConditionActive, [...condition, slot(Key.severity, 900)]),
    record(5, EventType.ConditionAcknowledged, [
      condition[0]!,
      condition[2]!,
      slot(Key.ackBy, 'jdoe ✓', TlvType.String)
    ]),
    record(6, EventType.ConditionCleared, condition),
    record(7, EventType.BatchEvent, [slot(Key.batchId, 40), slot(Key.newState, 1)])
  ];
  const facts = { bufferId: 4, incarnation: 1, receiveTimeNs: String(HARD_TIME_NS + 9_000_000_003n) };
  const documents = createFormatter({ profile: 'enriched' }).objects(
    records.map((entry) => itemOf(entry)),
    facts,
    boundTo(plant())
  );
  return { stream, documents };
}
