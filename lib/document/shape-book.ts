import { CompiledCondition, CompiledDefinition, CompiledMachine, CompiledMaterial, CompiledValue } from '../definition';
import { authResults, categories, EventType, Key, readU16, readU32, severityBands, signatureMeanings, SlotTable, tlvName, tlvWidth, valueKey } from '../wire';
import { utf8Text } from './bytes-text';
import { FieldShape, fieldShape } from './field-shape';
import { LabelBook } from './label-book';

/** What the slots of one record refer to, gathered before its fields are resolved; a later duplicate wins. */
export interface References {
  machine: CompiledMachine | undefined;
  condition: CompiledCondition | undefined;
  value: CompiledValue | undefined;
}

type ById = ReadonlyMap<number, FieldShape>;

/** Tags are below 16 and core keys below 64: one small array holds every plain shape. */
const plainIndex = (key: number, type: number): number => key * 16 + type;
const PLAIN_SHAPES: readonly FieldShape[] = makePlainShapes();

function makePlainShapes(): FieldShape[] {
  const shapes: FieldShape[] = [];
  for (let key = 0; key < 64; key++) {
    const name = valueKey(key)?.name;
    if (name === undefined) continue;
    for (let type = 0; tlvWidth(type) >= 0; type++) shapes[plainIndex(key, type)] = fieldShape({ key, name, type: tlvName(type) as string });
  }
  return shapes;
}

/** The shape of a slot that is resolved to nothing: registry name, type of its tag. Its key is a core key of the registry. */
export const plainShape = (key: number, type: number): FieldShape => PLAIN_SHAPES[plainIndex(key, type)];

function shapesById<T>(entries: ReadonlyMap<number, T>, shapeOf: (entry: T, id: number) => FieldShape): ById {
  const shapes = new Map<number, FieldShape>();
  for (const [id, entry] of entries) shapes.set(id, shapeOf(entry, id));
  return shapes;
}

/**
 * Every field shape that one definition can give (docs/format.md 16), made once; enriched shapes carry their
 * additions (docs/format.md 18). Size grows with the definition, never with the records.
 */
export class ShapeBook {
  private readonly machines: ById;
  private readonly previousStates = new Map<CompiledMachine, ById>();
  private readonly newStates = new Map<CompiledMachine, ById>();
  private readonly conditions: ById;
  private readonly operands = new Map<CompiledCondition, ById>();
  private readonly values: ById;
  private readonly templates: ById;
  private readonly units: ById;
  private readonly categories: ById;
  private readonly authResults: ById;
  private readonly signatureMeanings: ById;
  /** By key, type and unit symbol. */
  private readonly withUnit = new Map<string, FieldShape>();
  /** By band (0 = none) and, enriched, by the definition's own band. */
  private readonly severities: FieldShape[] = [];
  private readonly labels: LabelBook | undefined;

  constructor(
    private readonly compiled: CompiledDefinition,
    readonly enriched: boolean
  ) {
    const raw = (id: number): number | undefined => (enriched ? id : undefined);
    const reference = (key: number, name: string, type: string, fixed: string, id: number): FieldShape => fieldShape({ key, name, type, fixed, raw: raw(id) });
    const labelled = (key: number, labels: readonly string[], own?: ReadonlyMap<number, string>): ById =>
      shapesById(new Map(labels.entries()), (enumLabel, value) =>
        fieldShape({ key, name: valueKey(key)?.name ?? '', type: 'UInt', fixed: value, enumLabel, label: enriched ? own?.get(value) : undefined })
      );
    this.labels = enriched ? new LabelBook(compiled) : undefined;
    this.machines = shapesById(compiled.machines, (entry, id) => reference(Key.stateMachineId, 'stateMachine', 'StateMachineRef', entry.machine.name, id));
    for (const machine of compiled.machines.values()) {
      this.previousStates.set(machine, this.states(machine, Key.previousState, 'previousState'));
      this.newStates.set(machine, this.states(machine, Key.newState, 'newState'));
    }
    this.conditions = shapesById(compiled.conditions, (entry, id) => reference(Key.conditionId, 'condition', 'ConditionRef', entry.condition.name, id));
    for (const condition of compiled.conditions.values()) {
      this.operands.set(condition, shapesById(condition.operands, (name, id) => reference(Key.causeOperand, 'causeOperand', 'CauseOperandRef', name, id)));
    }
    this.values = shapesById(compiled.values, (entry, id) => reference(Key.valueId, 'value', 'ValueRef', entry.value.name, id));
    this.templates = shapesById(compiled.templates, (entry, id) => reference(Key.messageTemplateId, 'messageTemplate', 'MessageTemplateRef', entry.format, id));
    this.units = shapesById(compiled.units, (unit, id) => fieldShape({ key: Key.unit, name: 'unit', type: 'UInt', fixed: id, unit }));
    this.categories = labelled(Key.category, categories);
    this.authResults = labelled(Key.authResult, authResults);
    this.signatureMeanings = labelled(Key.signatureMeaning, signatureMeanings, compiled.signatureMeanings);
  }

  private states(machine: CompiledMachine, key: number, name: string): ById {
    return shapesById(machine.states, (label, value) =>
      fieldShape({ key, name, type: 'StateRef', fixed: label, enumLabel: label, raw: this.enriched ? value : undefined })
    );
  }

  /** Fills `references` from the slots of a validated record. */
  gather(slots: SlotTable, references: References): void {
    references.machine = references.condition = references.value = undefined;
    for (let i = 0; i < slots.count; i++) {
      switch (slots.key[i]) {
        case Key.stateMachineId:
          references.machine = this.compiled.machines.get(readU32(slots.bytes[i], slots.at[i]));
          break;
        case Key.conditionId:
          references.condition = this.compiled.conditions.get(readU32(slots.bytes[i], slots.at[i]));
          break;
        case Key.valueId:
          references.value = this.compiled.values.get(readU32(slots.bytes[i], slots.at[i]));
          break;
      }
    }
  }

  /** The shape of slot `i`, whose key is a declared core key of a validated record. */
  shapeOf(slots: SlotTable, i: number, eventTypeId: number, references: References): FieldShape {
    const key = slots.key[i];
    const type = slots.type[i];
    const bytes = slots.bytes[i];
    const at = slots.at[i];
    switch (key) {
      case Key.stateMachineId:
        return this.machines.get(readU32(bytes, at)) ?? plainShape(key, type);
      case Key.category:
        return this.categories.get(readU16(bytes, at)) ?? plainShape(key, type);
      case Key.previousState:
      case Key.newState:
        return this.stateShape(key, readU16(bytes, at), eventTypeId, references.machine) ?? plainShape(key, type);
      case Key.conditionId:
        return this.conditions.get(readU32(bytes, at)) ?? plainShape(key, type);
      case Key.severity:
        return this.severityShape(readU16(bytes, at));
      case Key.causeOperand:
        return (references.condition && this.operands.get(references.condition)?.get(readU32(bytes, at))) ?? plainShape(key, type);
      case Key.valueId:
        return this.values.get(readU32(bytes, at)) ?? plainShape(key, type);
      case Key.previousValue:
      case Key.newValue:
        return references.value?.unitSymbol === undefined ? plainShape(key, type) : this.unitShape(key, type, references.value.unitSymbol);
      case Key.unit:
        return this.units.get(readU16(bytes, at)) ?? plainShape(key, type);
      case Key.messageTemplateId:
        return this.templates.get(readU32(bytes, at)) ?? plainShape(key, type);
      case Key.authResult:
        return this.authResults.get(readU16(bytes, at)) ?? plainShape(key, type);
      case Key.signatureMeaning:
        return this.signatureMeanings.get(readU16(bytes, at)) ?? this.labels?.meaning(readU16(bytes, at)) ?? plainShape(key, type);
      default:
        return this.labels === undefined ? plainShape(key, type) : this.labelledShape(this.labels, slots, i);
    }
  }

  private stateShape(key: number, value: number, eventTypeId: number, machine: CompiledMachine | undefined): FieldShape | undefined {
    const states = machine && (key === Key.newState ? this.newStates : this.previousStates).get(machine);
    const known = states?.get(value);
    if (known !== undefined || eventTypeId !== EventType.BatchEvent || key !== Key.newState) return known;
    return this.labels?.batchState(value);
  }

  private severityShape(value: number): FieldShape {
    const band = severityBands.findIndex((entry) => value >= entry.min && value <= entry.max) + 1;
    const own = this.labels?.severityBand(value) ?? 0;
    const index = band * 4 + own;
    return (this.severities[index] ??= fieldShape({
      key: Key.severity,
      name: 'severity',
      type: 'UInt',
      enumLabel: band === 0 ? null : severityBands[band - 1].label,
      label: own === 0 ? undefined : severityBands[own - 1].label
    }));
  }

  private unitShape(key: number, type: number, unit: string): FieldShape {
    const id = plainIndex(key, type) + unit;
    let shape = this.withUnit.get(id);
    if (shape === undefined) {
      const { name, type: typeName } = plainShape(key, type);
      this.withUnit.set(id, (shape = fieldShape({ key, name, type: typeName, unit })));
    }
    return shape;
  }

  /** Enriched: labels for what strict documents leave as it is. */
  private labelledShape(labels: LabelBook, slots: SlotTable, i: number): FieldShape {
    const key = slots.key[i];
    const bytes = slots.bytes[i];
    const at = slots.at[i];
    if (key === Key.quantity) {
      const unit = this.quantityUnit(slots);
      return unit === undefined ? plainShape(key, slots.type[i]) : this.unitShape(key, slots.type[i], unit);
    }
    if (key === Key.actor || key === Key.ackBy) {
      const actor = utf8Text(bytes, at, slots.len[i]);
      return (actor === undefined ? undefined : labels.operator(key, actor)) ?? plainShape(key, slots.type[i]);
    }
    const id = slots.len[i] === 2 ? readU16(bytes, at) : slots.len[i] === 4 ? readU32(bytes, at) : -1;
    return labels.numbered(key, id) ?? plainShape(key, slots.type[i]);
  }

  /** The unit of a quantity: what the record's own unit slot says, else the material's. */
  private quantityUnit(slots: SlotTable): string | undefined {
    let material: CompiledMaterial | undefined;
    for (let i = 0; i < slots.count; i++) {
      if (slots.key[i] === Key.unit) return this.compiled.units.get(readU16(slots.bytes[i], slots.at[i]));
      if (slots.key[i] === Key.materialId) material = this.compiled.materials.get(readU32(slots.bytes[i], slots.at[i]));
    }
    return material?.unitSymbol;
  }
}
