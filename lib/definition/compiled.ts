/**
 * A definition made ready for use, once, when it is loaded: hashed, validated, and with a map for every
 * lookup a record can ask for. Nothing here is computed per record. Where a file repeats an id, the first
 * entry wins (docs/format.md 11).
 */
import {
  BatchDefinition,
  ConditionDefinition,
  Definition,
  MaterialDefinition,
  MessageTemplate,
  OperatorDefinition,
  RecipeDefinition,
  SourceDefinition,
  StateMachine,
  ValueDefinition
} from './model';
import { DefinitionViolation } from './violation';

/** `expectedTag` of a slot that carries a value of any type. */
export const ANY_TAG = -1;

/** One slot of an event's schema. */
export interface CompiledSlot {
  readonly key: number;
  /** Place in the event's schema, from 0. */
  readonly index: number;
  /** The one TLV tag this slot may have; `ANY_TAG` for a value payload. */
  readonly expectedTag: number;
  readonly minOccurs: number;
  /** `Infinity` when unbounded. */
  readonly maxOccurs: number;
  readonly orderClass: number;
}

/** An event type with its slots ready to be looked up. */
export interface CompiledEvent {
  readonly id: number;
  readonly name: string;
  readonly profile: string;
  /** In schema order. */
  readonly slots: readonly CompiledSlot[];
  /** Every slot by its key. */
  readonly byKey: ReadonlyMap<number, CompiledSlot>;
  /** Slots with a key below 64 (all of today's core keys) by key: faster than `byKey`. Ask through `compiledSlot`. */
  readonly core: readonly (CompiledSlot | undefined)[];
}

/** The schema's slot with this key, or undefined when the event does not declare it. */
export function compiledSlot(event: CompiledEvent, key: number): CompiledSlot | undefined {
  return key < event.core.length ? event.core[key] : event.byKey.get(key);
}

/** A state machine with the labels of its states. */
export interface CompiledMachine {
  readonly machine: StateMachine;
  /** Label by state value; empty when the enum set does not exist. */
  readonly states: ReadonlyMap<number, string>;
}

/** A condition with the names of its cause operands. */
export interface CompiledCondition {
  readonly condition: ConditionDefinition;
  /** Name by operand id. */
  readonly operands: ReadonlyMap<number, string>;
}

/** A value with the symbol of its unit. */
export interface CompiledValue {
  readonly value: ValueDefinition;
  /** Symbol of the value's unit, undefined when it has none or the unit is not in the file. */
  readonly unitSymbol: string | undefined;
}

/** A material with the symbol of its unit, as CompiledValue has it. */
export interface CompiledMaterial {
  readonly material: MaterialDefinition;
  readonly unitSymbol: string | undefined;
}

/** A file names another content hash than its content gives (docs/format.md 12, 15). */
export interface FullHashDrift {
  /** The hash computed over the model, 64 lowercase hex digits. */
  readonly actual: string;
  /** `header.contentHash` as the file writes it. */
  readonly expected: string;
}

/** A definition and everything that records ask of it. Made by `compileDefinition`; never changed. */
export interface CompiledDefinition {
  readonly definition: Definition;
  /** SHA-256 over the canonical model, 64 lowercase hex digits. */
  readonly contentHash: string;
  /** Its first 8 bytes, 16 lowercase hex digits: what a control block advertises. */
  readonly carriageHash: string;
  readonly semanticVersion: string;
  /** The first rule of docs/format.md 13 that the definition breaks: every record bound to it is a placeholder. */
  readonly violation?: DefinitionViolation;
  /** The file names a content hash and it is not this file's: nothing may be resolved with it. */
  readonly fullHashDrift?: FullHashDrift;

  /** By event type id. */
  readonly eventTypes: ReadonlyMap<number, CompiledEvent>;
  /** By source id. */
  readonly sources: ReadonlyMap<number, SourceDefinition>;
  /** By state machine id. */
  readonly machines: ReadonlyMap<number, CompiledMachine>;
  /** By condition id. */
  readonly conditions: ReadonlyMap<number, CompiledCondition>;
  /** By message template id. */
  readonly templates: ReadonlyMap<number, MessageTemplate>;
  /** By value id. */
  readonly values: ReadonlyMap<number, CompiledValue>;
  /** Symbol by unit id. */
  readonly units: ReadonlyMap<number, string>;
  /** Label by member value, by the set's name. */
  readonly enumSets: ReadonlyMap<string, ReadonlyMap<number, string>>;
  /** By recipe id. */
  readonly recipes: ReadonlyMap<number, RecipeDefinition>;
  /** By batch id. */
  readonly batches: ReadonlyMap<number, BatchDefinition>;
  /** By material id. */
  readonly materials: ReadonlyMap<number, CompiledMaterial>;
  /** By actor. */
  readonly operators: ReadonlyMap<string, OperatorDefinition>;
  /** Label by meaning. */
  readonly signatureMeanings: ReadonlyMap<number, string>;
}
