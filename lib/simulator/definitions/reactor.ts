import { Definition } from '../../definition';
import { TlvType } from '../../wire';
import { Category, definitionOf, enumSet, modelSet, Role, Unit, valueDefinition } from './common';

/** The ids of the reactor plant: what its program logs with, and its definitions name. */

/** Source ids. */
export const Source = { batch: 10, temperature: 11, level: 12, alarms: 13, station: 14 } as const;
/** State machine ids. */
export const Machine = { batch: 1001, phase: 1002, controller: 1003 } as const;
/** States of the machine `phase`. */
export const Phase = {
  Idle: 0,
  Charging: 1,
  Heating: 2,
  Reacting: 3,
  Cooling: 4,
  Discharging: 5,
  Cleaning: 6
} as const;
/** States of the machine `controller`. */
export const Mode = { Manual: 0, Automatic: 1, Cascade: 2 } as const;
/** Value ids. */
export const Value = {
  temperature: 2001,
  jacket: 2002,
  setpoint: 2003,
  level: 2004,
  pressure: 2005,
  agitator: 2006,
  conversion: 2007,
  inlet: 2008,
  jacketValve: 2009,
  batches: 2010,
  product: 2011,
  runTime: 2012,
  coolant: 2013,
  heat: 2014
} as const;
/** Condition ids. */
export const Condition = {
  highTemperature: 3001,
  highLevel: 3002,
  highPressure: 3003,
  agitator: 3004,
  lowCoolant: 3005,
  hatch: 3006
} as const;
/** Cause operand ids. */
export const Cause = { temperature: 1, jacket: 2, level: 3, pressure: 4, current: 5, flow: 6 } as const;
/** Message template ids. */
export const Template = {
  batchStarted: 4001,
  charging: 4002,
  atTemperature: 4003,
  sample: 4004,
  cleaned: 4005,
  deviation: 4006
} as const;
/** Material ids. */
export const Material = { water: 6001, monomer: 6002, initiator: 6003, neutraliser: 6004 } as const;
/** Action ids; the definition has no table of them. */
export const Action = {
  startBatch: 801,
  resumeBatch: 802,
  abortBatch: 803,
  releaseBatch: 804,
  takeSample: 805,
  downloadProgram: 806
} as const;
/** Values of key role. */
export const Roles = { operator: 1, supervisor: 2, qa: 3, engineer: 4 } as const;

/** The first batch id. */
export const FIRST_BATCH = 240_401;
/** After this many, batch ids come round again. */
export const BATCHES = 20;

/** What is produced in turn. */
export const recipes = [
  { recipeId: 5001, name: 'Acrylic binder AB-20', version: '3.2' },
  { recipeId: 5002, name: 'Acrylic binder AB-35, low odour', version: '1.7' },
  { recipeId: 5003, name: 'Styrene dispersion SD-8', version: '2.0' }
] as const;

/** Who works in the plant. */
export const operators = [
  { actor: 'm.keller', name: 'Maria Keller', roles: ['Operator'] },
  { actor: 'j.okafor', name: 'James Okafor', roles: ['Operator'] },
  { actor: 's.lindqvist', name: 'Sofia Lindqvist', roles: ['Shift supervisor'] },
  { actor: 't.nguyen', name: 'Thanh Nguyen', roles: ['Quality assurance'] },
  { actor: 'p.moreau', name: 'Pauline Moreau', roles: ['Automation engineer'] }
] as const;

const area = ['Rheinfeld', 'Dispersions'];
const levels = ['site', 'area', 'unit', 'function'];

/** Every source but the logger. */
export const sources = [
  { sourceId: Source.batch, name: 'R-101 batch control', path: [...area, 'R-101', 'Batch'] },
  { sourceId: Source.temperature, name: 'R-101 temperature control TIC-101', path: [...area, 'R-101', 'TIC-101'] },
  { sourceId: Source.level, name: 'R-101 charging and level LIC-101', path: [...area, 'R-101', 'LIC-101'] },
  { sourceId: Source.alarms, name: 'R-101 alarms', path: [...area, 'R-101', 'Alarms'] },
  { sourceId: Source.station, name: 'Operator station OS-1', path: [...area, 'Control room', 'OS-1'] }
] as const;

/** What differs between the two versions: the same ids under other names, as after a year of plant changes. */
interface Wording {
  readonly semanticVersion: string;
  readonly phases: readonly string[];
  readonly conditions: Readonly<Record<keyof typeof Condition, string>>;
  readonly formats: Readonly<Record<keyof typeof Template, string>>;
  readonly levelName: string;
}

const first: Wording = {
  semanticVersion: '1.0.0',
  phases: ['Idle', 'Charging', 'Heating', 'Reacting', 'Cooling', 'Discharging', 'Cleaning'],
  conditions: {
    highTemperature: 'TAH-101 temperature high',
    highLevel: 'LAHH-101 level high-high, inlet closed',
    highPressure: 'PAH-101 pressure high',
    agitator: 'MA-101 agitator overload',
    lowCoolant: 'FAL-101 coolant flow low',
    hatch: 'GS-101 manhole open'
  },
  formats: {
    batchStarted: 'Batch {1} started with recipe {2}',
    charging: 'Charging {1}: {2} L requested',
    atTemperature: 'Reaction temperature of {1} degC reached after {2} min',
    sample: 'Sample {1} taken by {2}',
    cleaned: 'Cleaning programme {1} finished, conductivity of the last rinse {2} uS/cm',
    deviation: 'Deviation {1}: {2}'
  },
  levelName: 'LIC-101 level'
};

const second: Wording = {
  semanticVersion: '1.1.0',
  phases: ['Idle', 'Dosing', 'Heating up', 'Polymerisation', 'Cooling down', 'Emptying', 'CIP'],
  conditions: {
    ...first.conditions,
    highTemperature: 'TAH-101 exotherm: temperature high',
    highLevel: 'LAHH-101 overfill protection, inlet closed',
    agitator: 'MA-101 agitator torque above limit'
  },
  formats: {
    ...first.formats,
    batchStarted: 'Batch {1}: start of recipe {2}',
    atTemperature: 'Polymerisation starts: {1} degC after {2} min of heating',
    cleaned: 'CIP {1} done, last rinse {2} uS/cm'
  },
  levelName: 'LIC-101 filling volume'
};

/** The reactor's definitions, oldest first. */
export function reactorDefinitions(): Definition[] {
  return [first, second].map(definitionWith);
}

function definitionWith(wording: Wording): Definition {
  const condition = (
    name: keyof typeof Condition,
    conditionClass: number,
    defaultSeverity: number,
    ...causes: [number, string][]
  ): Definition['conditions'][number] => {
    return {
      conditionId: Condition[name],
      name: wording.conditions[name],
      conditionClass,
      defaultSeverity,
      causeOperands: causes.map(([operandId, operand]) => ({ operandId, name: operand }))
    };
  };
  const template = (name: keyof typeof Template, ...argTypes: TlvType[]): Definition['messageTemplates'][number] => {
    return { messageTemplateId: Template[name], name, format: wording.formats[name], argTypes };
  };
  return definitionOf({
    semanticVersion: wording.semanticVersion,
    sources: [{ sourceId: 0, name: 'R-101 event logger', path: [...area, 'R-101', 'Logger'] }, ...sources].map(
      (source) => ({ ...source, hierarchy: levels, dynamic: false })
    ),
    stateMachines: [
      {
        stateMachineId: Machine.batch,
        name: 'R-101 procedure',
        category: Category.Procedural,
        proceduralModel: 'ISA-88',
        enumSet: 'ISA-88'
      },
      { stateMachineId: Machine.phase, name: 'R-101 phase', category: Category.ProcessState, enumSet: 'ReactorPhase' },
      { stateMachineId: Machine.controller, name: 'TIC-101 mode', category: Category.Mode, enumSet: 'ControllerMode' }
    ],
    conditions: [
      condition(
        'highTemperature',
        0,
        800,
        [Cause.temperature, 'TT-101 reactor temperature'],
        [Cause.jacket, 'TT-102 jacket temperature']
      ),
      condition('highLevel', 1, 900, [Cause.level, 'LT-101 level']),
      condition(
        'highPressure',
        0,
        500,
        [Cause.pressure, 'PT-101 pressure'],
        [Cause.temperature, 'TT-101 reactor temperature']
      ),
      condition('agitator', 0, 600, [Cause.current, 'IT-101 motor current']),
      condition('lowCoolant', 0, 400, [Cause.flow, 'FT-101 coolant flow']),
      condition('hatch', 1, 300)
    ],
    messageTemplates: [
      template('batchStarted', TlvType.UDInt, TlvType.String),
      template('charging', TlvType.String, TlvType.Real),
      template('atTemperature', TlvType.Real, TlvType.UInt),
      template('sample', TlvType.String, TlvType.String),
      template('cleaned', TlvType.UInt, TlvType.Real),
      template('deviation', TlvType.String, TlvType.String)
    ],
    values: valuesWith(wording),
    enumSets: [
      modelSet('ISA-88'),
      enumSet('ReactorPhase', wording.phases),
      enumSet('ControllerMode', ['Manual', 'Automatic', 'Cascade'])
    ],
    recipeDefinitions: recipes,
    batchDefinitions: Array.from({ length: BATCHES }, (_, i) => ({
      batchId: FIRST_BATCH + i,
      name: `Lot AB-${FIRST_BATCH + i}`,
      recipe: recipes[i % recipes.length].recipeId
    })),
    materialDefinitions: [
      { materialId: Material.water, name: 'Demineralised water', unit: Unit.litre },
      { materialId: Material.monomer, name: 'Butyl acrylate monomer', unit: Unit.kg },
      { materialId: Material.initiator, name: 'Sodium persulfate initiator', unit: Unit.kg },
      { materialId: Material.neutraliser, name: 'Ammonia solution 25 %', unit: Unit.kg }
    ],
    operatorDefinitions: operators
  });
}

function valuesWith(wording: Wording): Definition['values'] {
  return [
    valueDefinition(Value.temperature, 'TT-101 reactor temperature', TlvType.Real, Role.Actual, Unit.degC, '0.3'),
    valueDefinition(Value.jacket, 'TT-102 jacket temperature', TlvType.Real, Role.Actual, Unit.degC, '1'),
    valueDefinition(Value.setpoint, 'TIC-101 setpoint', TlvType.Real, Role.Setpoint, Unit.degC),
    valueDefinition(Value.level, wording.levelName, TlvType.Real, Role.Actual, Unit.litre, '15'),
    valueDefinition(Value.pressure, 'PT-101 pressure', TlvType.LReal, Role.Actual, Unit.bar, '0.02'),
    valueDefinition(Value.agitator, 'MA-101 agitator speed', TlvType.UInt, Role.Actual, Unit.rpm),
    valueDefinition(Value.conversion, 'Conversion', TlvType.Real, Role.Actual, Unit.percent, '1'),
    valueDefinition(Value.inlet, 'XV-101 inlet open', TlvType.Bool, Role.Command),
    valueDefinition(Value.jacketValve, 'TV-101 jacket valve', TlvType.Int, Role.Position, Unit.percent),
    valueDefinition(Value.batches, 'Batches since start', TlvType.UDInt, Role.Count),
    valueDefinition(Value.product, 'Product in R-101', TlvType.String, Role.Status),
    valueDefinition(Value.runTime, 'MA-101 running time', TlvType.ULInt, Role.Count, Unit.second),
    valueDefinition(Value.coolant, 'FT-101 coolant flow', TlvType.Real, Role.Actual, Unit.percent, '3'),
    valueDefinition(Value.heat, 'Heat balance of the last batch', TlvType.LInt, Role.Actual, Unit.kilojoule)
  ];
}
