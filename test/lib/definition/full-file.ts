/**
 * A definition file that uses every object and field of docs/format.md 11.4, and a table of what each field may hold.
 */

/** Plain JSON that tests change and write out again. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };
export type PlainObject = { [key: string]: Plain };

/** A new copy at every call. */
export function fullFile(): PlainObject {
  return {
    header: {
      wireVersion: 2,
      semanticVersion: '1.2.3',
      profiles: ['Core'],
      conformanceLevel: 'Producer-Core',
      caps: { crc: true, sourceHighWater: false },
      constraints: { maxRecordSize: 256, maxSlots: 16, overflowPolicy: 'overwrite-oldest' },
      epochStrategy: 'retain',
      contentHash: ''
    },
    eventTypes: [
      {
        id: 1,
        name: 'StateTransition',
        profile: 'Core',
        slots: [
          { key: 1, type: 5, valuePayload: false, minOccurs: 1, maxOccurs: 1, orderClass: 1 },
          { key: 21, valuePayload: true, minOccurs: 0, maxOccurs: 'unbounded', orderClass: 2 }
        ]
      }
    ],
    sources: [{ sourceId: 10, name: 'Mixer', path: ['Plant', 'Mixer'], hierarchy: ['Site', 'Unit'], dynamic: false }],
    stateMachines: [{ stateMachineId: 7, name: 'Phase', category: 2, proceduralModel: 'ISA-88', enumSet: 'Phases' }],
    conditions: [
      {
        conditionId: 5,
        name: 'TooHot',
        conditionClass: 0,
        defaultSeverity: 700,
        causeOperands: [{ operandId: 1, name: 'T1' }]
      }
    ],
    messageTemplates: [{ messageTemplateId: 3, name: 'Status', format: 'Status: {1}', argTypes: [5, 12] }],
    values: [
      {
        valueId: 4,
        name: 'Level',
        dataType: 9,
        semanticRole: 0,
        unit: 2,
        deadband: { decimal: '0.5', scaled: { value: 5, scale: 1 } },
        samplingPolicy: 'on-change'
      }
    ],
    units: [{ unitId: 2, symbol: 'L' }],
    enumSets: [{ name: 'Phases', members: [{ value: 0, label: 'Idle' }] }],
    recipeDefinitions: [{ recipeId: 1, name: 'Base', version: '1' }],
    batchDefinitions: [{ batchId: 1, name: 'B1', recipe: 1 }],
    materialDefinitions: [{ materialId: 1, name: 'Water', unit: 2 }],
    operatorDefinitions: [{ actor: 'a1', name: 'Ann', roles: ['operator'] }],
    eSignatureMeanings: [{ meaning: 0, label: 'Author' }],
    severityScale: {
      name: 'baseline',
      low: { min: 1, max: 332 },
      medium: { min: 333, max: 666 },
      high: { min: 667, max: 1000 }
    }
  };
}

export type Kind =
  | 'u8'
  | 'u16'
  | 'u32'
  | 'i64'
  | 'string'
  | 'boolean'
  | 'object'
  | 'strings'
  | 'objects'
  | 'u8s'
  | 'maxOccurs'
  | 'overflowPolicy'
  | 'epochStrategy';
/** `list` = may be missing, then empty. `optional` = may be missing or null. `flag` = may be missing, then false. */
export type Presence = 'required' | 'list' | 'optional' | 'flag';
export type FieldRow = readonly [name: string, kind: Kind, presence: Presence];

const req = (name: string, kind: Kind): FieldRow => [name, kind, 'required'];
const opt = (name: string, kind: Kind): FieldRow => [name, kind, 'optional'];
const list = (name: string, kind: Kind = 'objects'): FieldRow => [name, kind, 'list'];

/** Every object of the file by the pointer to its example in `fullFile`, with all its fields. */
export const objects: readonly (readonly [pointer: string, fields: readonly FieldRow[]])[] = [
  [
    '',
    [
      req('header', 'object'),
      list('eventTypes'),
      list('sources'),
      list('stateMachines'),
      list('conditions'),
      list('messageTemplates'),
      list('values'),
      list('units'),
      list('enumSets'),
      list('recipeDefinitions'),
      list('batchDefinitions'),
      list('materialDefinitions'),
      list('operatorDefinitions'),
      list('eSignatureMeanings'),
      req('severityScale', 'object')
    ]
  ],
  [
    '/header',
    [
      req('wireVersion', 'u16'),
      req('semanticVersion', 'string'),
      req('profiles', 'strings'),
      req('conformanceLevel', 'string'),
      req('caps', 'object'),
      req('constraints', 'object'),
      req('epochStrategy', 'epochStrategy'),
      req('contentHash', 'string')
    ]
  ],
  ['/header/caps', [req('crc', 'boolean'), req('sourceHighWater', 'boolean')]],
  [
    '/header/constraints',
    [req('maxRecordSize', 'u16'), req('maxSlots', 'u16'), req('overflowPolicy', 'overflowPolicy')]
  ],
  ['/eventTypes/0', [req('id', 'u32'), req('name', 'string'), req('profile', 'string'), req('slots', 'objects')]],
  [
    '/eventTypes/0/slots/0',
    [
      req('key', 'u16'),
      opt('type', 'u8'),
      ['valuePayload', 'boolean', 'flag'],
      req('minOccurs', 'u16'),
      req('maxOccurs', 'maxOccurs'),
      req('orderClass', 'u16')
    ]
  ],
  [
    '/sources/0',
    [
      req('sourceId', 'u32'),
      req('name', 'string'),
      req('path', 'strings'),
      req('hierarchy', 'strings'),
      req('dynamic', 'boolean')
    ]
  ],
  [
    '/stateMachines/0',
    [
      req('stateMachineId', 'u32'),
      req('name', 'string'),
      req('category', 'u16'),
      opt('proceduralModel', 'string'),
      req('enumSet', 'string')
    ]
  ],
  [
    '/conditions/0',
    [
      req('conditionId', 'u32'),
      req('name', 'string'),
      req('conditionClass', 'u16'),
      req('defaultSeverity', 'u16'),
      list('causeOperands')
    ]
  ],
  ['/conditions/0/causeOperands/0', [req('operandId', 'u32'), req('name', 'string')]],
  [
    '/messageTemplates/0',
    [req('messageTemplateId', 'u32'), req('name', 'string'), req('format', 'string'), req('argTypes', 'u8s')]
  ],
  [
    '/values/0',
    [
      req('valueId', 'u32'),
      req('name', 'string'),
      req('dataType', 'u8'),
      req('semanticRole', 'u16'),
      opt('unit', 'u16'),
      opt('deadband', 'object'),
      opt('samplingPolicy', 'string')
    ]
  ],
  ['/values/0/deadband', [opt('decimal', 'string'), opt('scaled', 'object')]],
  ['/values/0/deadband/scaled', [req('value', 'i64'), req('scale', 'u32')]],
  ['/units/0', [req('unitId', 'u16'), req('symbol', 'string')]],
  ['/enumSets/0', [req('name', 'string'), req('members', 'objects')]],
  ['/enumSets/0/members/0', [req('value', 'u16'), req('label', 'string')]],
  ['/recipeDefinitions/0', [req('recipeId', 'u32'), req('name', 'string'), opt('version', 'string')]],
  ['/batchDefinitions/0', [req('batchId', 'u32'), req('name', 'string'), opt('recipe', 'u32')]],
  ['/materialDefinitions/0', [req('materialId', 'u32'), req('name', 'string'), opt('unit', 'u16')]],
  ['/operatorDefinitions/0', [req('actor', 'string'), req('name', 'string'), list('roles', 'strings')]],
  ['/eSignatureMeanings/0', [req('meaning', 'u16'), req('label', 'string')]],
  ['/severityScale', [req('name', 'string'), req('low', 'object'), req('medium', 'object'), req('high', 'object')]],
  ['/severityScale/low', [req('min', 'u16'), req('max', 'u16')]],
  ['/severityScale/medium', [req('min', 'u16'), req('max', 'u16')]],
  ['/severityScale/high', [req('min', 'u16'), req('max', 'u16')]]
];

/** The object at a pointer made of the names of `fullFile`. */
export function objectAt(root: PlainObject, pointer: string): PlainObject {
  let here: Plain = root;
  for (const step of pointer.split('/').slice(1)) here = (here as { [key: string]: Plain })[step];
  return here as PlainObject;
}

/** The file as text with one value replaced by raw JSON text, for what JSON.stringify cannot write. */
export function withRaw(pointer: string, name: string, raw: string): string {
  const file = fullFile();
  objectAt(file, pointer)[name] = '@raw@';
  return JSON.stringify(file, null, 2).replace('"@raw@"', () => raw);
}

/** The file as text after `change`. */
export function changed(change: (file: PlainObject) => void): string {
  const file = fullFile();
  change(file);
  return JSON.stringify(file);
}
