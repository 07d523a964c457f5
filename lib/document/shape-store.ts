import { CompiledDefinition } from '../definition/compiled';
import { authResults, categories, severityBands, signatureMeanings } from '../wire/registry/enumerations';
import { EventType } from '../wire/registry/events';
import { tlvName, tlvWidth } from '../wire/registry/tlv-types';
import { Key, valueKey, valueKeys } from '../wire/registry/value-keys';
import { SlotTable } from '../wire/slot-table';
import { readU16, readU32 } from '../wire/u64';
import { utf8Text } from './bytes-text';
import { FieldShape, fieldShape } from './field-shape';
import { LabelStore } from './label-store';

type ById = ReadonlyMap<number, FieldShape>;

/** Keys of slots that can be fields are below this: one small array holds what is known of them. */
const KEYS = valueKeys[valueKeys.length - 1].key + 1;
/** Tags are below this. */
const TYPES = 16;
const plainIndex = (key: number, type: number): number => key * TYPES + type;
const PLAIN_SHAPES: readonly FieldShape[] = makePlainShapes();

function makePlainShapes(): FieldShape[] {
  const shapes: FieldShape[] = [];
  for (const { key, name } of valueKeys) {
    for (let type = 0; tlvWidth(type) >= 0; type++)
      shapes[plainIndex(key, type)] = fieldShape({ key, name, type: tlvName(type) as string });
  }
  return shapes;
}

/**
 * The shape of a slot that is resolved to nothing: registry name, type of its tag. Its key is a core key of the
 * registry.
 */
export const plainShape = (key: number, type: number): FieldShape => PLAIN_SHAPES[plainIndex(key, type)];

/** 1 for the lowest of the registry's severity bands, 0 outside all of them. */
function bandOf(value: number): number {
  for (let i = 0; i < severityBands.length; i++) {
    if (value >= severityBands[i].min && value <= severityBands[i].max) return i + 1;
  }
  return 0;
}

function shapesById<T>(entries: ReadonlyMap<number, T>, shapeOf: (entry: T, id: number) => FieldShape): ById {
  const shapes = new Map<number, FieldShape>();
  for (const [id, entry] of entries) shapes.set(id, shapeOf(entry, id));
  return shapes;
}

/** Finds the shape of slot `i` of a validated record; undefined = nothing is known of it. */
type Resolver = (slots: SlotTable, i: number, eventTypeId: number) => FieldShape | undefined;

const lookUp16 =
  (shapes: ById): Resolver =>
  (slots, i) =>
    shapes.get(readU16(slots.bytes[i], slots.at[i]));
const lookUp32 =
  (shapes: ById): Resolver =>
  (slots, i) =>
    shapes.get(readU32(slots.bytes[i], slots.at[i]));

/** The id in the record's last slot with this key, or -1: what the other slots of the record refer to. */
function idOf(slots: SlotTable, key: number): number {
  let i = 0;
  while (i < slots.count && slots.key[i] !== key) i++;
  if (i === slots.count) return -1;
  // Repeated slots of a valid record stand side by side: from the first one the last is near, while the record's end
  // may be far.
  while (i + 1 < slots.count && slots.key[i + 1] === key) i++;
  return readU32(slots.bytes[i], slots.at[i]);
}

const nameOf = (key: number): string => valueKey(key)?.name ?? '';

/**
 * Every field shape that one definition can give (docs/format.md 16), made once; enriched shapes carry their
 * additions (docs/format.md 18). Size grows with the definition, never with the records.
 */
export class ShapeStore {
  /** By key: a table, because this is asked for every slot of every record. */
  private readonly resolvers: (Resolver | undefined)[] = Array.from({ length: KEYS });
  private readonly labels: LabelStore | undefined;
  /** By unit symbol, then by key and type. */
  private readonly withUnit = new Map<string, FieldShape[]>();
  /** By band (0 = none) and, enriched, by the definition's own band. */
  private readonly severities: FieldShape[] = [];

  constructor(
    private readonly compiled: CompiledDefinition,
    readonly enriched: boolean
  ) {
    this.labels = enriched ? new LabelStore(compiled) : undefined;
    this.addReferences();
    this.addLabels();
    this.resolvers[Key.severity] = (slots, i) => this.severityShape(readU16(slots.bytes[i], slots.at[i]));
    this.resolvers[Key.previousValue] = this.resolvers[Key.newValue] = (slots, i) => this.valueShape(slots, i);
  }

  /** The shape of slot `i`, whose key is a declared core key of a validated record. */
  shapeOf(slots: SlotTable, i: number, eventTypeId: number): FieldShape {
    const key = slots.key[i];
    const resolver = this.resolvers[key];
    return (resolver === undefined ? undefined : resolver(slots, i, eventTypeId)) ?? plainShape(key, slots.type[i]);
  }

  /** What names something in the definition. */
  private addReferences(): void {
    const { compiled, resolvers } = this;
    const reference = (
      key: number,
      name: string,
      type: string,
      fixed: string,
      raw: number,
      enumLabel: string | null = null
    ): FieldShape => fieldShape({ key, name, type, fixed, enumLabel, raw: this.enriched ? raw : undefined });
    resolvers[Key.stateMachineId] = lookUp32(
      shapesById(compiled.machines, (entry, id) =>
        reference(Key.stateMachineId, 'stateMachine', 'StateMachineRef', entry.machine.name, id)
      )
    );
    resolvers[Key.conditionId] = lookUp32(
      shapesById(compiled.conditions, (entry, id) =>
        reference(Key.conditionId, 'condition', 'ConditionRef', entry.condition.name, id)
      )
    );
    resolvers[Key.valueId] = lookUp32(
      shapesById(compiled.values, (entry, id) => reference(Key.valueId, 'value', 'ValueRef', entry.value.name, id))
    );
    resolvers[Key.messageTemplateId] = lookUp32(
      shapesById(compiled.templates, (entry, id) =>
        reference(Key.messageTemplateId, 'messageTemplate', 'MessageTemplateRef', entry.format, id)
      )
    );
    resolvers[Key.unit] = lookUp16(
      shapesById(compiled.units, (unit, id) =>
        fieldShape({ key: Key.unit, name: 'unit', type: 'UInt', fixed: id, unit })
      )
    );
    for (const key of [Key.previousState, Key.newState]) {
      resolvers[key] = this.within(Key.stateMachineId, compiled.machines, (machine) =>
        lookUp16(
          shapesById(machine.states, (label, value) => reference(key, nameOf(key), 'StateRef', label, value, label))
        )
      );
    }
    resolvers[Key.causeOperand] = this.within(Key.conditionId, compiled.conditions, (condition) =>
      lookUp32(
        shapesById(condition.operands, (name, id) =>
          reference(Key.causeOperand, 'causeOperand', 'CauseOperandRef', name, id)
        )
      )
    );
  }

  /** A resolver that depends on what another slot of the record names. */
  private within<T>(ownerKey: number, owners: ReadonlyMap<number, T>, resolverOf: (owner: T) => Resolver): Resolver {
    const byOwner = new Map<number, Resolver>();
    for (const [id, owner] of owners) byOwner.set(id, resolverOf(owner));
    return (slots, i, eventTypeId) => byOwner.get(idOf(slots, ownerKey))?.(slots, i, eventTypeId);
  }

  /** Numbers that keep their value and get a label; enriched documents know more of them. */
  private addLabels(): void {
    const { resolvers, labels } = this;
    const labelled = (key: number, set: readonly string[], own?: ReadonlyMap<number, string>): Resolver =>
      lookUp16(
        shapesById(new Map(set.entries()), (enumLabel, value) =>
          fieldShape({ key, name: nameOf(key), type: 'UInt', fixed: value, enumLabel, label: own?.get(value) })
        )
      );
    resolvers[Key.category] = labelled(Key.category, categories);
    resolvers[Key.authResult] = labelled(Key.authResult, authResults);
    resolvers[Key.signatureMeaning] = labelled(
      Key.signatureMeaning,
      signatureMeanings,
      labels && this.compiled.signatureMeanings
    );
    if (labels === undefined) return;
    for (const [key, shapes] of labels.words) resolvers[key] = lookUp16(shapes);
    for (const [key, shapes] of labels.ids) resolvers[key] = lookUp32(shapes);
    for (const key of [Key.actor, Key.ackBy]) {
      resolvers[key] = (slots, i) => labels.operator(key, utf8Text(slots.bytes[i], slots.at[i], slots.len[i]));
    }
    resolvers[Key.quantity] = (slots, i) => this.quantityShape(slots, i);
    // What strict documents know comes first: a definition may give its own events the keys of these.
    this.addFallback(Key.signatureMeaning, lookUp16(labels.meanings));
    const batchState = lookUp16(labels.batchStates);
    this.addFallback(Key.newState, (slots, i, eventTypeId) =>
      eventTypeId === EventType.BatchEvent ? batchState(slots, i, eventTypeId) : undefined
    );
  }

  private addFallback(key: number, second: Resolver): void {
    const first = this.resolvers[key];
    this.resolvers[key] = (slots, i, eventTypeId) => first?.(slots, i, eventTypeId) ?? second(slots, i, eventTypeId);
  }

  private severityShape(value: number): FieldShape {
    const band = bandOf(value);
    const own = this.labels === undefined ? 0 : this.labels.severityBand(value);
    return (this.severities[band * 4 + own] ??= fieldShape({
      key: Key.severity,
      name: 'severity',
      type: 'UInt',
      enumLabel: band === 0 ? null : severityBands[band - 1].label,
      label: own === 0 ? undefined : severityBands[own - 1].label
    }));
  }

  /** previousValue and newValue: with the unit of the value that the record names. */
  private valueShape(slots: SlotTable, i: number): FieldShape | undefined {
    const unit = this.compiled.values.get(idOf(slots, Key.valueId))?.unitSymbol;
    return unit === undefined ? undefined : this.unitShape(slots.key[i], slots.type[i], unit);
  }

  private unitShape(key: number, type: number, unit: string): FieldShape {
    let shapes = this.withUnit.get(unit);
    if (shapes === undefined) this.withUnit.set(unit, (shapes = []));
    const { name, type: typeName } = plainShape(key, type);
    return (shapes[plainIndex(key, type)] ??= fieldShape({ key, name, type: typeName, unit }));
  }

  /** Enriched: the unit of a quantity is what the record's own unit slot says, else the material's. */
  private quantityShape(slots: SlotTable, i: number): FieldShape | undefined {
    let unit = this.compiled.materials.get(idOf(slots, Key.materialId))?.unitSymbol;
    for (let n = 0; n < slots.count; n++)
      if (slots.key[n] === Key.unit) unit = this.compiled.units.get(readU16(slots.bytes[n], slots.at[n]));
    return unit === undefined ? undefined : this.unitShape(slots.key[i], slots.type[i], unit);
  }
}
