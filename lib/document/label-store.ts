import { CompiledDefinition } from '../definition/compiled';
import { batchStates, clockQualities, conditionClasses, qualities, semanticRoles } from '../wire/registry/enumerations';
import { Key, valueKey } from '../wire/registry/value-keys';
import { FieldShape, fieldShape } from './field-shape';

type ById = ReadonlyMap<number, FieldShape>;

/**
 * The labels that enriched documents add where strict ones leave a number or an id: registry sets that are never
 * applied, and the definition's tables of recipes, batches, materials, operators, signature meanings and its
 * severity scale (docs/format.md 18).
 */
export class LabelStore {
  /** UInt keys, then by number. */
  readonly words: ReadonlyMap<number, ById>;
  /** UDInt keys, then by id. */
  readonly ids: ReadonlyMap<number, ById>;
  /** The newState of a BatchEvent. */
  readonly batchStates: ById;
  /** Signature meanings that only the definition knows, and all others. */
  readonly meanings: ById;
  private readonly actors: ReadonlyMap<string, FieldShape>;
  private readonly ackBys: ReadonlyMap<string, FieldShape>;

  constructor(private readonly compiled: CompiledDefinition) {
    const word = (key: number, set: readonly string[]): [number, ById] => [key, labelled(key, 'UInt', set.entries())];
    this.words = new Map([
      word(Key.conditionClass, conditionClasses),
      word(Key.quality, qualities),
      word(Key.semanticRole, semanticRoles),
      word(Key.clockQuality, clockQualities)
    ]);
    const id = (key: number, entries: Iterable<[number, string]>): [number, ById] => [
      key,
      labelled(key, 'UDInt', entries)
    ];
    this.ids = new Map([
      id(Key.recipeId, names(compiled.recipes)),
      id(Key.batchId, names(compiled.batches)),
      id(
        Key.materialId,
        Array.from(compiled.materials, ([material, entry]) => [material, entry.material.name])
      ),
      id(Key.registeredSourceId, names(compiled.sources))
    ]);
    this.batchStates = labelled(Key.newState, 'UInt', batchStates.entries());
    this.meanings = labelled(Key.signatureMeaning, 'UInt', compiled.signatureMeanings);
    this.actors = this.operators(Key.actor);
    this.ackBys = this.operators(Key.ackBy);
  }

  private operators(key: number): Map<string, FieldShape> {
    return new Map(
      Array.from(this.compiled.operators, ([actor, operator]) => [
        actor,
        fieldShape({ key, name: nameOf(key), type: 'String', fixed: actor, label: operator.name })
      ])
    );
  }

  /** An actor or ackBy that is a known operator. */
  operator(key: number, actor: string | undefined): FieldShape | undefined {
    return actor === undefined ? undefined : (key === Key.actor ? this.actors : this.ackBys).get(actor);
  }

  /**
   * 1 low, 2 medium, 3 high by the definition's own severity scale, 0 outside it. Where its ranges overlap the first
   * one wins.
   */
  severityBand(value: number): number {
    const { low, medium, high } = this.compiled.definition.severityScale;
    if (value >= low.min && value <= low.max) return 1;
    if (value >= medium.min && value <= medium.max) return 2;
    return value >= high.min && value <= high.max ? 3 : 0;
  }
}

const nameOf = (key: number): string => valueKey(key)?.name ?? '';

function names(entries: ReadonlyMap<number, { readonly name: string }>): [number, string][] {
  return Array.from(entries, ([id, entry]) => [id, entry.name]);
}

function labelled(
  key: number,
  type: string,
  labels: Iterable<readonly [number, string]>
): ReadonlyMap<number, FieldShape> {
  return new Map(
    Array.from(labels, ([value, label]) => [value, fieldShape({ key, name: nameOf(key), type, fixed: value, label })])
  );
}
