import { canonicalEventTypes, Definition, EnumSet, ValueDefinition } from '../../definition';
import { proceduralModel, signatureMeanings, TlvType, unitSymbols } from '../../wire';

/** The units both plants use: ids of the registry (docs/format.md 5), and from 11 on our own. */
export const Unit = {
  litre: 2,
  degC: 3,
  bar: 4,
  rpm: 5,
  second: 6,
  kg: 8,
  percent: 10,
  pieces: 11,
  perMinute: 12,
  kilojoule: 13,
  millimetre: 14
} as const;

/** Their symbols: the registry's, and our own. */
const symbols: Readonly<Record<number, string>> = {
  ...unitSymbols,
  [Unit.pieces]: 'pcs',
  [Unit.perMinute]: '1/min',
  [Unit.kilojoule]: 'kJ',
  [Unit.millimetre]: 'mm'
};
const units: Definition['units'] = Object.values(Unit).map((unitId) => ({ unitId, symbol: symbols[unitId] }));

/** Values of key semanticRole (docs/format.md 5). */
export const Role = { Actual: 0, Setpoint: 1, Command: 2, Count: 3, Position: 4, Status: 5 } as const;
/** Values of key category (docs/format.md 5). */
export const Category = { ProcessState: 0, Mode: 1, Procedural: 2 } as const;

/** What every definition of the simulator has in common; the rest is the plant's. */
export type PlantDefinition = Omit<
  Definition,
  'header' | 'eventTypes' | 'units' | 'severityScale' | 'eSignatureMeanings'
> & { readonly semanticVersion: string };

/** The whole definition of a plant, its content hash left empty. */
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
    severityScale: {
      name: 'baseline',
      low: { min: 1, max: 332 },
      medium: { min: 333, max: 666 },
      high: { min: 667, max: 1000 }
    }
  };
}

/** An enum set whose values count from 0. */
export function enumSet(name: string, labels: readonly string[]): EnumSet {
  return { name, members: labels.map((label, value) => ({ value, label })) };
}

/** The whole of a procedural model as an enum set of the same name. */
export function modelSet(name: 'ISA-88' | 'PackML'): EnumSet {
  return enumSet(name, proceduralModel(name)?.states ?? []);
}

/** A value with a deadband in its own unit, where one is given. */
export function valueDefinition(
  valueId: number,
  name: string,
  dataType: TlvType,
  semanticRole: number,
  unit?: number,
  deadband?: string
): ValueDefinition {
  return {
    valueId,
    name,
    dataType,
    semanticRole,
    unit,
    deadband: deadband === undefined ? undefined : { decimal: deadband },
    samplingPolicy: 'on-change'
  };
}
