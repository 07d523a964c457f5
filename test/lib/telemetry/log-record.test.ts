import should from 'should';
import { CompiledDefinition } from '../../../lib/definition';
import {
  createFormatter,
  DocumentField,
  DocumentObject,
  EventDocument,
  LossDocument,
  PlaceholderDocument
} from '../../../lib/document';
import { LogRecords } from '../../../lib/telemetry/log-record';
import type { AnyValue, KeyValue, LogRecord } from '../../../lib/telemetry/otlp-types';
import { uidOf } from '../../../lib/telemetry/uid';
import { LossItem } from '../../../lib/stream';
import { EventType, Flag, Key, Slot, TlvType } from '../../../lib/wire';
import { boundTo, unbound } from '../document/support/bindings';
import { plant } from '../document/support/plant';
import { slot } from '../document/support/slots';
import { documentOf } from '../document/support/strict';

const STREAM = 'filler-3';
const facts = { bufferId: 4, incarnation: 2, receiveTimeNs: '1780000000000000007' };
const record = (document: DocumentObject, stream = STREAM): LogRecord => new LogRecords().of(document, stream, {});
const keys = ({ attributes }: LogRecord): string[] => attributes.map(({ key }) => key);
const get = ({ attributes }: LogRecord, key: string): AnyValue | undefined =>
  attributes.find((attribute) => attribute.key === key)?.value;
const own = (log: LogRecord): KeyValue[] => log.attributes.slice(keys(log).indexOf('openot.flags.partial_payload') + 1);

describe('log records', () => {
  let compiled: CompiledDefinition;
  before(() => {
    compiled = plant();
  });

  const eventOf = (eventTypeId: number, ...slots: Slot[]): EventDocument => {
    const document = documentOf(
      { eventTypeId, slots, sourceId: 1, seq: 5, runId: 77n, timeNs: 1780000000000000001n },
      boundTo(compiled, 'aaaaaaaaaaaaaaaa'),
      facts,
      'enriched'
    );
    if (document.kind !== 'event') throw new Error(JSON.stringify(document));
    return document;
  };
  const fieldsOf = (eventTypeId: number, ...slots: Slot[]): KeyValue[] => own(record(eventOf(eventTypeId, ...slots)));
  const lossOf = (loss: Partial<LossItem> = {}): LossDocument => {
    const item: LossItem = {
      kind: 'loss',
      runId: '77',
      sourceId: 1,
      firstSeq: 10,
      lastSeq: 12,
      count: 3,
      basis: 'inferred',
      class: 'lost',
      ...loss
    };
    return createFormatter({ profile: 'enriched' }).objects([item], facts, boundTo(compiled))[0] as LossDocument;
  };

  it('of one event, whole', () => {
    should(
      record(
        eventOf(
          EventType.StateTransition,
          slot(Key.stateMachineId, 7),
          slot(Key.category, 2),
          slot(Key.previousState, 4),
          slot(Key.newState, 1)
        )
      )
    ).eql({
      timeUnixNano: '1780000000000000001',
      observedTimeUnixNano: '1780000000000000007',
      severityNumber: 9,
      severityText: 'INFO',
      eventName: 'openot.state_transition',
      body: { stringValue: 'Mixer: Paused -> Running' },
      attributes: [
        { key: 'log.record.uid', value: { stringValue: 'filler-3/2/77/1/5' } },
        { key: 'openot.kind', value: { stringValue: 'event' } },
        { key: 'openot.stream', value: { stringValue: 'filler-3' } },
        { key: 'openot.buffer.id', value: { intValue: '4' } },
        { key: 'openot.source.id', value: { intValue: '1' } },
        { key: 'openot.source.name', value: { stringValue: 'Mixer.Main' } },
        {
          key: 'openot.source.path',
          value: { arrayValue: { values: [{ stringValue: 'Plant' }, { stringValue: 'Mixer' }] } }
        },
        { key: 'openot.run.id', value: { stringValue: '77' } },
        { key: 'openot.seq', value: { intValue: '5' } },
        { key: 'openot.epoch.id', value: { intValue: '0' } },
        { key: 'openot.epoch.relation', value: { stringValue: 'current' } },
        { key: 'openot.definition.hash', value: { stringValue: 'aaaaaaaaaaaaaaaa' } },
        { key: 'openot.definition.version', value: { stringValue: '2.1.0' } },
        { key: 'openot.event.type_id', value: { intValue: '1' } },
        { key: 'openot.flags.time_unsynced', value: { boolValue: false } },
        { key: 'openot.flags.synthetic_record', value: { boolValue: false } },
        { key: 'openot.flags.partial_payload', value: { boolValue: false } },
        { key: 'openot.field.stateMachine', value: { stringValue: 'Mixer' } },
        { key: 'openot.field.stateMachine_raw', value: { intValue: '7' } },
        { key: 'openot.field.category', value: { intValue: '2' } },
        { key: 'openot.field.category_label', value: { stringValue: 'Procedural' } },
        { key: 'openot.field.previousState', value: { stringValue: 'Paused' } },
        { key: 'openot.field.previousState_label', value: { stringValue: 'Paused' } },
        { key: 'openot.field.previousState_raw', value: { intValue: '4' } },
        { key: 'openot.field.newState', value: { stringValue: 'Running' } },
        { key: 'openot.field.newState_label', value: { stringValue: 'Running' } },
        { key: 'openot.field.newState_raw', value: { intValue: '1' } }
      ]
    });
  });

  it('of a loss, whole: its time is when it was noticed, and it has a range instead of a seq', () => {
    should(record(lossOf({ basis: 'authoritative', class: 'indeterminate' }))).eql({
      timeUnixNano: '1780000000000000007',
      observedTimeUnixNano: '1780000000000000007',
      severityNumber: 17,
      severityText: 'ERROR',
      eventName: 'openot.loss',
      body: { stringValue: '3 records of Mixer.Main may or may not have been delivered (seq 10 to 12)' },
      attributes: [
        { key: 'log.record.uid', value: { stringValue: 'filler-3/2/77/1/10-12/loss' } },
        { key: 'openot.kind', value: { stringValue: 'loss' } },
        { key: 'openot.stream', value: { stringValue: 'filler-3' } },
        { key: 'openot.buffer.id', value: { intValue: '4' } },
        { key: 'openot.source.id', value: { intValue: '1' } },
        { key: 'openot.source.name', value: { stringValue: 'Mixer.Main' } },
        {
          key: 'openot.source.path',
          value: { arrayValue: { values: [{ stringValue: 'Plant' }, { stringValue: 'Mixer' }] } }
        },
        { key: 'openot.run.id', value: { stringValue: '77' } },
        { key: 'openot.epoch.id', value: { intValue: '0' } },
        { key: 'openot.epoch.relation', value: { stringValue: 'current' } },
        { key: 'openot.definition.hash', value: { stringValue: compiled.carriageHash } },
        { key: 'openot.definition.version', value: { stringValue: '2.1.0' } },
        { key: 'openot.flags.time_unsynced', value: { boolValue: false } },
        { key: 'openot.flags.synthetic_record', value: { boolValue: false } },
        { key: 'openot.flags.partial_payload', value: { boolValue: false } },
        { key: 'openot.loss.first_seq', value: { intValue: '10' } },
        { key: 'openot.loss.last_seq', value: { intValue: '12' } },
        { key: 'openot.loss.count', value: { intValue: '3' } },
        { key: 'openot.loss.basis', value: { stringValue: 'authoritative' } },
        { key: 'openot.loss.class', value: { stringValue: 'indeterminate' } }
      ]
    });
    should(get(record(lossOf()), 'openot.loss.class')).eql({ stringValue: 'lost' });
    const around = record(lossOf({ class: 'before-contact', afterTimeNs: '5', beforeTimeNs: '18446744073709551615' }));
    should([around.severityText, get(around, 'openot.loss.class')]).eql(['INFO', { stringValue: 'before-contact' }]);
    should(get(around, 'openot.loss.after_time')).eql({ intValue: '5' });
    should(get(around, 'openot.loss.before_time_text')).eql({ stringValue: '18446744073709551615' });
    const given = lossOf();
    should(record({ ...given, provenance: { ...given.provenance, sourceTimeNs: '5' } }).timeUnixNano).equal(
      given.provenance.receiveTimeNs,
      'also where a function gave it another'
    );
  });

  it('of a placeholder carry the reason and every slot', () => {
    const unresolved = (reason: Parameters<typeof unbound>[0]): LogRecord =>
      record(
        documentOf(
          { eventTypeId: 7, seq: 3, slots: [slot(Key.valueId, 7), slot(Key.newValue, 1, TlvType.Bool)] },
          unbound(reason),
          facts,
          'enriched'
        )
      );
    const drift = unresolved({
      kind: 'drift',
      detail: { actual: 'bbbbbbbbbbbbbbbb', epoch: 'current', expected: '1111111111111111' }
    });
    should(drift.eventName).equal('openot.placeholder');
    should([drift.severityNumber, drift.severityText]).eql([13, 'WARN']);
    should(get(drift, 'openot.seq')).eql({ intValue: '3' });
    should(get(drift, 'openot.event.type_id')).eql({ intValue: '7' });
    should(own(drift)).eql([
      { key: 'openot.placeholder.reason', value: { stringValue: 'drift' } },
      {
        key: 'openot.placeholder.detail',
        value: { stringValue: '{"actual":"bbbbbbbbbbbbbbbb","epoch":"current","expected":"1111111111111111"}' }
      },
      {
        key: 'openot.placeholder.slots',
        value: { stringValue: '[{"key":13,"type":5,"payloadHex":"07000000"},{"key":16,"type":0,"payloadHex":"01"}]' }
      }
    ]);
    should(keys(unresolved({ kind: 'missingCurrentDefinition' }))).not.containEql('openot.placeholder.detail');
    const unknown = record(documentOf({ eventTypeId: 0x7777 }, boundTo(compiled), facts, 'enriched'));
    should(get(unknown, 'openot.placeholder.detail')).eql({ stringValue: '{"eventTypeId":30583}' });
  });

  it('name what is known only: no stream, no source name, no path, no version', () => {
    const bare = record(
      documentOf(
        { eventTypeId: EventType.LoggerStopped, sourceId: 999 },
        unbound({ kind: 'missingCurrentDefinition' }),
        {},
        'enriched'
      ),
      ''
    );
    for (const key of ['openot.stream', 'openot.source.name', 'openot.source.path', 'openot.definition.version'])
      should(keys(bare)).not.containEql(key);
    should(get(bare, 'log.record.uid')).eql({ stringValue: '/0/1/999/0' });
    const noPath = record(
      documentOf({ eventTypeId: EventType.LoggerStopped, sourceId: 2 }, boundTo(compiled), {}, 'enriched')
    );
    should(get(noPath, 'openot.source.name')).eql({ stringValue: 'Bare' });
    should(keys(noPath)).not.containEql('openot.source.path');
  });

  it('carry each of the three flags', () => {
    for (const [flag, key] of [
      [Flag.TimeUnsynced, 'time_unsynced'],
      [Flag.Synthetic, 'synthetic_record'],
      [Flag.PartialPayload, 'partial_payload']
    ] as const) {
      const log = record(
        documentOf(
          { eventTypeId: EventType.LoggerStopped, flags: flag | Flag.HasCrc },
          boundTo(compiled),
          facts,
          'enriched'
        )
      );
      for (const name of ['time_unsynced', 'synthetic_record', 'partial_payload'])
        should(get(log, `openot.flags.${name}`)).eql({ boolValue: name === key });
    }
  });

  it('know a record by its uid, whatever the stream is called', () => {
    const document = eventOf(EventType.LoggerStopped);
    should(uidOf(document, 'opc.tcp://plc:4840/9')).equal('opc.tcp://plc:4840/9/2/77/1/5');
    should(uidOf({ ...document, provenance: { ...document.provenance, incarnation: undefined } }, '')).equal(
      '/0/77/1/5'
    );
    should(uidOf(lossOf({ firstSeq: 9, lastSeq: 9, count: 1 }), 's')).equal('s/2/77/1/9-9/loss');
  });

  it('keep a run id of all 64 bits', () => {
    const withRun = (runId: bigint): AnyValue | undefined =>
      get(
        record(documentOf({ eventTypeId: EventType.LoggerStopped, runId }, boundTo(compiled), facts, 'enriched')),
        'openot.run.id'
      );
    should(withRun(2n ** 63n - 1n)).eql({ stringValue: '9223372036854775807' });
    should(withRun(2n ** 64n - 1n)).eql({ stringValue: '18446744073709551615' });
  });

  it('give fields their unit, label and number, in this order behind the value', () => {
    should(
      fieldsOf(
        EventType.ValueChanged,
        slot(Key.valueId, 20),
        slot(Key.newValue, 21.5, TlvType.Real),
        slot(Key.previousValue, 5, TlvType.Real),
        slot(Key.quality, 0)
      )
    ).eql([
      { key: 'openot.field.value', value: { stringValue: 'temperature' } },
      { key: 'openot.field.value_raw', value: { intValue: '20' } },
      { key: 'openot.field.newValue_double', value: { doubleValue: 21.5 } },
      { key: 'openot.field.newValue_unit', value: { stringValue: 'degC' } },
      { key: 'openot.field.previousValue_double', value: { doubleValue: 5 } },
      { key: 'openot.field.previousValue_unit', value: { stringValue: 'degC' } },
      { key: 'openot.field.quality', value: { intValue: '0' } },
      { key: 'openot.field.quality_label', value: { stringValue: 'Good' } }
    ]);
    const approved = fieldsOf(
      EventType.ESignature,
      slot(Key.actionId, 1),
      slot(Key.actor, 'jdoe'),
      slot(Key.signatureMeaning, 2),
      slot(Key.signedEventSeq, 2n ** 64n - 1n)
    );
    should(approved.slice(1)).eql([
      { key: 'openot.field.actor', value: { stringValue: 'jdoe' } },
      { key: 'openot.field.actor_label', value: { stringValue: 'Jane Doe' } },
      { key: 'openot.field.signatureMeaning', value: { intValue: '2' } },
      { key: 'openot.field.signatureMeaning_label', value: { stringValue: 'Released' } },
      { key: 'openot.field.signedEventSeq_text', value: { stringValue: '18446744073709551615' } }
    ]);
  });

  it('say that a float was none that a number can be', () => {
    const log = record(eventOf(EventType.ValueChanged, slot(Key.valueId, 20), slot(Key.newValue, NaN, TlvType.Real)));
    should(get(log, 'openot.field.newValue_text')).eql({ stringValue: 'NaN' });
    should(log.attributes.at(-1)).eql({ key: 'openot.nonfinite', value: { boolValue: true } });
    const extension = record(eventOf(EventType.LoggerStopped, slot(0x8001, -Infinity, TlvType.LReal)));
    should(own(extension)).eql([
      { key: 'openot.extension.32769_text', value: { stringValue: '-Infinity' } },
      { key: 'openot.nonfinite', value: { boolValue: true } }
    ]);
    const both = own(
      record(
        eventOf(
          EventType.ValueChanged,
          slot(Key.valueId, 20),
          slot(Key.newValue, NaN, TlvType.Real),
          slot(0x8001, 1, TlvType.LReal)
        )
      )
    );
    should(both.slice(-2)).eql([
      { key: 'openot.extension.32769_double', value: { doubleValue: 1 } },
      { key: 'openot.nonfinite', value: { boolValue: true } }
    ]);
    should(
      keys(record(eventOf(EventType.ValueChanged, slot(Key.valueId, 20), slot(Key.newValue, 1, TlvType.Real))))
    ).not.containEql('openot.nonfinite');
  });

  it('make an array of what may repeat, also where it comes once', () => {
    const args = (...slots: Slot[]): KeyValue[] =>
      fieldsOf(EventType.Message, slot(Key.messageTemplateId, 101), ...slots).filter(({ key }) =>
        key.startsWith('openot.field.arg')
      );
    should(args(slot(Key.arg, 7, TlvType.DInt))).eql([
      { key: 'openot.field.arg', value: { arrayValue: { values: [{ stringValue: '7' }] } } }
    ]);
    should(args(slot(Key.arg, 7, TlvType.DInt), slot(Key.arg, 5, TlvType.Real), slot(Key.arg, '', TlvType.String))).eql(
      [
        {
          key: 'openot.field.arg',
          value: { arrayValue: { values: [{ stringValue: '7' }, { stringValue: '5' }, { stringValue: '' }] } }
        }
      ]
    );
    should(args()).eql([]);
    const nonFinite = record(
      eventOf(
        EventType.Message,
        slot(Key.messageTemplateId, 101),
        slot(Key.arg, 7, TlvType.DInt),
        slot(Key.arg, NaN, TlvType.Real)
      )
    );
    should(get(nonFinite, 'openot.nonfinite')).eql({ boolValue: true });
  });

  it('keep what belongs to a repeated field beside it, place by place', () => {
    const causes = fieldsOf(
      EventType.ConditionActive,
      slot(Key.conditionId, 9),
      slot(Key.conditionClass, 0),
      slot(Key.correlationId, 1),
      slot(Key.causeOperand, 1),
      slot(Key.causeOperand, 2)
    );
    should(causes.filter(({ key }) => key.includes('causeOperand'))).eql([
      {
        key: 'openot.field.causeOperand',
        value: { arrayValue: { values: [{ stringValue: 'Level' }, { stringValue: '2' }] } }
      },
      {
        key: 'openot.field.causeOperand_raw',
        value: { arrayValue: { values: [{ intValue: '1' }, { intValue: '2' }] } }
      }
    ]);
  });

  it('carry warnings about arguments', () => {
    const log = record(eventOf(EventType.Message, slot(Key.messageTemplateId, 100), slot(Key.arg, 7, TlvType.DInt)));
    should(log.attributes.at(-1)).eql({
      key: 'openot.warnings',
      value: { stringValue: '[{"kind":"argumentType","argument":1,"expected":"String","actual":"DInt"}]' }
    });
  });

  it('carry private slots by the type of their tag, and as bytes what has none or does not decode', () => {
    const extensions = fieldsOf(
      EventType.LoggerStopped,
      slot(0x8001, true, TlvType.Bool),
      slot(0x8002, 2n ** 64n - 1n, TlvType.ULInt),
      slot(0x8003, 5, TlvType.Real),
      slot(0x8004, 'Größe 😀', TlvType.String),
      slot(0x8005, Uint8Array.of(0, 255), TlvType.Bytes),
      { key: 0x8006, type: 200, payload: Uint8Array.of(1, 2, 3) },
      { key: 0x8007, type: TlvType.String, payload: Uint8Array.of(0xff) },
      slot(0x8009, '', TlvType.String)
    );
    should(extensions).eql([
      { key: 'openot.extension.32769_bool', value: { boolValue: true } },
      { key: 'openot.extension.32770_text', value: { stringValue: '18446744073709551615' } },
      { key: 'openot.extension.32771_double', value: { doubleValue: 5 } },
      { key: 'openot.extension.32772_text', value: { stringValue: 'Größe 😀' } },
      { key: 'openot.extension.32773_bytes', value: { bytesValue: 'AP8=' } },
      { key: 'openot.extension.32774_bytes', value: { bytesValue: 'AQID' } },
      { key: 'openot.extension.32775_bytes', value: { bytesValue: '/w==' } },
      { key: 'openot.extension.32777_text', value: { stringValue: '' } }
    ]);
  });

  describe('of fields that a flow has made', () => {
    const field = (name: string, more: Partial<DocumentField> = {}): DocumentField => ({
      key: 1,
      name,
      type: 'DInt',
      value: 1,
      enumLabel: null,
      ...more
    });
    const made = (...fields: DocumentField[]): KeyValue[] =>
      own(record({ ...eventOf(EventType.LoggerStopped), fields }));

    it('have no key twice, and lose nothing', () => {
      should(
        made(
          field('a', { raw: 5 }),
          field('a_raw', { value: 2 }),
          field('a_raw_int', { value: 3 }),
          field('a.raw', { value: 4 })
        ).map(({ key, value }) => [key, value.intValue])
      ).eql([
        ['openot.field.a_int', '1'],
        ['openot.field.a_raw', '5'],
        ['openot.field.a_raw_int', '2'],
        ['openot.field.a_raw_int_int', '3'],
        ['openot.field.a.raw_int', '4']
      ]);
    });

    it('make one array of one name, at the place of the first', () => {
      should(made(field('a'), field('b'), field('a', { value: 2, unit: 's' }))).eql([
        { key: 'openot.field.a_int_list', value: { arrayValue: { values: [{ intValue: '1' }, { intValue: '2' }] } } },
        {
          key: 'openot.field.a_unit_list',
          value: { arrayValue: { values: [{ stringValue: '' }, { stringValue: 's' }] } }
        },
        { key: 'openot.field.b_int', value: { intValue: '1' } }
      ]);
    });

    it('make one array of a private key that comes twice', () => {
      const extension = (value: number): object => ({
        key: 0x8008,
        type: 1,
        typeName: 'SInt',
        name: null,
        value,
        payloadHex: '00'
      });
      const document = {
        ...eventOf(EventType.LoggerStopped),
        extensionFields: [extension(1), extension(-1)]
      } as EventDocument;
      should(own(record(document))).eql([
        {
          key: 'openot.extension.32776_int_list',
          value: { arrayValue: { values: [{ intValue: '1' }, { intValue: '-1' }] } }
        }
      ]);
    });

    it('have keys that UTF-8 can write', () => {
      should(made(field('a\ud800'), field('a\ud801')).map(({ key }) => key)).eql([
        'openot.field.a\ufffd_int',
        'openot.field.a\ufffd_int_2'
      ]);
    });

    it('may have names of any length', () => {
      const name = 'n'.repeat(10_000);
      should(
        made(field(name), field('b'), field(name)).map(({ key, value }) => [
          key.length,
          value.arrayValue?.values.length
        ])
      ).eql([
        [10_022, 2],
        [18, undefined]
      ]);
    });

    it('are right again in the next document', () => {
      const records = new LogRecords();
      const document = { ...eventOf(EventType.LoggerStopped), fields: [field('a'), field('b')] };
      const first = records.of(document, '', {});
      should(records.of(document, '', {})).eql(first);
      for (let i = 0; i < 1200; i++) records.of({ ...document, fields: [field(`n${i}`), field(`n${i}`)] }, '', {});
      should(records.of(document, '', {})).eql(first);
    });
  });

  it('take their ids from the correlation, and have none without one', () => {
    const document = eventOf(EventType.LoggerStopped);
    const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const log = new LogRecords().of(document, STREAM, {}, { traceId, spanId, parentSpanId: '00f067aa0ba902b7' });
    should([log.traceId, log.spanId, log.flags]).eql([traceId, spanId, 1]);
    should(new LogRecords().of(document, STREAM, {}, { traceId }))
      .have.properties({ traceId, flags: 1 })
      .and.not.have.property('spanId');
    should(record(document)).not.have.any.keys('traceId', 'spanId', 'flags');
  });

  it('are made of new objects each time, and leave the document as it was', () => {
    const documents = [
      eventOf(EventType.ValueChanged, slot(Key.valueId, 20), slot(Key.newValue, 1, TlvType.Real)),
      lossOf(),
      documentOf({ eventTypeId: 7 }, unbound({ kind: 'stalePriorEpoch' }), facts, 'enriched') as PlaceholderDocument
    ];
    const objects = (value: unknown, found = new Set<unknown>()): Set<unknown> => {
      if (typeof value === 'object' && value !== null) {
        found.add(value);
        Object.values(value).forEach((inner) => objects(inner, found));
      }
      return found;
    };
    const records = new LogRecords();
    for (const document of documents) {
      const before = JSON.stringify(document);
      const [one, other] = [records.of(document, STREAM, {}), records.of(document, STREAM, {})];
      should(other).eql(one);
      const ofOne = objects(one);
      for (const shared of [objects(other), objects(document)])
        should([...shared].filter((object) => ofOne.has(object))).eql([]);
      should(JSON.stringify(document)).equal(before);
    }
  });
});
