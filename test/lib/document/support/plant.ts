/** A definition with something in every table, for tests of documents. */
import {
  canonicalEventTypes,
  CompiledDefinition,
  compileModel,
  Definition,
  EventTypeDefinition
} from '../../../../lib/definition';
import { TlvType } from '../../../../lib/wire';

export const plantDefinition: Definition = {
  header: {
    wireVersion: 2,
    semanticVersion: '2.1.0',
    profiles: ['Core', 'Full'],
    conformanceLevel: 'Producer-Full',
    caps: { crc: true, sourceHighWater: true },
    constraints: { maxRecordSize: 512, maxSlots: 16, overflowPolicy: 'overwrite-oldest' },
    epochStrategy: 'retain',
    contentHash: ''
  },
  eventTypes: canonicalEventTypes(),
  sources: [
    { sourceId: 1, name: 'Mixer.Main', path: ['Plant', 'Mixer'], hierarchy: ['site', 'unit'], dynamic: false },
    { sourceId: 2, name: 'Bare', path: [], hierarchy: [], dynamic: true },
    { sourceId: 2, name: 'Repeated id', path: [], hierarchy: [], dynamic: false }
  ],
  stateMachines: [
    { stateMachineId: 7, name: 'Mixer', category: 2, proceduralModel: 'ISA-88', enumSet: 'Isa' },
    { stateMachineId: 8, name: 'Door', category: 0, enumSet: 'NoSuchSet' }
  ],
  conditions: [
    {
      conditionId: 9,
      name: 'TempHigh',
      conditionClass: 0,
      defaultSeverity: 900,
      causeOperands: [{ operandId: 1, name: 'Level' }]
    },
    {
      conditionId: 10,
      name: 'DoorOpen',
      conditionClass: 1,
      defaultSeverity: 100,
      causeOperands: [{ operandId: 1, name: 'Latch' }]
    },
    { conditionId: 11, name: 'Odd', conditionClass: 44, defaultSeverity: 100, causeOperands: [] }
  ],
  messageTemplates: [
    { messageTemplateId: 100, name: 'Status', format: 'Status: {1}', argTypes: [TlvType.String] },
    {
      messageTemplateId: 101,
      name: 'Two',
      format: '{2} then {1}, never {3}',
      argTypes: [TlvType.DInt, TlvType.Real, TlvType.DInt]
    },
    { messageTemplateId: 102, name: 'Plain', format: 'batch started count', argTypes: [TlvType.DInt] }
  ],
  values: [
    { valueId: 20, name: 'temperature', dataType: TlvType.Real, semanticRole: 0, unit: 3 },
    { valueId: 21, name: 'Count', dataType: TlvType.DInt, semanticRole: 3 },
    { valueId: 22, name: 'Ghost', dataType: TlvType.LReal, semanticRole: 0, unit: 77 },
    { valueId: 23, name: 'Label', dataType: TlvType.String, semanticRole: 5, unit: 8 },
    { valueId: 24, name: 'Odd', dataType: 200, semanticRole: 0 }
  ],
  units: [
    { unitId: 3, symbol: 'degC' },
    { unitId: 8, symbol: 'kg' }
  ],
  enumSets: [
    {
      name: 'Isa',
      members: [
        { value: 1, label: 'Running' },
        { value: 4, label: 'Paused' }
      ]
    }
  ],
  recipeDefinitions: [{ recipeId: 30, name: 'Base' }],
  batchDefinitions: [{ batchId: 40, name: 'B-40', recipe: 30 }],
  materialDefinitions: [
    { materialId: 50, name: 'Sugar', unit: 8 },
    { materialId: 51, name: 'Water' }
  ],
  operatorDefinitions: [{ actor: 'jdoe', name: 'Jane Doe', roles: ['lead'] }],
  eSignatureMeanings: [
    { meaning: 2, label: 'Released' },
    { meaning: 77, label: 'Countersigned' }
  ],
  severityScale: {
    name: 'plant',
    low: { min: 0, max: 499 },
    medium: { min: 500, max: 799 },
    high: { min: 800, max: 1200 }
  }
};

/** The plant's definition compiled, with changes. */
export function plant(changes: Partial<Definition> = {}): CompiledDefinition {
  return compileModel({ ...plantDefinition, ...changes });
}

/** The plant with other limits on records. */
export function plantWithLimits(limits: Partial<Definition['header']['constraints']>): CompiledDefinition {
  const { header } = plantDefinition;
  return plant({ header: { ...header, constraints: { ...header.constraints, ...limits } } });
}

/** The plant with one event type more. */
export function plantWithEvent(event: EventTypeDefinition): CompiledDefinition {
  return plant({ eventTypes: [...plantDefinition.eventTypes, event] });
}
