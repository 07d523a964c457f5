import { ANY_TAG, CompiledDefinition, CompiledEvent, CompiledSlot } from './compiled';
import { DefinitionError } from './error';
import { definitionHash } from './hash';
import { Definition, EnumMember, EventTypeDefinition } from './model';
import { DefinitionLimits, parseDefinition } from './parse';
import { validateDefinition } from './validate';

/** A definition ready for use, or why its file is refused. */
export type CompileResult = { readonly ok: true; readonly compiled: CompiledDefinition } | DefinitionError;

/**
 * Parses, hashes, validates and compiles a definition file, once. A breach of a parsing rule refuses it. A
 * file that names another content hash than its own, or that breaks a rule of docs/format.md 13, is loaded
 * all the same and says so: binding and record validation then yield placeholders with the reason.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { compileDefinition } from '@openot/node-red/definition';
 *
 * const file = compileDefinition(readFileSync('plc-7.json'));
 * if (file.ok) console.log(file.compiled.carriageHash, file.compiled.semanticVersion);
 * else console.error(`${file.line}:${file.column} ${file.message}`);
 * ```
 */
export function compileDefinition(text: string | Uint8Array, limits?: Partial<DefinitionLimits>): CompileResult {
  const parsed = parseDefinition(text, limits);
  return parsed.ok ? { ok: true, compiled: compileModel(parsed.definition) } : parsed;
}

/** As `compileDefinition`, for a model that was parsed or made in memory. */
export function compileModel(definition: Definition): CompiledDefinition {
  const { contentHash, carriageHash } = definitionHash(definition);
  const expected = definition.header.contentHash;
  const violation = validateDefinition(definition);
  return {
    definition,
    contentHash,
    carriageHash,
    semanticVersion: definition.header.semanticVersion,
    ...(violation && { violation }),
    ...(expected !== '' && expected !== contentHash && { fullHashDrift: { actual: contentHash, expected } }),
    ...lookups(definition)
  };
}

type Lookups = Omit<
  CompiledDefinition,
  'definition' | 'contentHash' | 'carriageHash' | 'semanticVersion' | 'violation' | 'fullHashDrift'
>;

function lookups(definition: Definition): Lookups {
  const units = firstBy(
    definition.units,
    (entry) => entry.unitId,
    (entry) => entry.symbol
  );
  const symbol = (unit: number | undefined): string | undefined => (unit === undefined ? undefined : units.get(unit));
  const enumSets = firstBy(
    definition.enumSets,
    (entry) => entry.name,
    (entry) => labels(entry.members)
  );
  const noStates: ReadonlyMap<number, string> = new Map();
  return {
    units,
    enumSets,
    eventTypes: firstBy(definition.eventTypes, (entry) => entry.id, compileEvent),
    sources: firstBy(definition.sources, (entry) => entry.sourceId, itself),
    machines: firstBy(
      definition.stateMachines,
      (entry) => entry.stateMachineId,
      (machine) => ({ machine, states: enumSets.get(machine.enumSet) ?? noStates })
    ),
    conditions: firstBy(
      definition.conditions,
      (entry) => entry.conditionId,
      (condition) => ({
        condition,
        operands: firstBy(
          condition.causeOperands,
          (operand) => operand.operandId,
          (operand) => operand.name
        )
      })
    ),
    templates: firstBy(definition.messageTemplates, (entry) => entry.messageTemplateId, itself),
    values: firstBy(
      definition.values,
      (entry) => entry.valueId,
      (value) => ({ value, unitSymbol: symbol(value.unit) })
    ),
    recipes: firstBy(definition.recipeDefinitions, (entry) => entry.recipeId, itself),
    batches: firstBy(definition.batchDefinitions, (entry) => entry.batchId, itself),
    materials: firstBy(
      definition.materialDefinitions,
      (entry) => entry.materialId,
      (material) => ({ material, unitSymbol: symbol(material.unit) })
    ),
    operators: firstBy(definition.operatorDefinitions, (entry) => entry.actor, itself),
    signatureMeanings: firstBy(
      definition.eSignatureMeanings,
      (entry) => entry.meaning,
      (entry) => entry.label
    )
  };
}

const itself = <T>(entry: T): T => entry;
const labels = (members: readonly EnumMember[]): ReadonlyMap<number, string> =>
  firstBy(
    members,
    (member) => member.value,
    (member) => member.label
  );

/** A map in which the first entry with a key wins. */
function firstBy<T, K, V>(entries: readonly T[], keyOf: (entry: T) => K, valueOf: (entry: T) => V): ReadonlyMap<K, V> {
  const map = new Map<K, V>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (!map.has(key)) map.set(key, valueOf(entry));
  }
  return map;
}

/** Keys below this are looked up in an array: all of today's core keys. */
const CORE_KEYS = 64;

function compileEvent(event: EventTypeDefinition): CompiledEvent {
  const slots = event.slots.map((slot, index): CompiledSlot => ({
    key: slot.key,
    index,
    expectedTag: slot.valuePayload || slot.type === undefined ? ANY_TAG : slot.type,
    minOccurs: slot.minOccurs,
    maxOccurs: typeof slot.maxOccurs === 'number' ? slot.maxOccurs : Infinity,
    orderClass: slot.orderClass
  }));
  const byKey = firstBy(slots, (slot) => slot.key, itself);
  const core = Array.from({ length: CORE_KEYS }, (_, key) => byKey.get(key));
  return { id: event.id, name: event.name, profile: event.profile, slots, byKey, core };
}
