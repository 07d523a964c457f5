/* Records of 64 to 84 bytes, as a plant sends them, and the definition they belong to. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const wire = require('../dist/lib/wire');
const { canonicalEventTypes, compileModel } = require('../dist/lib/definition');
const { EventType, Flag, Key, TlvType } = wire;

const names = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/** The definition, compiled. */
export function definition() {
  return compileModel({
    header: {
      wireVersion: 2,
      semanticVersion: '1.4.0',
      profiles: ['Core', 'Full'],
      conformanceLevel: 'Producer-Full',
      caps: { crc: true, sourceHighWater: true },
      constraints: { maxRecordSize: 256, maxSlots: 16, overflowPolicy: 'overwrite-oldest' },
      epochStrategy: 'retain',
      contentHash: ''
    },
    eventTypes: canonicalEventTypes(),
    sources: names(6, (i) => ({
      sourceId: 10 + i,
      name: `Line1.Unit${i}`,
      path: ['Plant', 'Line1', `Unit${i}`],
      hierarchy: ['site', 'line', 'unit'],
      dynamic: false
    })),
    stateMachines: names(6, (i) => ({
      stateMachineId: 100 + i,
      name: `Unit${i}.Phase`,
      category: 2,
      proceduralModel: 'ISA-88',
      enumSet: 'Phase'
    })),
    conditions: names(20, (i) => ({
      conditionId: 200 + i,
      name: `Alarm${i}`,
      conditionClass: 0,
      defaultSeverity: 500,
      causeOperands: [{ operandId: 1, name: 'Level' }]
    })),
    messageTemplates: names(10, (i) => ({
      messageTemplateId: 300 + i,
      name: `Message${i}`,
      format: `Step ${i} done: {1}`,
      argTypes: [TlvType.DInt]
    })),
    values: names(40, (i) => ({
      valueId: 400 + i,
      name: `Unit${i % 6}.Value${i}`,
      dataType: i % 2 === 0 ? TlvType.Real : TlvType.DInt,
      semanticRole: 0,
      unit: 1
    })),
    units: [{ unitId: 1, symbol: 'degC' }],
    enumSets: [
      {
        name: 'Phase',
        members: ['Idle', 'Running', 'Complete', 'Pausing', 'Paused', 'Holding', 'Held'].map((label, value) => ({
          value,
          label
        }))
      }
    ],
    recipeDefinitions: [{ recipeId: 1, name: 'Base' }],
    batchDefinitions: [],
    materialDefinitions: [],
    operatorDefinitions: [{ actor: 'operator-7', name: 'J. Doe', roles: [] }],
    eSignatureMeanings: [],
    severityScale: {
      name: 'baseline',
      low: { min: 1, max: 332 },
      medium: { min: 333, max: 666 },
      high: { min: 667, max: 1000 }
    }
  });
}

const number = (width) => (key, type, value) => {
  const payload = new Uint8Array(width);
  const view = new DataView(payload.buffer);
  if (type === TlvType.Real) view.setFloat32(0, value, true);
  else if (width === 4) view.setUint32(0, value >>> 0, true);
  else view.setUint16(0, value, true);
  return { key, type, payload };
};
const id = (key, value) => number(4)(key, TlvType.UDInt, value);
const word = (key, value) => number(2)(key, TlvType.UInt, value);
const text = (key, value) => ({ key, type: TlvType.String, payload: new Uint8Array(Buffer.from(value)) });
/** Odd values are DInt, even ones Real: what values[] says. */
const reading = (key, index, value) =>
  index % 2 === 0 ? number(4)(key, TlvType.Real, value / 10) : number(4)(key, TlvType.DInt, value);

/** What a line sends: mostly values and states, some alarms, messages and operators. 68 to 84 bytes each. */
const kinds = [
  (i) => [
    EventType.ValueChanged,
    [id(Key.valueId, 400 + (i % 40)), reading(Key.newValue, i % 40, 200 + (i % 991)), word(Key.quality, 0)]
  ],
  (i) => [
    EventType.StateTransition,
    [
      id(Key.stateMachineId, 100 + (i % 6)),
      word(Key.category, 2),
      word(Key.previousState, i % 7),
      word(Key.newState, (i + 1) % 7)
    ]
  ],
  (i) => [
    EventType.ValueChanged,
    [
      id(Key.valueId, 400 + (i % 40)),
      reading(Key.newValue, i % 40, i % 977),
      reading(Key.previousValue, i % 40, (i + 1) % 977),
      word(Key.quality, 0)
    ]
  ],
  (i) => [
    EventType.ConditionActive,
    [
      id(Key.conditionId, 200 + (i % 20)),
      word(Key.conditionClass, 0),
      id(Key.correlationId, i),
      word(Key.severity, i % 1000),
      id(Key.causeOperand, 1)
    ]
  ],
  (i) => [
    EventType.ValueChanged,
    [
      id(Key.valueId, 400 + (i % 40)),
      reading(Key.newValue, i % 40, i % 955),
      word(Key.quality, 0),
      word(Key.semanticRole, 0)
    ]
  ],
  (i) => [
    EventType.Message,
    [id(Key.messageTemplateId, 300 + (i % 10)), number(4)(Key.arg, TlvType.DInt, i), word(Key.severity, 500)]
  ],
  () => [EventType.OperatorLogin, [text(Key.actor, 'operator-7'), word(Key.authResult, 0)]],
  (i) => [EventType.BatchEvent, [id(Key.batchId, i), word(Key.newState, i % 6), id(Key.recipeId, 1)]]
];

/** `count` records back to back: {bytes, starts, lengths}. */
export function workload(count) {
  const encoded = [];
  for (let i = 0; i < count; i++) {
    const [eventTypeId, slots] = kinds[i % kinds.length](i);
    const record = wire.encodeRecord({
      flags: Flag.HasCrc,
      sourceTimeNs: 1780000000000000000n + BigInt(i) * 1_234_567n,
      runId: 3n,
      seq: BigInt(100000 + i),
      sourceId: 10 + (i % 6),
      eventTypeId,
      slots
    });
    if (!(record instanceof Uint8Array) || record.length < 64 || record.length > 84)
      throw new Error(`record ${i} is not one of 64 to 84 bytes`);
    encoded.push(record);
  }
  const bytes = new Uint8Array(Buffer.concat(encoded));
  return { bytes, count, meanBytes: bytes.length / count };
}
