import should from 'should';
import { CompiledDefinition } from '../../../lib/definition';
import { PlaceholderDocument } from '../../../lib/document';
import { EventType, Key, Slot, TlvType } from '../../../lib/wire';
import { boundTo } from './support/bindings';
import { plant, plantWithEvent } from './support/plant';
import { slot } from './support/slots';
import { documentOf, eventOf, fieldsTextOf, textOf } from './support/strict';

describe('field resolution', () => {
  let compiled: CompiledDefinition;
  before(() => {
    compiled = plant();
  });

  const fields = (eventTypeId: number, ...slots: Slot[]): string => fieldsTextOf(compiled, eventTypeId, slots);
  const state = (machine: number, previous: number, next: number, category = 2): string =>
    fields(
      EventType.StateTransition,
      slot(Key.stateMachineId, machine),
      slot(Key.category, category),
      slot(Key.previousState, previous),
      slot(Key.newState, next)
    );
  const value = (id: number, newValue: Slot, ...more: Slot[]): string =>
    fields(EventType.ValueChanged, slot(Key.valueId, id), newValue, ...more);

  describe('states', () => {
    it('a known machine and known states', () => {
      should(state(7, 1, 4)).equal(
        '{"key":1,"name":"stateMachine","type":"StateMachineRef","value":"Mixer","enumLabel":null},' +
          '{"key":2,"name":"category","type":"UInt","value":2,"enumLabel":"Procedural"},' +
          '{"key":3,"name":"previousState","type":"StateRef","value":"Running","enumLabel":"Running"},' +
          '{"key":4,"name":"newState","type":"StateRef","value":"Paused","enumLabel":"Paused"}'
      );
    });

    it('a state outside the enum set stays a number', () => {
      should(state(7, 1, 5)).containEql('{"key":4,"name":"newState","type":"UInt","value":5,"enumLabel":null}');
    });

    it('an unknown machine, and a machine whose enum set does not exist', () => {
      should(state(6, 1, 4)).startWith('{"key":1,"name":"stateMachineId","type":"UDInt","value":6,"enumLabel":null}');
      for (const machine of [6, 8]) {
        should(state(machine, 1, 4)).containEql(
          '{"key":3,"name":"previousState","type":"UInt","value":1,"enumLabel":null},{"key":4,"name":"newState","type":"UInt","value":4,"enumLabel":null}'
        );
      }
    });

    it('every category, and one that is none', () => {
      const category = (n: number): string => state(7, 1, 4, n).split('},{')[1];
      should([0, 1, 2, 3].map(category)).eql([
        '"key":2,"name":"category","type":"UInt","value":0,"enumLabel":"ProcessState"',
        '"key":2,"name":"category","type":"UInt","value":1,"enumLabel":"Mode"',
        '"key":2,"name":"category","type":"UInt","value":2,"enumLabel":"Procedural"',
        '"key":2,"name":"category","type":"UInt","value":3,"enumLabel":null'
      ]);
    });

    it('BatchEvent.newState has no machine and stays a number', () => {
      should(fields(EventType.BatchEvent, slot(Key.batchId, 40), slot(Key.newState, 1))).equal(
        '{"key":37,"name":"batchId","type":"UDInt","value":40,"enumLabel":null},{"key":4,"name":"newState","type":"UInt","value":1,"enumLabel":null}'
      );
    });
  });

  describe('conditions', () => {
    const active = (condition: number, ...more: Slot[]): string =>
      fields(
        EventType.ConditionActive,
        slot(Key.conditionId, condition),
        slot(Key.conditionClass, 0),
        slot(Key.correlationId, 5),
        ...more
      );

    it('a known condition with its cause; the class stays a number', () => {
      should(active(9, slot(Key.causeOperand, 1))).equal(
        '{"key":5,"name":"condition","type":"ConditionRef","value":"TempHigh","enumLabel":null},' +
          '{"key":6,"name":"conditionClass","type":"UInt","value":0,"enumLabel":null},' +
          '{"key":7,"name":"correlationId","type":"UDInt","value":5,"enumLabel":null},' +
          '{"key":9,"name":"causeOperand","type":"CauseOperandRef","value":"Level","enumLabel":null}'
      );
    });

    it("operands are those of the record's own condition", () => {
      should(active(10, slot(Key.causeOperand, 1))).endWith(
        '"type":"CauseOperandRef","value":"Latch","enumLabel":null}'
      );
      should(active(9, slot(Key.causeOperand, 2))).endWith(
        '{"key":9,"name":"causeOperand","type":"UDInt","value":2,"enumLabel":null}'
      );
    });

    it('an unknown condition has neither name nor operands', () => {
      should(active(99, slot(Key.causeOperand, 1))).startWith(
        '{"key":5,"name":"conditionId","type":"UDInt","value":99,"enumLabel":null}'
      );
      should(active(99, slot(Key.causeOperand, 1))).endWith(
        '{"key":9,"name":"causeOperand","type":"UDInt","value":1,"enumLabel":null}'
      );
    });

    it("severity goes by the fixed bands, not by the definition's scale", () => {
      const band = (severity: number): string => active(9, slot(Key.severity, severity)).split('},{')[3];
      for (const [severity, label] of [
        [0, null],
        [1, 'Low'],
        [332, 'Low'],
        [333, 'Medium'],
        [666, 'Medium'],
        [667, 'High'],
        [1000, 'High'],
        [1001, null]
      ] as const) {
        should(band(severity)).equal(
          `"key":8,"name":"severity","type":"UInt","value":${severity},"enumLabel":${JSON.stringify(label)}}`
        );
      }
    });
  });

  describe('values', () => {
    it('a known value gives its name and its unit to both values', () => {
      should(value(20, slot(Key.newValue, 21.5, TlvType.Real), slot(Key.previousValue, 21, TlvType.Real))).equal(
        '{"key":13,"name":"value","type":"ValueRef","value":"temperature","enumLabel":null},' +
          '{"key":16,"name":"newValue","type":"Real","value":21.5,"unit":"degC","enumLabel":null},' +
          '{"key":15,"name":"previousValue","type":"Real","value":21.0,"unit":"degC","enumLabel":null}'
      );
    });

    it('text has a unit too', () => {
      should(value(23, slot(Key.newValue, 'on', TlvType.String))).endWith(
        '{"key":16,"name":"newValue","type":"String","value":"on","unit":"kg","enumLabel":null}'
      );
    });

    it('no unit, a unit nobody knows, an unknown value', () => {
      should(value(21, slot(Key.newValue, -3))).endWith(
        '{"key":16,"name":"newValue","type":"DInt","value":-3,"enumLabel":null}'
      );
      should(value(22, slot(Key.newValue, 3, TlvType.LReal))).endWith(
        '{"key":16,"name":"newValue","type":"LReal","value":3.0,"enumLabel":null}'
      );
      should(value(99, slot(Key.newValue, true, TlvType.Bool))).equal(
        '{"key":13,"name":"valueId","type":"UDInt","value":99,"enumLabel":null},{"key":16,"name":"newValue","type":"Bool","value":true,"enumLabel":null}'
      );
    });

    it('quality and role stay numbers; a unit slot keeps its number and tells the symbol', () => {
      should(
        value(21, slot(Key.newValue, 1), slot(Key.quality, 2), slot(Key.semanticRole, 1), slot(Key.unit, 3))
      ).endWith(
        '{"key":17,"name":"quality","type":"UInt","value":2,"enumLabel":null},' +
          '{"key":18,"name":"semanticRole","type":"UInt","value":1,"enumLabel":null},' +
          '{"key":19,"name":"unit","type":"UInt","value":3,"unit":"degC","enumLabel":null}'
      );
      should(value(21, slot(Key.newValue, 1), slot(Key.unit, 4))).endWith(
        '{"key":19,"name":"unit","type":"UInt","value":4,"enumLabel":null}'
      );
    });

    it('the unit does not wait for the value to be named first', () => {
      const reversed = plantWithEvent({
        id: 0x600,
        name: 'Reversed',
        profile: 'Vendor',
        slots: [
          { key: Key.newValue, valuePayload: true, minOccurs: 1, maxOccurs: 1, orderClass: 1 },
          { key: Key.valueId, type: TlvType.UDInt, valuePayload: false, minOccurs: 1, maxOccurs: 2, orderClass: 2 }
        ]
      });
      should(fieldsTextOf(reversed, 0x600, [slot(Key.newValue, 1, TlvType.Real), slot(Key.valueId, 20)])).startWith(
        '{"key":16,"name":"newValue","type":"Real","value":1.0,"unit":"degC"'
      );
      // The first valueId is what validation asks; the last one is what resolution asks.
      should(
        fieldsTextOf(reversed, 0x600, [
          slot(Key.newValue, 1, TlvType.Real),
          slot(Key.valueId, 20),
          slot(Key.valueId, 21)
        ])
      ).startWith('{"key":16,"name":"newValue","type":"Real","value":1.0,"enumLabel"');
    });
  });

  it('a message gives its format, arguments beside it', () => {
    should(
      fields(
        EventType.Message,
        slot(Key.messageTemplateId, 100),
        slot(Key.arg, 7, TlvType.USInt),
        slot(Key.arg, 'x', TlvType.String)
      )
    ).equal(
      '{"key":20,"name":"messageTemplate","type":"MessageTemplateRef","value":"Status: {1}","enumLabel":null},' +
        '{"key":21,"name":"arg","type":"USInt","value":7,"enumLabel":null},{"key":21,"name":"arg","type":"String","value":"x","enumLabel":null}'
    );
    should(fields(EventType.Message, slot(Key.messageTemplateId, 1))).equal(
      '{"key":20,"name":"messageTemplateId","type":"UDInt","value":1,"enumLabel":null}'
    );
  });

  it("authorisation and signature get the registry's labels", () => {
    const sign = (meaning: number, result: number): string =>
      fields(
        EventType.ESignature,
        slot(Key.actionId, 1),
        slot(Key.actor, 'jdoe'),
        slot(Key.signatureMeaning, meaning),
        slot(Key.signedEventSeq, 9),
        slot(Key.authResult, result)
      );
    ['Authored', 'Reviewed', 'Approved', 'Verified', 'Performed', 'Witnessed'].forEach((label, meaning) => {
      should(sign(meaning, 0)).containEql(
        `{"key":34,"name":"signatureMeaning","type":"UInt","value":${meaning},"enumLabel":"${label}"}`
      );
    });
    ['Granted', 'Denied', 'NotRequired', 'Pending', 'Expired'].forEach((label, result) => {
      should(sign(0, result)).containEql(
        `{"key":32,"name":"authResult","type":"UInt","value":${result},"enumLabel":"${label}"}`
      );
    });
    should(sign(77, 5)).containEql('"name":"signatureMeaning","type":"UInt","value":77,"enumLabel":null}');
    should(sign(77, 5)).containEql('"name":"authResult","type":"UInt","value":5,"enumLabel":null}');
  });

  it('what has a table that is never applied stays as it is', () => {
    should(
      fields(EventType.MaterialAddition, slot(Key.batchId, 40), slot(Key.materialId, 50), slot(Key.quantity, 2.5))
    ).equal(
      '{"key":37,"name":"batchId","type":"UDInt","value":40,"enumLabel":null},{"key":38,"name":"materialId","type":"UDInt","value":50,"enumLabel":null},{"key":39,"name":"quantity","type":"LReal","value":2.5,"enumLabel":null}'
    );
    should(fields(EventType.TimeSyncChanged, slot(Key.clockQuality, 2))).equal(
      '{"key":50,"name":"clockQuality","type":"UInt","value":2,"enumLabel":null}'
    );
    should(fields(EventType.OperatorLogout, slot(Key.actor, 'jdoe'))).equal(
      '{"key":11,"name":"actor","type":"String","value":"jdoe","enumLabel":null}'
    );
  });

  describe('values of every type', () => {
    const text = (argument: Slot): string => {
      const [, found] =
        /"key":21,.*?"value":(.*),"enumLabel":null\}$/s.exec(
          fields(EventType.Message, slot(Key.messageTemplateId, 1), argument)
        ) ?? [];
      return found;
    };
    const cases: [TlvType, boolean | number | bigint | string | Uint8Array, string][] = [
      [TlvType.Bool, false, 'false'],
      [TlvType.Bool, 7, 'true'],
      [TlvType.SInt, -128, '-128'],
      [TlvType.USInt, 255, '255'],
      [TlvType.UInt, 65535, '65535'],
      [TlvType.Int, -32768, '-32768'],
      [TlvType.UDInt, 0xffffffff, '4294967295'],
      [TlvType.DInt, -0x80000000, '-2147483648'],
      [TlvType.ULInt, 0xffff_ffff_ffff_ffffn, '18446744073709551615'],
      [TlvType.LInt, -0x8000_0000_0000_0000n, '-9223372036854775808'],
      [TlvType.Real, 0.1, '0.10000000149011612'],
      [TlvType.Real, NaN, 'null'],
      [TlvType.LReal, -0, '-0.0'],
      [TlvType.LReal, Infinity, 'null'],
      [TlvType.DateTime, 1780000000000000001n, '1780000000000000001'],
      [TlvType.String, '', '""'],
      [TlvType.String, 'a"b\\c\b\f\n\r\t\u0001\u001f\u007f', '"a\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u001f\u007f"'],
      [TlvType.String, 'Größe ✓ 😀 \u2028 /', '"Größe ✓ 😀 \u2028 /"'],
      [TlvType.String, '\ufeffmarked', '"\ufeffmarked"'],
      [TlvType.Bytes, new Uint8Array(0), '{"payloadHex":""}'],
      [TlvType.Bytes, Uint8Array.of(0, 0xab, 0xff), '{"payloadHex":"00abff"}']
    ];
    for (const [type, given, expected] of cases) {
      it(`${TlvType[type]} ${JSON.stringify(String(given))}`, () => {
        should(text(slot(Key.arg, given, type))).equal(expected);
      });
    }
  });

  it("a document's objects carry 64-bit values as decimal strings, by type and never by size", () => {
    const values = [
      slot(Key.arg, 3, TlvType.ULInt),
      slot(Key.arg, -3, TlvType.LInt),
      slot(Key.arg, 3, TlvType.DateTime),
      slot(Key.arg, 3, TlvType.UDInt),
      slot(Key.arg, NaN, TlvType.Real)
    ];
    const document = eventOf(compiled, EventType.Message, [slot(Key.messageTemplateId, 1), ...values]);
    should(document.fields.slice(1).map((field) => field.value)).eql(['3', '-3', '3', 3, null]);
  });

  describe('text that is not UTF-8', () => {
    const bad = Uint8Array.of(0x61, 0xc3, 0x28);

    it('makes a placeholder that names the key', () => {
      const document = documentOf(
        { eventTypeId: EventType.OperatorLogout, slots: [slot(Key.actor, 'x'), slot(Key.workstation, bad)] },
        boundTo(compiled)
      ) as PlaceholderDocument;
      should(document.reason).eql({ kind: 'invalidPayload', detail: { key: 33, reason: 'invalidUtf8' } });
      should(document.rawSlots[1].payloadHex).equal('61c328');
    });

    it('the first one in record order is named', () => {
      const text = textOf(
        { eventTypeId: EventType.OperatorLogout, slots: [slot(Key.actor, bad), slot(Key.workstation, bad)] },
        boundTo(compiled)
      );
      should(text).containEql('"reason":{"kind":"invalidPayload","detail":{"key":11,"reason":"invalidUtf8"}}');
    });

    for (const [what, bytes] of [
      ['a lone surrogate', [0xed, 0xa0, 0x80]],
      ['an overlong form', [0xc0, 0xaf]],
      ['a code point above the last', [0xf4, 0x90, 0x80, 0x80]],
      ['a cut sequence', [0xe2, 0x82]]
    ] as const) {
      it(`${what} counts`, () => {
        should(
          documentOf(
            { eventTypeId: EventType.OperatorLogout, slots: [slot(Key.actor, Uint8Array.from(bytes))] },
            boundTo(compiled)
          ).kind
        ).equal('placeholder');
      });
    }
  });

  describe('extension fields', () => {
    const extension = (...slots: Slot[]): string => {
      const text = textOf({ eventTypeId: EventType.LoggerStopped, slots }, boundTo(compiled));
      const [, found] = /"extensionFields":\[(.*)\]\}$/.exec(text) ?? [];
      return found;
    };

    it('are absent when there are none', () => {
      should(textOf({ eventTypeId: EventType.LoggerStopped }, boundTo(compiled))).endWith(',"fields":[]}');
    });

    it('have tag, type name, value and raw bytes', () => {
      should(extension(slot(0x8001, 7, TlvType.UInt), slot(0x8002, 'hi', TlvType.String))).equal(
        '{"key":32769,"type":3,"typeName":"UInt","name":null,"value":7,"payloadHex":"0700"},{"key":32770,"type":12,"typeName":"String","name":null,"value":"hi","payloadHex":"6869"}'
      );
    });

    it('leave the value out when the tag is unknown, the width is wrong or the text is not UTF-8', () => {
      should(extension({ key: 0x8001, type: 0xfe, payload: Uint8Array.of(1, 2, 3) })).equal(
        '{"key":32769,"type":254,"typeName":null,"name":null,"payloadHex":"010203"}'
      );
      should(extension({ key: 0x8001, type: TlvType.UInt, payload: Uint8Array.of(1) })).equal(
        '{"key":32769,"type":3,"typeName":"UInt","name":null,"payloadHex":"01"}'
      );
      should(extension({ key: 0x8001, type: TlvType.Real, payload: new Uint8Array(0) })).equal(
        '{"key":32769,"type":9,"typeName":"Real","name":null,"payloadHex":""}'
      );
      should(extension({ key: 0x8001, type: TlvType.String, payload: Uint8Array.of(0xff) })).equal(
        '{"key":32769,"type":12,"typeName":"String","name":null,"payloadHex":"ff"}'
      );
    });

    it('write null for a float that JSON cannot write, and empty text and bytes as what they are', () => {
      should(extension(slot(0x8001, NaN, TlvType.LReal))).containEql('"value":null,"payloadHex":"000000000000f87f"');
      should(extension(slot(0x8001, '', TlvType.String))).containEql('"value":"","payloadHex":""');
      should(extension(slot(0x8001, new Uint8Array(0), TlvType.Bytes))).containEql(
        '"value":{"payloadHex":""},"payloadHex":""'
      );
    });

    it('a declared private key is an extension field too; key 0 is dropped silently', () => {
      const common = { valuePayload: false, minOccurs: 1, maxOccurs: 1 };
      const own = plantWithEvent({
        id: 0x601,
        name: 'Own',
        profile: 'Vendor',
        slots: [
          { ...common, key: 0, type: TlvType.String, orderClass: 1 },
          { ...common, key: 0x8005, type: TlvType.DInt, orderClass: 2 }
        ]
      });
      // Not even its text is looked at.
      const zero: Slot = { key: 0, type: TlvType.String, payload: Uint8Array.of(0xff) };
      should(textOf({ eventTypeId: 0x601, slots: [zero, slot(0x8005, -1, TlvType.DInt)] }, boundTo(own))).endWith(
        '"eventName":"Own","eventTypeId":1537,"seq":0,"fields":[],"extensionFields":[{"key":32773,"type":6,"typeName":"DInt","name":null,"value":-1,"payloadHex":"ffffffff"}]}'
      );
    });
  });
});
