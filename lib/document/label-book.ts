import { CompiledDefinition } from '../definition';
import { batchStates, clockQualities, conditionClasses, Key, qualities, semanticRoles, valueKey } from '../wire';
import { FieldShape, fieldShape } from './field-shape';

/**
 * The labels that enriched documents add where strict ones leave a number or an id: registry sets that are never
 * applied, and the definition's tables of recipes, batches, materials, operators, signature meanings and its
 * severity scale (docs/format.md 18).
 */
export class LabelBook {
  /** By key, then by number. */
  private readonly byKey = new Map<number, ReadonlyMap<number, FieldShape>>();
  private readonly batchStates: ReadonlyMap<number, FieldShape>;
  private readonly meanings: ReadonlyMap<number, FieldShape>;
  private readonly actors: ReadonlyMap<string, FieldShape>;
  private readonly ackBys: ReadonlyMap<string, FieldShape>;

  constructor(private readonly compiled: CompiledDefinition) {
    this.byKey.set(Key.conditionClass, labelled(Key.conditionClass, 'UInt', conditionClasses.entries()));
    this.byKey.set(Key.quality, labelled(Key.quality, 'UInt', qualities.entries()));
    this.byKey.set(Key.semanticRole, labelled(Key.semanticRole, 'UInt', semanticRoles.entries()));
    this.byKey.set(Key.clockQuality, labelled(Key.clockQuality, 'UInt', clockQualities.entries()));
    this.byKey.set(Key.recipeId, labelled(Key.recipeId, 'UDInt', names(compiled.recipes)));
    this.byKey.set(Key.batchId, labelled(Key.batchId, 'UDInt', names(compiled.batches)));
    this.byKey.set(Key.materialId, labelled(Key.materialId, 'UDInt', Array.from(compiled.materials, ([id, entry]) => [id, entry.material.name])));
    this.byKey.set(Key.registeredSourceId, labelled(Key.registeredSourceId, 'UDInt', names(compiled.sources)));
    this.batchStates = labelled(Key.newState, 'UInt', batchStates.entries());
    this.meanings = labelled(Key.signatureMeaning, 'UInt', compiled.signatureMeanings);
    this.actors = this.operators(Key.actor);
    this.ackBys = this.operators(Key.ackBy);
  }

  private operators(key: number): Map<string, FieldShape> {
    return new Map(Array.from(this.compiled.operators, ([actor, operator]) => [actor, fieldShape({ key, name: nameOf(key), type: 'String', fixed: actor, label: operator.name })]));
  }

  /** The shape of a number with a label, or undefined where no table knows it. */
  numbered(key: number, value: number): FieldShape | undefined {
    return this.byKey.get(key)?.get(value);
  }

  /** The newState of a BatchEvent. */
  batchState(value: number): FieldShape | undefined {
    return this.batchStates.get(value);
  }

  /** A signature meaning that only the definition knows. */
  meaning(value: number): FieldShape | undefined {
    return this.meanings.get(value);
  }

  /** An actor or ackBy that is a known operator. */
  operator(key: number, actor: string): FieldShape | undefined {
    return (key === Key.actor ? this.actors : this.ackBys).get(actor);
  }

  /** 1 low, 2 medium, 3 high by the definition's own severity scale, 0 outside it. Where its ranges overlap the first one wins. */
  severityBand(value: number): number {
    const { low, medium, high } = this.compiled.definition.severityScale;
    return [low, medium, high].findIndex((range) => value >= range.min && value <= range.max) + 1;
  }
}

const nameOf = (key: number): string => valueKey(key)?.name ?? '';

function names(entries: ReadonlyMap<number, { readonly name: string }>): [number, string][] {
  return Array.from(entries, ([id, entry]) => [id, entry.name]);
}

function labelled(key: number, type: string, labels: Iterable<readonly [number, string]>): ReadonlyMap<number, FieldShape> {
  return new Map(Array.from(labels, ([value, label]) => [value, fieldShape({ key, name: nameOf(key), type, fixed: value, label })]));
}
