/**
 * The definition file's objects and fields as data (docs/format.md 11.4): parsing, canonical JSON and the
 * written file all follow this one table, so that they cannot disagree.
 */
import * as model from './model';

/** What a field may hold. `unsigned` and `i64` are integers of that many bits. */
export type FieldType =
  | { readonly kind: 'string' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'unsigned'; readonly bits: 8 | 16 | 32 }
  /** 64 bits, signed; a bigint in the model. */
  | { readonly kind: 'i64' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** A u16, or any string: which one is legal is for validation to say. */
  | { readonly kind: 'maxOccurs' }
  | { readonly kind: 'array'; readonly of: FieldType }
  | ObjectType;

/** An object of the file and its fields. */
export interface ObjectType {
  readonly kind: 'object';
  /** In the order a written file has them. */
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
  /** By ascending name: the order of canonical JSON. */
  readonly sorted: readonly Field[];
}

/**
 * `required`: the key must be there. `list`: may be missing, then an empty array; null is refused.
 * `optional`: may be missing or null; canonical JSON writes null. `omitted`: as optional, but canonical JSON
 * leaves it out. `falseFlag`: may be missing, then false; null is refused; canonical JSON leaves false out.
 */
export type Presence = 'required' | 'list' | 'optional' | 'omitted' | 'falseFlag';

/** One key of an object. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly presence: Presence;
}

type Unnamed = Omit<Field, 'name'>;
/** One entry per field of the model's interface: the compiler refuses a table that misses or invents one. */
type Shape<T> = { readonly [K in keyof Required<T>]: Unnamed };

function object<T>(shape: Shape<T>): ObjectType {
  const fields = Object.entries<Unnamed>(shape).map(([name, field]) => ({ name, ...field }));
  const sorted = [...fields].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { kind: 'object', fields, byName: new Map(fields.map((field) => [field.name, field])), sorted };
}

const string: FieldType = { kind: 'string' };
const boolean: FieldType = { kind: 'boolean' };
const u8: FieldType = { kind: 'unsigned', bits: 8 };
const u16: FieldType = { kind: 'unsigned', bits: 16 };
const u32: FieldType = { kind: 'unsigned', bits: 32 };
const arrayOf = (of: FieldType): FieldType => ({ kind: 'array', of });
const choice = <T extends string>(...choices: T[]): FieldType => ({ kind: 'choice', choices });
const req = (type: FieldType): Unnamed => ({ type, presence: 'required' });
const opt = (type: FieldType): Unnamed => ({ type, presence: 'optional' });
const list = (of: FieldType): Unnamed => ({ type: arrayOf(of), presence: 'list' });

const header = object<model.DefinitionHeader>({
  wireVersion: req(u16),
  semanticVersion: req(string),
  profiles: req(arrayOf(string)),
  conformanceLevel: req(string),
  caps: req(object<model.DefinitionHeader['caps']>({ crc: req(boolean), sourceHighWater: req(boolean) })),
  constraints: req(
    object<model.DefinitionConstraints>({
      maxRecordSize: req(u16),
      maxSlots: req(u16),
      overflowPolicy: req(choice<model.OverflowPolicy>('overwrite-oldest', 'drop-newest', 'hold-producer'))
    })
  ),
  epochStrategy: req(choice<model.EpochStrategy>('retain', 'clear')),
  contentHash: req(string)
});

const slot = object<model.SlotDefinition>({
  key: req(u16),
  type: { type: u8, presence: 'omitted' },
  valuePayload: { type: boolean, presence: 'falseFlag' },
  minOccurs: req(u16),
  maxOccurs: req({ kind: 'maxOccurs' }),
  orderClass: req(u16)
});

const eventType = object<model.EventTypeDefinition>({
  id: req(u32),
  name: req(string),
  profile: req(string),
  slots: req(arrayOf(slot))
});

const source = object<model.SourceDefinition>({
  sourceId: req(u32),
  name: req(string),
  path: req(arrayOf(string)),
  hierarchy: req(arrayOf(string)),
  dynamic: req(boolean)
});

const stateMachine = object<model.StateMachine>({
  stateMachineId: req(u32),
  name: req(string),
  category: req(u16),
  proceduralModel: opt(string),
  enumSet: req(string)
});

const condition = object<model.ConditionDefinition>({
  conditionId: req(u32),
  name: req(string),
  conditionClass: req(u16),
  defaultSeverity: req(u16),
  causeOperands: list(object<model.CauseOperand>({ operandId: req(u32), name: req(string) }))
});

const messageTemplate = object<model.MessageTemplate>({
  messageTemplateId: req(u32),
  name: req(string),
  format: req(string),
  argTypes: req(arrayOf(u8))
});

const value = object<model.ValueDefinition>({
  valueId: req(u32),
  name: req(string),
  dataType: req(u8),
  semanticRole: req(u16),
  unit: opt(u16),
  deadband: opt(
    object<model.Deadband>({
      decimal: opt(string),
      scaled: opt(object<model.ScaledDecimal>({ value: req({ kind: 'i64' }), scale: req(u32) }))
    })
  ),
  samplingPolicy: opt(string)
});

const severityRange = object<model.SeverityRange>({ min: req(u16), max: req(u16) });

/** The whole file. */
export const definitionSchema = object<model.Definition>({
  header: req(header),
  eventTypes: list(eventType),
  sources: list(source),
  stateMachines: list(stateMachine),
  conditions: list(condition),
  messageTemplates: list(messageTemplate),
  values: list(value),
  units: list(object<model.UnitDefinition>({ unitId: req(u16), symbol: req(string) })),
  enumSets: list(
    object<model.EnumSet>({
      name: req(string),
      members: req(arrayOf(object<model.EnumMember>({ value: req(u16), label: req(string) })))
    })
  ),
  recipeDefinitions: list(
    object<model.RecipeDefinition>({ recipeId: req(u32), name: req(string), version: opt(string) })
  ),
  batchDefinitions: list(object<model.BatchDefinition>({ batchId: req(u32), name: req(string), recipe: opt(u32) })),
  materialDefinitions: list(
    object<model.MaterialDefinition>({ materialId: req(u32), name: req(string), unit: opt(u16) })
  ),
  operatorDefinitions: list(
    object<model.OperatorDefinition>({ actor: req(string), name: req(string), roles: list(string) })
  ),
  eSignatureMeanings: list(object<model.ESignatureMeaning>({ meaning: req(u16), label: req(string) })),
  severityScale: req(
    object<model.SeverityScale>({
      name: req(string),
      low: req(severityRange),
      medium: req(severityRange),
      high: req(severityRange)
    })
  )
});
