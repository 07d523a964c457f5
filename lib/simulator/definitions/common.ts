import { canonicalEventTypes, Definition, EnumSet, ValueDefinition } from '../../definition';
import { proceduralModels, signatureMeanings, TlvType } from '../../wire';

/** The units both plants use: ids of the registry (docs/format.md 5), and one of our own. */
export const Unit = { litre: 2, degC: 3, bar: 4, rpm: 5, second: 6, kg: 8, percent: 10, pieces: 11, perMinute: 12, kilojoule: 13, millimetre: 14 } as const;

export const units: Definition['units'] = [
  { unitId: Unit.litre, symbol: 'L' },
  { unitId: Unit.degC, symbol: 'degC' },
  { unitId: Unit.bar, symbol: 'bar' },
  { unitId: Unit.rpm, symbol: 'rpm' },
  { unitId: Unit.second, symbol: 's' },
  { unitId: Unit.kg, symbol: 'kg' },
  { unitId: Unit.percent, symbol: '%' },
  { unitId: Unit.pieces, symbol: 'pcs' },
  { unitId: Unit.perMinute, symbol: '1/min' },
  { unitId: Unit.kilojoule, symbol: 'kJ' },
  { unitId: Unit.millimetre, symbol: 'mm' }
];

/** Values of key semanticRole (docs/format.md 5). */
export const Role = { Actual: 0, Setpoint: 1, Command: 2, Count: 3, Position: 4, Status: 5 } as const;
/** Values of key category (docs/format.md 5). */
export const Category = { ProcessState: 0, Mode: 1, Procedural: 2 } as const;

/** What every definition of the simulator has in common; the rest is the plant's. */
export type PlantDefinition = Omit<Definition, 'header' | 'eventTypes' | 'units' | 'severityScale' | 'eSignatureMeanings'> & { readonly semanticVersion: string };

export function definitionOf({ semanticVersion, ...plant }: PlantDefinition): Definition {
  return {
    header: {
      wireVersion: 2,
      semanticVersion,
      profiles: ['Core', 'Full'],
      conformanceLevel: 'Producer-Full',
      caps: { crc: true, sourceHighWater: true },
      constraints: { maxRecordSize: 512, maxSlots: 16, overflowPolicy: 'overwrite-oldest' },
      epochStrategy: 'retain',
      contentHash: ''
    },
    eventTypes: canonicalEventTypes(),
    ...plant,
    units,
    eSignatureMeanings: signatureMeanings.map((label, meaning) => ({ meaning, label })),
    severityScale: { name: 'baseline', low: { min: 1, max: 332 }, medium: { min: 333, max: 666 }, high: { min: 667, max: 1000 } }
  };
}

export function enumSet(name: string, labels: readonly string[]): EnumSet {
  return { name, members: labels.map((label, value) => ({ value, label })) };
}

/** The whole of a procedural model as an enum set of the same name. */
export function modelSet(name: 'ISA-88' | 'PackML'): EnumSet {
  return enumSet(name, proceduralModels.find((model) => model.name === name)?.states ?? []);
}

/** A value with a deadband in its own unit, where one is given. */
export function valueDefinition(valueId: number, name: string, dataType: TlvType, semanticRole: number, unit?: number, deadband?: string): ValueDefinition {
  return { valueId, name, dataType, semanticRole, unit, deadband: deadband === undefined ? undefined : { decimal: deadband }, samplingPolicy: 'on-change' };
}
