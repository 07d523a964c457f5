import { Definition } from '../../definition';
import { TlvType } from '../../wire';
import { Category, definitionOf, enumSet, modelSet, Role, Unit, valueDefinition } from './common';

/** The ids of the packaging line: what its program logs with, and its definitions name. */

/** Source ids. */
export const Source = { line: 30, filler: 31, capper: 32, labeller: 33, packer: 34, panel: 35 } as const;
/** State machine ids. */
export const Machine = { line: 1101, mode: 1102, filler: 1103 } as const;
/** States of the machine `mode`. */
export const LineMode = { Production: 0, Maintenance: 1, Manual: 2, Changeover: 3 } as const;
/** States of the machine `filler`. */
export const FillerState = { Rinsing: 0, Filling: 1, Draining: 2, Waiting: 3 } as const;
/** Value ids. */
export const Value = {
  speed: 2101,
  produced: 2102,
  rejected: 2103,
  fillVolume: 2104,
  capTorque: 2105,
  labelsLeft: 2106,
  cases: 2107,
  speedSetpoint: 2108,
  order: 2109,
  availability: 2110,
  conveyor: 2111,
  tankLevel: 2112,
  skew: 2113,
  lane: 2114
} as const;
/** Condition ids. */
export const Condition = {
  capJam: 3101,
  starved: 3102,
  labelLow: 3103,
  guardOpen: 3104,
  underfill: 3105,
  caseJam: 3106
} as const;
/** Cause operand ids. */
export const Cause = { chute: 1, infeed: 2, reel: 3, door: 4, checkweigher: 5 } as const;
/** Message template ids. */
export const Template = {
  orderStarted: 4101,
  orderFinished: 4102,
  jam: 4103,
  changeover: 4104,
  reel: 4105,
  speed: 4106
} as const;
/** Material ids. */
export const Material = { bottle: 6101, cap: 6102, label: 6103 } as const;
/** Action ids; the definition has no table of them. */
export const Action = {
  startLine: 811,
  clearFault: 812,
  changeReel: 813,
  changeover: 814,
  downloadProgram: 815
} as const;
/** Values of key role. */
export const Roles = { operator: 1, technician: 2 } as const;

/** The first order number. */
export const FIRST_ORDER = 770_100;
/** After this many, order numbers come round again. */
export const ORDERS = 20;

/** Who works on the line. */
export const operators = [
  { actor: 'a.rossi', name: 'Anna Rossi', roles: ['Line operator'] },
  { actor: 'd.weber', name: 'Daniel Weber', roles: ['Line operator'] },
  { actor: 'k.haruki', name: 'Ken Haruki', roles: ['Maintenance technician'] }
] as const;

const line = ['Brunn', 'Bottling', 'Line 3'];
const levels = ['site', 'area', 'line', 'machine'];

/** Every source but the logger. */
export const sources = [
  { sourceId: Source.line, name: 'Line 3', path: [...line, 'Line control'] },
  { sourceId: Source.filler, name: 'Filler FM-31', path: [...line, 'Filler'] },
  { sourceId: Source.capper, name: 'Capper CP-32', path: [...line, 'Capper'] },
  { sourceId: Source.labeller, name: 'Labeller LB-33', path: [...line, 'Labeller'] },
  { sourceId: Source.packer, name: 'Case packer PK-34', path: [...line, 'Case packer'] },
  { sourceId: Source.panel, name: 'Panel OP-3', path: [...line, 'Panel'] }
] as const;

/** What a changeover of the product changes: the same ids stand for another bottle, label and limit. */
interface Product {
  readonly semanticVersion: string;
  readonly recipe: string;
  readonly bottle: string;
  readonly cap: string;
  readonly label: string;
  readonly fillValue: string;
  readonly capJam: string;
  readonly underfill: string;
  readonly changeover: string;
}

const products: readonly Product[] = [
  {
    semanticVersion: '2.0.0',
    recipe: 'Spring water still 0.5 L',
    bottle: 'PET bottle 0.5 L, 18 g',
    cap: 'Cap 26 mm, blue',
    label: 'Label "Brunn still 0.5"',
    fillValue: 'Fill volume, share of 0.5 L',
    capJam: 'CP-32 cap chute blocked (26 mm)',
    underfill: 'FM-31 underfill, below 0.485 L',
    changeover: 'Changeover to 0.5 L bottle finished by {1} in {2} min'
  },
  {
    semanticVersion: '2.1.0',
    recipe: 'Spring water sparkling 1.0 L',
    bottle: 'PET bottle 1.0 L, 31 g',
    cap: 'Cap 28 mm, green',
    label: 'Label "Brunn sparkling 1.0"',
    fillValue: 'Fill volume, share of 1.0 L',
    capJam: 'CP-32 cap chute blocked (28 mm)',
    underfill: 'FM-31 underfill, below 0.985 L',
    changeover: 'Changeover to 1.0 L bottle finished by {1} in {2} min'
  },
  {
    semanticVersion: '2.2.0',
    recipe: 'Lemon mineral water 0.75 L',
    bottle: 'PET bottle 0.75 L, 24 g',
    cap: 'Cap 28 mm, yellow',
    label: 'Label "Brunn lemon 0.75"',
    fillValue: 'Fill volume, share of 0.75 L',
    capJam: 'CP-32 cap chute blocked (28 mm, sport)',
    underfill: 'FM-31 underfill, below 0.735 L',
    changeover: 'Changeover to 0.75 L bottle finished by {1} in {2} min'
  }
];

/** Recipe of the line; its name is the product's. */
export const RECIPE = 5101;
/** Version text of that recipe. */
export const RECIPE_VERSION = 'rev. 5';

/** The packaging line's definitions, oldest first: one for each product it is changed over to. */
export function packagingDefinitions(): Definition[] {
  return products.map(definitionWith);
}

function definitionWith(product: Product): Definition {
  return definitionOf({
    semanticVersion: product.semanticVersion,
    sources: [{ sourceId: 0, name: 'Line 3 event logger', path: [...line, 'Logger'] }, ...sources].map((source) => ({
      ...source,
      hierarchy: levels,
      dynamic: false
    })),
    stateMachines: [
      {
        stateMachineId: Machine.line,
        name: 'Line 3 PackML state',
        category: Category.Procedural,
        proceduralModel: 'PackML',
        enumSet: 'PackML'
      },
      { stateMachineId: Machine.mode, name: 'Line 3 mode', category: Category.Mode, enumSet: 'LineMode' },
      {
        stateMachineId: Machine.filler,
        name: 'FM-31 filler state',
        category: Category.ProcessState,
        enumSet: 'FillerState'
      }
    ],
    conditions: conditionsOf(product),
    messageTemplates: [
      {
        messageTemplateId: Template.orderStarted,
        name: 'orderStarted',
        format: 'Order {1} started: {2} bottles',
        argTypes: [TlvType.UDInt, TlvType.UDInt]
      },
      {
        messageTemplateId: Template.orderFinished,
        name: 'orderFinished',
        format: 'Order {1} finished: {2} good, {3} rejected',
        argTypes: [TlvType.UDInt, TlvType.UDInt, TlvType.UDInt]
      },
      {
        messageTemplateId: Template.jam,
        name: 'jam',
        format: 'Jam at {1} cleared after {2} s',
        argTypes: [TlvType.String, TlvType.UInt]
      },
      {
        messageTemplateId: Template.changeover,
        name: 'changeover',
        format: product.changeover,
        argTypes: [TlvType.String, TlvType.UInt]
      },
      { messageTemplateId: Template.reel, name: 'reel', format: 'Label reel {1} put on', argTypes: [TlvType.String] },
      {
        messageTemplateId: Template.speed,
        name: 'speed',
        format: 'Line speed {1} of {2} bottles per minute',
        argTypes: [TlvType.Real, TlvType.Real]
      }
    ],
    values: valuesOf(product),
    enumSets: [
      modelSet('PackML'),
      enumSet('LineMode', ['Production', 'Maintenance', 'Manual', 'Changeover']),
      enumSet('FillerState', ['Rinsing', 'Filling', 'Draining', 'Waiting'])
    ],
    recipeDefinitions: [{ recipeId: RECIPE, name: product.recipe, version: RECIPE_VERSION }],
    batchDefinitions: Array.from({ length: ORDERS }, (_, i) => ({
      batchId: FIRST_ORDER + i,
      name: `Order ${FIRST_ORDER + i}`,
      recipe: RECIPE
    })),
    materialDefinitions: [
      { materialId: Material.bottle, name: product.bottle, unit: Unit.pieces },
      { materialId: Material.cap, name: product.cap, unit: Unit.pieces },
      { materialId: Material.label, name: product.label, unit: Unit.pieces }
    ],
    operatorDefinitions: operators
  });
}

function conditionsOf(product: Product): Definition['conditions'] {
  return [
    {
      conditionId: Condition.capJam,
      name: product.capJam,
      conditionClass: 0,
      defaultSeverity: 700,
      causeOperands: [{ operandId: Cause.chute, name: 'B-3201 chute sensor' }]
    },
    {
      conditionId: Condition.starved,
      name: 'FM-31 no bottles at the infeed',
      conditionClass: 0,
      defaultSeverity: 200,
      causeOperands: [{ operandId: Cause.infeed, name: 'B-3101 infeed sensor' }]
    },
    {
      conditionId: Condition.labelLow,
      name: 'LB-33 label reel nearly empty',
      conditionClass: 0,
      defaultSeverity: 300,
      causeOperands: [{ operandId: Cause.reel, name: 'B-3302 reel diameter' }]
    },
    {
      conditionId: Condition.guardOpen,
      name: 'Line 3 guard door open',
      conditionClass: 1,
      defaultSeverity: 950,
      causeOperands: [{ operandId: Cause.door, name: 'S-3001 door switch' }]
    },
    {
      conditionId: Condition.underfill,
      name: product.underfill,
      conditionClass: 0,
      defaultSeverity: 450,
      causeOperands: [{ operandId: Cause.checkweigher, name: 'W-3105 check weigher' }]
    },
    {
      conditionId: Condition.caseJam,
      name: 'PK-34 case jammed at the outfeed',
      conditionClass: 0,
      defaultSeverity: 650,
      causeOperands: []
    }
  ];
}

function valuesOf(product: Product): Definition['values'] {
  return [
    valueDefinition(Value.speed, 'Line speed', TlvType.Real, Role.Actual, Unit.perMinute, '6'),
    valueDefinition(Value.produced, 'Good bottles', TlvType.UDInt, Role.Count, Unit.pieces),
    valueDefinition(Value.rejected, 'Rejected bottles', TlvType.UDInt, Role.Count, Unit.pieces),
    valueDefinition(Value.fillVolume, product.fillValue, TlvType.LReal, Role.Actual, Unit.percent, '0.2'),
    valueDefinition(Value.capTorque, 'Cap torque, share of nominal', TlvType.Real, Role.Actual, Unit.percent, '2'),
    valueDefinition(Value.labelsLeft, 'Labels on the reel', TlvType.DInt, Role.Count, Unit.pieces),
    valueDefinition(Value.cases, 'Cases packed', TlvType.ULInt, Role.Count, Unit.pieces),
    valueDefinition(Value.speedSetpoint, 'Line speed setpoint', TlvType.Real, Role.Setpoint, Unit.perMinute),
    valueDefinition(Value.order, 'Order in hand', TlvType.String, Role.Status),
    valueDefinition(Value.availability, 'Availability of this order', TlvType.Real, Role.Actual, Unit.percent),
    valueDefinition(Value.conveyor, 'Conveyor running', TlvType.Bool, Role.Status),
    valueDefinition(Value.tankLevel, 'Product tank level', TlvType.UInt, Role.Actual, Unit.percent, '2'),
    valueDefinition(Value.skew, 'Label skew, tenths', TlvType.SInt, Role.Position, Unit.millimetre),
    valueDefinition(Value.lane, 'Case lane in use', TlvType.USInt, Role.Position)
  ];
}
