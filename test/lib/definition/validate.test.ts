import should from 'should';
import {
  Definition,
  definitionWarnings,
  compileModel,
  DefinitionViolation,
  parseDefinition,
  SlotDefinition,
  StateMachine,
  validateDefinition,
  canonicalEventTypes
} from '../../../lib/definition';
import { proceduralModels, valueKeys } from '../../../lib/wire';
import { definitionText, describeVectors } from '../../support/vectors';
import { fullFile } from './full-file';

function base(): Definition {
  const result = parseDefinition(JSON.stringify(fullFile()));
  if (!result.ok) throw new Error(result.message);
  return result.definition;
}

const slot = (key: number, parts: Partial<SlotDefinition> = {}): SlotDefinition => ({
  key,
  valuePayload: false,
  minOccurs: 0,
  maxOccurs: 1,
  orderClass: 1,
  ...parts
});

/** What the rules say of one event type, id 77, with these slots. */
function slotsViolation(...slots: SlotDefinition[]): DefinitionViolation | undefined {
  return validateDefinition({ ...base(), eventTypes: [{ id: 77, name: 'E', profile: '', slots }], stateMachines: [] });
}

function machineViolation(
  machine: Partial<StateMachine>,
  members: [value: number, label: string][],
  setName = 'S'
): DefinitionViolation | undefined {
  return validateDefinition({
    ...base(),
    stateMachines: [{ stateMachineId: 7, name: 'M', category: 2, enumSet: 'S', ...machine }],
    enumSets: [{ name: setName, members: members.map(([value, label]) => ({ value, label })) }]
  });
}

/** Exact: as the JSON of a placeholder has it, with the order of its keys. */
const exactly = (found: DefinitionViolation | undefined, json: string | undefined, what = ''): void => {
  should(JSON.stringify(found)).equal(json, what);
};

describe('definition validation', () => {
  it('accepts the registry’s own events and slots in any shape that keeps the rules', () => {
    exactly(validateDefinition({ ...base(), eventTypes: canonicalEventTypes() }), undefined);
    exactly(slotsViolation(), undefined);
    exactly(
      slotsViolation(
        slot(8, { type: 3, orderClass: 5 }),
        slot(1, { type: 5, orderClass: 900, minOccurs: 3, maxOccurs: 3 })
      ),
      undefined
    );
    exactly(
      slotsViolation(
        slot(0x8000, { type: 0 }),
        slot(0xffff, { type: 13, orderClass: 2 }),
        slot(0, { type: 12, orderClass: 3 })
      ),
      undefined
    );
  });

  it('refuses an event id seen before', () => {
    const [first, second] = canonicalEventTypes();
    exactly(
      validateDefinition({ ...base(), eventTypes: [first, second, { ...first, name: 'Again', slots: [] }] }),
      '{"duplicateEventId":{"eventTypeId":1}}'
    );
  });

  it('refuses a slot key seen before in the same event', () => {
    exactly(
      slotsViolation(slot(8, { type: 3 }), slot(8, { type: 3, orderClass: 2 })),
      '{"duplicateSlotKey":{"eventTypeId":77,"key":8}}'
    );
  });

  it('refuses an orderClass that does not rise', () => {
    for (const current of [3, 2, 0]) {
      const found = slotsViolation(slot(8, { type: 3, orderClass: 3 }), slot(1, { type: 5, orderClass: current }));
      exactly(found, `{"orderClassNotAscending":{"current":${current},"eventTypeId":77,"previous":3}}`);
    }
    exactly(slotsViolation(slot(8, { type: 3, orderClass: 0 }), slot(1, { type: 5, orderClass: 1 })), undefined);
  });

  it('refuses a maxOccurs of 0, below minOccurs, or of another word than unbounded', () => {
    const illegal: [number, number | string][] = [
      [0, 0],
      [2, 1],
      [65535, 65534],
      [0, 'Unbounded'],
      [0, ''],
      [0, '1'],
      [0, 'unbounded ']
    ];
    for (const [minOccurs, maxOccurs] of illegal) {
      exactly(
        slotsViolation(slot(8, { type: 3, minOccurs, maxOccurs })),
        '{"invalidMaxOccurs":{"eventTypeId":77,"key":8}}',
        `${minOccurs} ${maxOccurs}`
      );
    }
    for (const [minOccurs, maxOccurs] of [
      [0, 1],
      [1, 1],
      [65535, 65535],
      [65535, 'unbounded']
    ] as const)
      exactly(slotsViolation(slot(8, { type: 3, minOccurs, maxOccurs })), undefined);
  });

  it('holds every core key to the registry’s type', () => {
    for (const { key, rule } of valueKeys) {
      if (rule.kind === 'reserved') {
        for (const parts of [{}, { type: 5 }, { valuePayload: true }])
          exactly(slotsViolation(slot(key, parts)), `{"reservedCoreKey":{"eventTypeId":77,"key":${key}}}`);
        continue;
      }
      const expected = rule.kind === 'fixed' ? rule.type : 255;
      for (const type of [undefined, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 200, 255]) {
        for (const valuePayload of [false, true]) {
          const fits = rule.kind === 'fixed' ? type === rule.type && !valuePayload : valuePayload && type === undefined;
          const mismatch =
            `{"coreTypeMismatch":{"actual":${type ?? 255},"eventTypeId":77,"expected":${expected},"key":${key}` + '}}';
          exactly(
            slotsViolation(slot(key, { ...(type !== undefined && { type }), valuePayload })),
            fits ? undefined : mismatch,
            `${key} ${type} ${valuePayload}`
          );
        }
      }
    }
  });

  it('refuses core keys that the registry does not know', () => {
    for (const key of [0x3c, 0x3d, 0x1000, 0x7fff])
      exactly(slotsViolation(slot(key, { type: 5 })), `{"reservedCoreKey":{"eventTypeId":77,"key":${key}}}`);
  });

  it('wants one of the 14 types of private keys and of key 0', () => {
    for (const key of [0, 0x8000, 0xffff]) {
      for (let type = 0; type <= 13; type++) exactly(slotsViolation(slot(key, { type })), undefined);
      for (const type of [14, 100, 254, 255])
        exactly(
          slotsViolation(slot(key, { type })),
          `{"unknownTlvType":{"eventTypeId":77,"key":${key},"type":${type}}}`
        );
      exactly(slotsViolation(slot(key)), `{"unknownTlvType":{"eventTypeId":77,"key":${key},"type":255}}`);
      exactly(
        slotsViolation(slot(key, { valuePayload: true })),
        `{"coreTypeMismatch":{"actual":255,"eventTypeId":77,"expected":255,"key":${key}}}`
      );
      exactly(
        slotsViolation(slot(key, { valuePayload: true, type: 5 })),
        `{"coreTypeMismatch":{"actual":255,"eventTypeId":77,"expected":5,"key":${key}}}`
      );
    }
  });

  it('knows the two procedural models in any ASCII case, and no others', () => {
    for (const model of ['ISA-88', 'isa-88', 'Isa-88', 'PackML', 'PACKML', 'packml'])
      exactly(machineViolation({ proceduralModel: model }, [[0, 'Idle']]), undefined, model);
    for (const model of ['', 'ISA88', 'ISA-88 ', 'Pac\u212aML', 'PackMl2']) {
      exactly(
        machineViolation({ proceduralModel: model }, [[0, 'Idle']]),
        `{"unknownProceduralModel":{"model":${JSON.stringify(model)},"stateMachineId":7}}`
      );
    }
  });

  it('wants the machine’s enum set by its exact name', () => {
    exactly(
      machineViolation({ proceduralModel: 'ISA-88' }, [], 's'),
      '{"missingEnumSet":{"enumSet":"S","stateMachineId":7}}'
    );
    exactly(machineViolation({}, [[0, 'Anything']], 's'), undefined);
  });

  it('wants every member to be a state of the model, value and label, in any subset and order', () => {
    for (const { name, states } of proceduralModels) {
      exactly(
        machineViolation(
          { proceduralModel: name },
          states.map((label, value) => [value, label])
        ),
        undefined
      );
      exactly(machineViolation({ proceduralModel: name }, []), undefined);
      exactly(
        machineViolation({ proceduralModel: name }, [
          [2, states[2]],
          [0, states[0]],
          [2, states[2]]
        ]),
        undefined
      );
      const differing: [number, string][] = [
        [0, states[1]],
        [1, states[1].toLowerCase()],
        [states.length, 'More'],
        [65535, 'Idle'],
        [0, '']
      ];
      for (const [value, label] of differing) {
        const expected =
          `{"proceduralStateMismatch":{"label":"${label}","model":"${name}","stateMachineId":7,"value":${value}` + '}}';
        exactly(
          machineViolation({ proceduralModel: name.toUpperCase() }, [
            [0, 'Idle'],
            [value, label],
            [9999, 'later']
          ]),
          expected
        );
      }
    }
  });

  it('judges machines against the first enum set of that name', () => {
    const members = (label: string): { value: number; label: string }[] => [{ value: 0, label }];
    const sets = [
      { name: 'S', members: members('Idle') },
      { name: 'S', members: members('Nonsense') }
    ];
    const machine = { stateMachineId: 7, name: 'M', category: 2, enumSet: 'S', proceduralModel: 'ISA-88' };
    exactly(validateDefinition({ ...base(), stateMachines: [machine], enumSets: sets }), undefined);
    should(validateDefinition({ ...base(), stateMachines: [machine], enumSets: [...sets].reverse() })).have.property(
      'proceduralStateMismatch'
    );
  });

  it('stops at the first violation in the order of the rules', () => {
    // One slot that breaks every rule at once; mended one by one, the next one shows.
    const before = slot(14, { orderClass: 5 });
    const stages: [SlotDefinition, string][] = [
      [slot(8, { orderClass: 5, maxOccurs: 0 }), 'duplicateSlotKey'],
      [slot(1, { orderClass: 5, maxOccurs: 0 }), 'orderClassNotAscending'],
      [slot(1, { orderClass: 6, maxOccurs: 0 }), 'invalidMaxOccurs'],
      [slot(1, { orderClass: 6 }), 'coreTypeMismatch']
    ];
    for (const [second, expected] of stages)
      Object.keys(slotsViolation(slot(8, { ...before, key: 8, type: 3 }), second) ?? {}).should.eql([expected]);
    const event = { id: 1, name: '', profile: '', slots: [slot(14)] };
    const fine = { ...event, slots: [] };
    const machine = { stateMachineId: 7, name: '', category: 0, enumSet: '?', proceduralModel: '?' };
    const order = (eventTypes: Definition['eventTypes']): string[] =>
      Object.keys(validateDefinition({ ...base(), eventTypes, stateMachines: [machine] }) ?? {});
    order([fine, event]).should.eql(['duplicateEventId']);
    order([event, event]).should.eql(['reservedCoreKey']);
    order([fine]).should.eql(['unknownProceduralModel']);
  });

  it('is told to people with a code and a sentence that names the place', () => {
    const definition = { ...base(), eventTypes: [{ id: 77, name: 'E', profile: '', slots: [slot(14)] }] };
    const [warning] = definitionWarnings(compileModel(definition));
    warning.code.should.equal('OPENOT_DEFINITION_VIOLATION');
    warning.message.should.match(/event type 77 declares slot key 14, which is reserved/);
    definitionWarnings(compileModel(base())).should.eql([]);
  });
});

describeVectors('the published procedural definitions', () => {
  const violationOf = (name: string): DefinitionViolation | undefined => {
    const result = parseDefinition(definitionText(name));
    if (!result.ok) throw new Error(result.message);
    return validateDefinition(result.definition);
  };

  it('are accepted and refused as published', () => {
    exactly(violationOf('procedural_model_states_accepts'), undefined);
    exactly(
      violationOf('procedural_model_states_rejects'),
      '{"proceduralStateMismatch":{"label":"Filling","model":"ISA-88","stateMachineId":7,"value":1}}'
    );
    exactly(violationOf('sample'), undefined);
    exactly(violationOf('reactor'), undefined);
  });
});
