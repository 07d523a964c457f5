import should from 'should';
import { CompiledDefinition } from '../../../lib/definition';
import { DocumentField, EventDocument, PlaceholderDocument } from '../../../lib/document';
import { EventType, Key, Slot, TlvType } from '../../../lib/wire';
import { boundTo, unbound } from './support/bindings';
import { plant } from './support/plant';
import { slot } from './support/slots';
import { documentOf, eventOf, textOf } from './support/strict';

describe('enriched documents', () => {
  let compiled: CompiledDefinition;
  before(() => {
    compiled = plant();
  });

  const enriched = (eventTypeId: number, ...slots: Slot[]): EventDocument =>
    eventOf(compiled, eventTypeId, slots, 'enriched');
  const field = (document: EventDocument, key: number): DocumentField => {
    const found = document.fields.find((entry) => entry.key === key);
    if (found === undefined) throw new Error(`no field ${key}`);
    return found;
  };

  it('text of one event, whole', () => {
    const facts = { bufferId: 4, incarnation: 2, receiveTimeNs: '1780000000000000007' };
    const slots = [
      slot(Key.stateMachineId, 7),
      slot(Key.category, 2),
      slot(Key.previousState, 4),
      slot(Key.newState, 1)
    ];
    should(
      textOf(
        { eventTypeId: EventType.StateTransition, sourceId: 2, seq: 5, timeNs: 1780000000000000001n, slots },
        boundTo(compiled, 'aaaaaaaaaaaaaaaa'),
        facts,
        'enriched'
      )
    ).equal(
      '{"kind":"event","provenance":{"bufferId":4,"source":{"id":2,"name":"Bare","dynamic":true},"runId":1,' +
        '"epoch":{"id":0,"relation":"current","definitionHash":"aaaaaaaaaaaaaaaa","semanticVersion":"2.1.0"},' +
        '"sourceTimeNs":1780000000000000001,"receiveTimeNs":1780000000000000007,' +
        '"flags":{"timeUnsynced":false,"syntheticRecord":false,"partialPayload":false},' +
        '"time":"2026-05-28T20:26:40.000000001Z","incarnation":2},"eventName":"StateTransition",' +
        '"eventTypeId":1,"seq":5,"fields":[' +
        '{"key":1,"name":"stateMachine","type":"StateMachineRef","value":"Mixer","enumLabel":null,"raw":7},' +
        '{"key":2,"name":"category","type":"UInt","value":2,"enumLabel":"Procedural"},' +
        '{"key":3,"name":"previousState","type":"StateRef","value":"Paused","enumLabel":"Paused","raw":4},' +
        '{"key":4,"name":"newState","type":"StateRef","value":"Running","enumLabel":"Running","raw":1}],' +
        '"text":"Mixer: ' +
        'Paused -> Running"}'
    );
  });

  it('the number stands beside every resolved reference', () => {
    const active = enriched(
      EventType.ConditionActive,
      slot(Key.conditionId, 9),
      slot(Key.conditionClass, 0),
      slot(Key.correlationId, 1),
      slot(Key.causeOperand, 1),
      slot(Key.causeOperand, 2)
    );
    should(active.fields.map((entry) => entry.raw)).eql([9, undefined, undefined, 1, undefined]);
    should(
      field(enriched(EventType.ValueChanged, slot(Key.valueId, 21), slot(Key.newValue, 1)), Key.valueId).raw
    ).equal(21);
    should(field(enriched(EventType.Message, slot(Key.messageTemplateId, 100)), Key.messageTemplateId).raw).equal(100);
  });

  it('a null float says which one it was', () => {
    for (const [value, name] of [
      [NaN, 'NaN'],
      [Infinity, 'Infinity'],
      [-Infinity, '-Infinity']
    ] as const) {
      const change = field(
        enriched(EventType.ValueChanged, slot(Key.valueId, 20), slot(Key.newValue, value, TlvType.Real)),
        Key.newValue
      );
      should(change).eql({
        key: 16,
        name: 'newValue',
        type: 'Real',
        value: null,
        unit: 'degC',
        enumLabel: null,
        nonFinite: name
      });
    }
    const { extensionFields } = enriched(
      EventType.LoggerStopped,
      slot(0x8001, NaN, TlvType.LReal),
      slot(0x8002, 1, TlvType.LReal)
    );
    should(extensionFields?.map((entry) => entry.nonFinite)).eql(['NaN', undefined]);
  });

  it('tables that strict documents leave out give labels, values stay', () => {
    const one = (eventTypeId: number, key: number, ...slots: Slot[]): [unknown, string | undefined] => {
      const { value, label } = field(enriched(eventTypeId, ...slots), key);
      return [value, label];
    };
    const change = (key: number, value: number): [unknown, string | undefined] =>
      one(EventType.ValueChanged, key, slot(Key.valueId, 21), slot(Key.newValue, 1), slot(key, value));
    should([0, 1, 2, 3, 4].map((quality) => change(Key.quality, quality))).eql([
      [0, 'Good'],
      [1, 'Uncertain'],
      [2, 'Bad'],
      [3, 'Unknown'],
      [4, undefined]
    ]);
    should(
      ['Actual', 'Setpoint', 'Command', 'Count', 'Position', 'Status', undefined].map(
        (_, role) => change(Key.semanticRole, role)[1]
      )
    ).eql(['Actual', 'Setpoint', 'Command', 'Count', 'Position', 'Status', undefined]);
    should(
      ['Unknown', 'FreeRunning', 'Synced', 'Holdover', undefined].map(
        (_, quality) => one(EventType.TimeSyncChanged, Key.clockQuality, slot(Key.clockQuality, quality))[1]
      )
    ).eql(['Unknown', 'FreeRunning', 'Synced', 'Holdover', undefined]);
    const cleared = (conditionClass: number): unknown =>
      one(
        EventType.ConditionCleared,
        Key.conditionClass,
        slot(Key.conditionId, 9),
        slot(Key.conditionClass, conditionClass),
        slot(Key.correlationId, 1)
      );
    should([0, 1, 2].map(cleared)).eql([
      [0, 'Alarm'],
      [1, 'Interlock'],
      [2, undefined]
    ]);
    const batch = (state: number): unknown =>
      one(EventType.BatchEvent, Key.newState, slot(Key.batchId, 40), slot(Key.newState, state))[1];
    should([0, 1, 2, 3, 4, 5, 6].map(batch)).eql([
      'Started',
      'Completed',
      'Held',
      'Resumed',
      'Aborted',
      'Paused',
      undefined
    ]);
    should(one(EventType.BatchEvent, Key.batchId, slot(Key.batchId, 40), slot(Key.newState, 0))).eql([40, 'B-40']);
    should(
      one(EventType.BatchEvent, Key.recipeId, slot(Key.batchId, 41), slot(Key.newState, 0), slot(Key.recipeId, 30))
    ).eql([30, 'Base']);
    should(
      one(
        EventType.MaterialAddition,
        Key.materialId,
        slot(Key.batchId, 41),
        slot(Key.materialId, 50),
        slot(Key.quantity, 1)
      )
    ).eql([50, 'Sugar']);
    should(one(EventType.OperatorLogout, Key.actor, slot(Key.actor, 'jdoe'))).eql(['jdoe', 'Jane Doe']);
    should(one(EventType.OperatorLogout, Key.actor, slot(Key.actor, 'bob'))).eql(['bob', undefined]);
    should(
      one(
        EventType.ConditionReset,
        Key.ackBy,
        slot(Key.conditionId, 9),
        slot(Key.correlationId, 1),
        slot(Key.ackBy, 'jdoe')
      )
    ).eql(['jdoe', 'Jane Doe']);
    should(one(EventType.SourceRegistered, Key.registeredSourceId, slot(Key.registeredSourceId, 1))).eql([
      1,
      'Mixer.Main'
    ]);
  });

  it("signature meanings: the registry's label stays, the definition's own is added", () => {
    const meaning = (value: number): DocumentField =>
      field(
        enriched(
          EventType.ESignature,
          slot(Key.actionId, 1),
          slot(Key.actor, 'x'),
          slot(Key.signatureMeaning, value),
          slot(Key.signedEventSeq, 1)
        ),
        Key.signatureMeaning
      );
    should(meaning(2)).eql({
      key: 34,
      name: 'signatureMeaning',
      type: 'UInt',
      value: 2,
      enumLabel: 'Approved',
      label: 'Released'
    });
    should(meaning(1)).eql({ key: 34, name: 'signatureMeaning', type: 'UInt', value: 1, enumLabel: 'Reviewed' });
    should(meaning(77)).eql({
      key: 34,
      name: 'signatureMeaning',
      type: 'UInt',
      value: 77,
      enumLabel: null,
      label: 'Countersigned'
    });
  });

  it("severity: the fixed band stays, the definition's scale is added", () => {
    const severity = (value: number): [string | null, string | undefined] => {
      const { enumLabel, label } = field(
        enriched(EventType.Message, slot(Key.messageTemplateId, 100), slot(Key.severity, value)),
        Key.severity
      );
      return [enumLabel, label];
    };
    should([0, 400, 600, 900, 1100, 1201].map(severity)).eql([
      [null, 'Low'],
      ['Medium', 'Low'],
      ['Medium', 'Medium'],
      ['High', 'High'],
      [null, 'High'],
      [null, undefined]
    ]);
  });

  it("a quantity gets its record's unit, else its material's", () => {
    const quantity = (material: number, ...more: Slot[]): string | undefined =>
      field(
        enriched(
          EventType.MaterialAddition,
          slot(Key.batchId, 40),
          slot(Key.materialId, material),
          slot(Key.quantity, 1),
          ...more
        ),
        Key.quantity
      ).unit;
    should(quantity(50)).equal('kg');
    should(quantity(50, slot(Key.unit, 3))).equal('degC');
    should(quantity(50, slot(Key.unit, 99))).equal(undefined);
    should(quantity(51)).equal(undefined);
    should(quantity(52)).equal(undefined);
  });

  it('an argument of another type than the template says is a warning', () => {
    const args = [
      slot(Key.arg, 1, TlvType.DInt),
      slot(Key.arg, 1, TlvType.DInt),
      slot(Key.arg, 'x', TlvType.String),
      slot(Key.arg, 'surplus', TlvType.String)
    ];
    const document = enriched(EventType.Message, slot(Key.messageTemplateId, 101), ...args);
    should(document.warnings).eql([
      { kind: 'argumentType', argument: 2, expected: 'Real', actual: 'DInt' },
      { kind: 'argumentType', argument: 3, expected: 'DInt', actual: 'String' }
    ]);
    should(document.text).equal('1 then 1, never x surplus');
    should(enriched(EventType.Message, slot(Key.messageTemplateId, 101), args[0])).not.have.property('warnings');
    should(enriched(EventType.Message, slot(Key.messageTemplateId, 999), ...args)).not.have.property('warnings');
  });

  it("a placeholder under a bound definition has its source's name and a line", () => {
    const document = documentOf(
      { eventTypeId: 0x7777, seq: 3 },
      boundTo(compiled),
      {},
      'enriched'
    ) as PlaceholderDocument;
    should(document.provenance.source).eql({
      id: 1,
      name: 'Mixer.Main',
      path: ['Plant', 'Mixer'],
      hierarchy: ['site', 'unit'],
      dynamic: false
    });
    should(document.text).equal(
      'Event 30583 of Mixer.Main (seq 3) is not resolved: the definition does not know this event type'
    );
  });

  it('a placeholder without a definition has no name: a wrong one would be worse', () => {
    const drift = {
      kind: 'drift',
      detail: { actual: compiled.carriageHash, epoch: 'current', expected: '1111111111111111' }
    } as const;
    const document = documentOf({ seq: 3 }, unbound(drift), {}, 'enriched') as PlaceholderDocument;
    should(document.provenance.source).eql({ id: 1 });
    should(document.text).equal(
      'Event 3 of source 1 (seq 3) is not resolved: the controller uses definition 1111111111111111, the one at ' +
        `hand is ${compiled.carriageHash}`
    );
  });

  it('every reason has words of its own', () => {
    const line = (binding: Parameters<typeof documentOf>[1], slots: Slot[] = []): string =>
      (documentOf({ slots }, binding, {}, 'enriched').text ?? '').replace(/^.*: /, '');
    const of = (reason: Parameters<typeof unbound>[0]): string => line(unbound(reason));
    should(of({ kind: 'missingCurrentDefinition' })).equal('no definition is loaded for it');
    should(of({ kind: 'stalePriorEpoch' })).equal('it belongs to an earlier epoch whose definition is not known');
    should(of({ kind: 'fullHashDrift', detail: { actual: 'aa', expected: 'bb' } })).equal(
      'the definition file names the content hash bb, its content has aa'
    );
    should(documentOf({}, boundTo(compiled), {}, 'enriched').text).endWith(
      'it does not follow its definition: {"missingRequired":{"actual":0,"key":20,"min":1}}'
    );
    const bad = documentOf(
      { eventTypeId: EventType.OperatorLogout, slots: [slot(Key.actor, Uint8Array.of(0xff))] },
      boundTo(compiled),
      {},
      'enriched'
    );
    should(bad.text).endWith('the text of key 11 is not valid UTF-8');
  });
});
