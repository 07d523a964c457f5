import should from 'should';
import { CompiledDefinition } from '../../../lib/definition';
import { createFormatter, PlaceholderDocument, RecordViolation } from '../../../lib/document';
import { RecordValidator } from '../../../lib/document/validate';
import { reasonJson } from '../../../lib/document/reason';
import { wireErrorJson } from '../../../lib/document/violation';
import { encodedLength, EventType, Flag, Key, Slot, SlotTable, TlvType, WireErrorDetail } from '../../../lib/wire';
import { recordInput } from '../../support/records';
import { boundTo } from './support/bindings';
import { itemOf } from './support/items';
import { plant, plantDefinition, plantWithEvent, plantWithLimits } from './support/plant';
import { slot } from './support/slots';

function violationOf(
  compiled: CompiledDefinition,
  eventTypeId: number,
  slots: readonly Slot[]
): RecordViolation | undefined {
  const length = encodedLength(slots, true);
  if (typeof length !== 'number') throw new Error(`cannot encode: ${length.kind}`);
  return new RecordValidator().violation(
    compiled,
    compiled.eventTypes.get(eventTypeId),
    eventTypeId,
    new SlotTable().loadSlots(slots),
    length
  );
}

/** The violation as documents write it: the very text, so that the order of keys counts. */
const json = (compiled: CompiledDefinition, eventTypeId: number, slots: readonly Slot[]): string | undefined => {
  const violation = violationOf(compiled, eventTypeId, slots);
  return violation === undefined ? undefined : JSON.stringify(violation);
};

const privateSlot = (key: number, type = TlvType.USInt as number, payload = Uint8Array.of(1)): Slot => ({
  key,
  type,
  payload
});
const stateTransition = [
  slot(Key.stateMachineId, 7),
  slot(Key.category, 2),
  slot(Key.previousState, 1),
  slot(Key.newState, 4)
];
const [machine, category, previous, next] = stateTransition;
const template = slot(Key.messageTemplateId, 100);
const arg = slot(Key.arg, 'ready', TlvType.String);
const severity = slot(Key.severity, 500);

describe('record validation', () => {
  let compiled: CompiledDefinition;
  before(() => {
    compiled = plant();
  });

  const state = (slots: readonly Slot[]): string | undefined => json(compiled, EventType.StateTransition, slots);
  const value = (slots: readonly Slot[]): string | undefined => json(compiled, EventType.ValueChanged, slots);
  const message = (slots: readonly Slot[]): string | undefined => json(compiled, EventType.Message, slots);

  it('accepts a record that follows its event type', () => {
    should(state(stateTransition)).equal(undefined);
    should(message([template, arg, arg, arg, severity])).equal(undefined);
    should(json(compiled, EventType.LoggerStopped, [])).equal(undefined);
  });

  describe('the reference examples', () => {
    it('a StateTransition of 76 bytes where 64 are allowed', () => {
      should(json(plantWithLimits({ maxRecordSize: 64 }), EventType.StateTransition, stateTransition)).equal(
        '{"recordTooLarge":{"actual":76,"max":64}}'
      );
      should(json(plantWithLimits({ maxRecordSize: 76 }), EventType.StateTransition, stateTransition)).equal(undefined);
    });

    it('four slots where three are allowed', () => {
      should(json(plantWithLimits({ maxSlots: 3 }), EventType.StateTransition, stateTransition)).equal(
        '{"tooManySlots":{"actual":4,"max":3}}'
      );
      should(json(plantWithLimits({ maxSlots: 4 }), EventType.StateTransition, stateTransition)).equal(undefined);
    });

    it('the first two slots swapped', () => {
      should(state([category, machine, previous, next])).equal(
        '{"orderClassViolation":{"current":1,"key":1,"previous":2}}'
      );
    });

    it('a second arg after severity: contiguity is judged before order', () => {
      should(message([template, arg, severity, arg])).equal('{"repeatedSlotNotContiguous":{"key":21}}');
    });

    it('a second severity', () => {
      should(message([template, severity, severity])).equal('{"tooManyOccurrences":{"actual":2,"key":8,"max":1}}');
    });

    it('a private slot before category', () => {
      should(state([machine, privateSlot(0x8001), category, previous, next])).equal(
        '{"vendorExtensionNotTrailing":{"key":2}}'
      );
    });

    it('private 0x8002 before 0x8001', () => {
      should(state([...stateTransition, privateSlot(0x8002), privateSlot(0x8001)])).equal(
        '{"vendorExtensionOutOfOrder":{"key":32769,"previous":32770}}'
      );
    });

    it('a private slot with an unknown tag and an odd length is valid', () => {
      should(state([...stateTransition, privateSlot(0x8001, 0xfe, Uint8Array.of(1, 2, 3))])).equal(undefined);
    });
  });

  describe('whole records', () => {
    it('a definition that breaks a rule itself refuses every record', () => {
      const broken = plant({
        eventTypes: [...plantDefinition.eventTypes, { id: 1, name: 'Again', profile: 'Core', slots: [] }]
      });
      should(json(broken, EventType.LoggerStopped, [])).equal('{"definition":{"duplicateEventId":{"eventTypeId":1}}}');
      should(json(broken, 0xffff, [])).equal('{"definition":{"duplicateEventId":{"eventTypeId":1}}}');
    });

    it('an event type that the definition does not declare', () => {
      should(json(compiled, 0x7777, stateTransition)).equal('{"unknownEventId":{"eventTypeId":30583}}');
    });

    it('extensions count towards the number of slots', () => {
      should(
        json(plantWithLimits({ maxSlots: 4 }), EventType.StateTransition, [...stateTransition, privateSlot(0x8001)])
      ).equal('{"tooManySlots":{"actual":5,"max":4}}');
    });

    it('size is judged before the number of slots, and both before the event id', () => {
      const small = plantWithLimits({ maxRecordSize: 64, maxSlots: 3 });
      should(json(small, 0x7777, stateTransition)).equal('{"recordTooLarge":{"actual":76,"max":64}}');
      should(json(plantWithLimits({ maxSlots: 3 }), 0x7777, stateTransition)).equal(
        '{"tooManySlots":{"actual":4,"max":3}}'
      );
    });
  });

  describe('one slot', () => {
    it('a core key that the event does not declare, key 0, and a core key nobody knows', () => {
      should(state([...stateTransition, severity])).equal('{"unexpectedCoreKey":{"key":8}}');
      should(state([...stateTransition, { key: 0, type: 2, payload: Uint8Array.of(1) }])).equal(
        '{"unexpectedCoreKey":{"key":0}}'
      );
      should(state([...stateTransition, { key: 0x7fff, type: 2, payload: Uint8Array.of(1) }])).equal(
        '{"unexpectedCoreKey":{"key":32767}}'
      );
    });

    it('an unexpected core key after a private slot is still unexpected', () => {
      should(state([...stateTransition, privateSlot(0x8001), severity])).equal('{"unexpectedCoreKey":{"key":8}}');
    });

    it('equal private keys count as out of order', () => {
      should(state([...stateTransition, privateSlot(0x8001), privateSlot(0x8001)])).equal(
        '{"vendorExtensionOutOfOrder":{"key":32769,"previous":32769}}'
      );
    });

    it('a fixed key with another tag', () => {
      should(state([slot(Key.stateMachineId, 7, TlvType.UInt), category, previous, next])).equal(
        '{"typeMismatch":{"actual":3,"expected":5,"key":1}}'
      );
      should(state([{ ...machine, type: 0xfe }, category, previous, next])).equal(
        '{"typeMismatch":{"actual":254,"expected":5,"key":1}}'
      );
    });

    it('a value payload with a tag nobody knows', () => {
      should(value([slot(Key.valueId, 999), { key: Key.newValue, type: 14, payload: Uint8Array.of(1) }])).equal(
        '{"unknownTlvType":{"key":16,"type":14}}'
      );
      should(message([template, { key: Key.arg, type: 0xff, payload: Uint8Array.of(1) }])).equal(
        '{"unknownTlvType":{"key":21,"type":255}}'
      );
    });

    it('newValue and previousValue must have the type that values[] says', () => {
      should(value([slot(Key.valueId, 20), slot(Key.newValue, 1, TlvType.DInt)])).equal(
        '{"typeMismatch":{"actual":6,"expected":9,"key":16}}'
      );
      should(
        value([slot(Key.valueId, 20), slot(Key.newValue, 1, TlvType.Real), slot(Key.previousValue, 1, TlvType.LReal)])
      ).equal('{"typeMismatch":{"actual":10,"expected":9,"key":15}}');
      should(value([slot(Key.valueId, 20), slot(Key.newValue, 1, TlvType.Real)])).equal(undefined);
      should(value([slot(Key.valueId, 24), slot(Key.newValue, 1, TlvType.Real)])).equal(
        '{"typeMismatch":{"actual":9,"expected":200,"key":16}}'
      );
    });

    it('the type is judged before the width', () => {
      should(
        value([slot(Key.valueId, 20), { key: Key.newValue, type: TlvType.DInt, payload: new Uint8Array(3) }])
      ).equal('{"typeMismatch":{"actual":6,"expected":9,"key":16}}');
    });

    it('any type goes for an unknown value and for arguments', () => {
      should(value([slot(Key.valueId, 999), slot(Key.newValue, 'x', TlvType.String)])).equal(undefined);
      should(message([template, slot(Key.arg, 3, TlvType.LReal)])).equal(undefined);
    });

    it('the valueId looked for is the first one of four bytes, also behind the value', () => {
      const shortId: Slot = { key: Key.valueId, type: TlvType.UDInt, payload: new Uint8Array(3) };
      should(value([slot(Key.newValue, 1, TlvType.DInt), slot(Key.valueId, 20)])).equal(
        '{"typeMismatch":{"actual":6,"expected":9,"key":16}}'
      );
      should(value([slot(Key.newValue, 1, TlvType.DInt), shortId, slot(Key.valueId, 20)])).equal(
        '{"typeMismatch":{"actual":6,"expected":9,"key":16}}'
      );
      should(value([slot(Key.newValue, 1, TlvType.DInt), shortId, slot(Key.valueId, 21)])).equal(
        '{"fixedWidthMismatch":{"actual":3,"expected":4,"key":13,"type":5}}'
      );
    });

    it('every fixed-width type in a wrong width, empty included', () => {
      for (let type = TlvType.Bool; type <= TlvType.DateTime; type++) {
        const expected = slot(Key.arg, 0, type).payload.length;
        for (const actual of [0, expected + 1]) {
          should(message([template, { key: Key.arg, type, payload: new Uint8Array(actual) }])).equal(
            `{"fixedWidthMismatch":{"actual":${actual},"expected":${expected},"key":21,"type":${type}}}`
          );
        }
      }
    });

    it('empty String and Bytes are fine', () => {
      should(
        message([template, slot(Key.arg, '', TlvType.String), slot(Key.arg, new Uint8Array(0), TlvType.Bytes)])
      ).equal(undefined);
    });
  });

  describe('declared private keys and key 0', () => {
    let own: CompiledDefinition;
    const OWN = 0x5555;
    before(() => {
      const common = { valuePayload: false, minOccurs: 0, maxOccurs: 1 };
      own = plantWithEvent({
        id: OWN,
        name: 'Own',
        profile: 'Vendor',
        slots: [
          { ...common, key: 0, type: TlvType.UInt, orderClass: 1 },
          { ...common, key: 0x8005, type: TlvType.DInt, orderClass: 5 },
          { ...common, key: 0x0008, type: TlvType.UInt, orderClass: 6 }
        ]
      });
    });

    it('are judged by the declared type', () => {
      should(json(own, OWN, [slot(0, 1, TlvType.UInt), slot(0x8005, 1, TlvType.DInt), severity])).equal(undefined);
      should(json(own, OWN, [slot(0, 1, TlvType.Int)])).equal('{"typeMismatch":{"actual":4,"expected":3,"key":0}}');
      should(json(own, OWN, [slot(0x8005, 1, TlvType.UDInt)])).equal(
        '{"typeMismatch":{"actual":5,"expected":6,"key":32773}}'
      );
      should(json(own, OWN, [{ key: 0x8005, type: TlvType.DInt, payload: new Uint8Array(5) }])).equal(
        '{"fixedWidthMismatch":{"actual":5,"expected":4,"key":32773,"type":6}}'
      );
    });

    it('a declared private key after an undeclared one does not trail', () => {
      should(json(own, OWN, [privateSlot(0x8001), slot(0x8005, 1, TlvType.DInt)])).equal(
        '{"vendorExtensionNotTrailing":{"key":32773}}'
      );
    });

    it('a declared private key is no step in the order of the others', () => {
      should(json(own, OWN, [slot(0x8005, 1, TlvType.DInt), privateSlot(0x8001), privateSlot(0x8002)])).equal(
        undefined
      );
    });

    it('order classes may leave gaps, and are named as they are', () => {
      should(json(own, OWN, [severity, slot(0x8005, 1, TlvType.DInt)])).equal(
        '{"orderClassViolation":{"current":5,"key":32773,"previous":6}}'
      );
    });
  });

  describe('how often', () => {
    it('a required slot is missing', () => {
      should(state([machine, category, previous])).equal('{"missingRequired":{"actual":0,"key":4,"min":1}}');
      should(state([])).equal('{"missingRequired":{"actual":0,"key":1,"min":1}}');
      should(message([])).equal('{"missingRequired":{"actual":0,"key":20,"min":1}}');
    });

    it('fewer or more than the schema says', () => {
      const own = plantWithEvent({
        id: 0x5556,
        name: 'Range',
        profile: 'Vendor',
        slots: [{ key: Key.arg, valuePayload: true, minOccurs: 2, maxOccurs: 3, orderClass: 1 }]
      });
      should(json(own, 0x5556, [arg])).equal('{"missingRequired":{"actual":1,"key":21,"min":2}}');
      should(json(own, 0x5556, [arg, arg, arg])).equal(undefined);
      should(json(own, 0x5556, [arg, arg, arg, arg])).equal('{"tooManyOccurrences":{"actual":4,"key":21,"max":3}}');
    });

    it('is judged in schema order', () => {
      should(state([previous, previous, next])).equal('{"missingRequired":{"actual":0,"key":1,"min":1}}');
      should(state([machine, machine])).equal('{"tooManyOccurrences":{"actual":2,"key":1,"max":1}}');
    });

    it('unbounded is unbounded', () => {
      should(message([template, ...Array<Slot>(14).fill(arg)])).equal(undefined);
    });
  });

  it('of several keys apart the lowest is named, whatever stands first', () => {
    should(message([template, arg, severity, arg, severity])).equal('{"repeatedSlotNotContiguous":{"key":8}}');
    should(message([arg, template, arg, template])).equal('{"repeatedSlotNotContiguous":{"key":20}}');
  });

  describe('a record that cannot be encoded (made in memory)', () => {
    const reasonOf = (slots: readonly Slot[], definition: CompiledDefinition): unknown => {
      const item = itemOf(recordInput({ eventTypeId: EventType.Message, slots }));
      const [document] = createFormatter({ profile: 'strict' }).objects(
        [item],
        {},
        boundTo(definition)
      ) as PlaceholderDocument[];
      return document.reason;
    };

    it('slotTooLong', () => {
      should(reasonOf([template, slot(Key.arg, new Uint8Array(256), TlvType.Bytes)], compiled)).eql({
        kind: 'schemaViolation',
        detail: { encode: { slotTooLong: { key: 21, len: 256 } } }
      });
    });

    it('recordTooLong', () => {
      const args = Array<Slot>(300).fill(slot(Key.arg, new Uint8Array(255), TlvType.Bytes));
      should(reasonOf([template, ...args], compiled)).eql({
        kind: 'schemaViolation',
        detail: { encode: { recordTooLong: { len: 40 + 8 + 300 * 260 + 4 } } }
      });
    });

    it('the length of a record without CRC is four bytes less', () => {
      const tight = plantWithLimits({ maxRecordSize: 48 });
      const kinds = [0, Flag.HasCrc].map(
        (flags) =>
          createFormatter({ profile: 'strict' }).objects(
            [itemOf(recordInput({ flags, slots: [template] }))],
            {},
            boundTo(tight)
          )[0].kind
      );
      should(kinds).eql(['event', 'placeholder']);
    });
  });

  it('the text of a detail is alphabetical however the reason was made', () => {
    should(reasonJson({ detail: { expected: 'bb', epoch: 'prior', actual: 'aa' }, kind: 'drift' })).equal(
      '{"kind":"drift","detail":{"actual":"aa","epoch":"prior","expected":"bb"}}'
    );
    should(reasonJson({ kind: 'stalePriorEpoch' })).equal('{"kind":"stalePriorEpoch"}');
  });

  it('wire errors have one JSON form each', () => {
    const forms: [WireErrorDetail, string][] = [
      [{ kind: 'crcMismatch', expected: 1, actual: 2 }, '{"crcMismatch":{"actual":2,"expected":1}}'],
      [{ kind: 'invalidLength', totalLength: 3, available: 9 }, '{"invalidLength":{"available":9,"totalLength":3}}'],
      [{ kind: 'invalidPadding', offset: 4 }, '{"invalidPadding":{"offset":4}}'],
      [{ kind: 'invalidSlot', offset: 5 }, '{"invalidSlot":{"offset":5}}'],
      [{ kind: 'recordTooLong', len: 6 }, '{"recordTooLong":{"len":6}}'],
      [{ kind: 'slotTooLong', key: 7, len: 8 }, '{"slotTooLong":{"key":7,"len":8}}'],
      [{ kind: 'truncated', needed: 40, available: 1 }, '{"truncated":{"available":1,"needed":40}}'],
      [{ kind: 'wrongSync', found: '00000000' }, '{"wrongSync":{}}']
    ];
    for (const [error, text] of forms) should(JSON.stringify(wireErrorJson(error))).equal(text);
  });
});
