/**
 * The definition file as a typed model (docs/format.md 11). Arrays that a file leaves out are empty here;
 * optional fields that it leaves out or writes as `null` are absent. Widths of integers are in the comments:
 * the parser has checked them.
 */

/** What the producer does when its ring is full. Informative: a reader goes by the control block. */
export type OverflowPolicy = 'overwrite-oldest' | 'drop-newest' | 'hold-producer';
/** What the producer does with older records when the definition changes. Informative. */
export type EpochStrategy = 'retain' | 'clear';

/** The whole file. Where a list repeats an id, the first entry counts (docs/format.md 11). */
export interface Definition {
  readonly header: DefinitionHeader;
  readonly eventTypes: readonly EventTypeDefinition[];
  readonly sources: readonly SourceDefinition[];
  readonly stateMachines: readonly StateMachine[];
  readonly conditions: readonly ConditionDefinition[];
  readonly messageTemplates: readonly MessageTemplate[];
  readonly values: readonly ValueDefinition[];
  readonly units: readonly UnitDefinition[];
  readonly enumSets: readonly EnumSet[];
  readonly recipeDefinitions: readonly RecipeDefinition[];
  readonly batchDefinitions: readonly BatchDefinition[];
  readonly materialDefinitions: readonly MaterialDefinition[];
  readonly operatorDefinitions: readonly OperatorDefinition[];
  readonly eSignatureMeanings: readonly ESignatureMeaning[];
  readonly severityScale: SeverityScale;
}

/** What stands about the file as a whole. */
export interface DefinitionHeader {
  /** u16; 2 for records as docs/format.md 1 has them. Not judged. */
  readonly wireVersion: number;
  /** Version of the content, the plant's own numbering; documents carry it. */
  readonly semanticVersion: string;
  /** Names of event groups, e.g. `Core`, `Full`. Not judged. */
  readonly profiles: readonly string[];
  readonly conformanceLevel: string;
  readonly caps: { readonly crc: boolean; readonly sourceHighWater: boolean };
  readonly constraints: DefinitionConstraints;
  readonly epochStrategy: EpochStrategy;
  /** As the file writes it: 64 hex digits, or empty. Its form is not checked. */
  readonly contentHash: string;
}

/** Limits that records are judged by (docs/format.md 14). */
export interface DefinitionConstraints {
  /** u16, bytes of the encoded record */
  readonly maxRecordSize: number;
  /** u16, extensions included */
  readonly maxSlots: number;
  readonly overflowPolicy: OverflowPolicy;
}

/** One type of event and the slots its records have. */
export interface EventTypeDefinition {
  /** u32 */
  readonly id: number;
  /** Stands in documents as `eventName`. */
  readonly name: string;
  readonly profile: string;
  readonly slots: readonly SlotDefinition[];
}

/** One slot of an event type (docs/format.md 13, 14). */
export interface SlotDefinition {
  /** u16 */
  readonly key: number;
  /** u8; absent for a value payload. Not every u8 is a TLV type: docs/format.md 13 judges it. */
  readonly type?: number;
  /** True: the type follows from the value that the record is about. */
  readonly valuePayload: boolean;
  /** u16 */
  readonly minOccurs: number;
  /** u16, or a string, of which only `unbounded` is legal (docs/format.md 13). */
  readonly maxOccurs: number | string;
  /** u16; ascending in the list, and slots stand in its order in a record. */
  readonly orderClass: number;
}

/**
 * Who logs events. `path` and `hierarchy` go together: the names from the outermost level in, and what each level is.
 */
export interface SourceDefinition {
  /** u32; 0 is the logger itself */
  readonly sourceId: number;
  readonly name: string;
  readonly path: readonly string[];
  readonly hierarchy: readonly string[];
  /** True: it may come and go while the controller runs. */
  readonly dynamic: boolean;
}

/** A state machine; its states are the members of an enum set. */
export interface StateMachine {
  /** u32 */
  readonly stateMachineId: number;
  readonly name: string;
  /** u16, of the set `category` in docs/format.md 5 */
  readonly category: number;
  /** `ISA-88` or `PackML`: its states must then be those of docs/format.md 5. */
  readonly proceduralModel?: string;
  /** Name of an enum set of this file. */
  readonly enumSet: string;
}

/** An alarm or interlock. */
export interface ConditionDefinition {
  /** u32 */
  readonly conditionId: number;
  readonly name: string;
  /** u16: 0 Alarm, 1 Interlock */
  readonly conditionClass: number;
  /** u16; applied to no record */
  readonly defaultSeverity: number;
  readonly causeOperands: readonly CauseOperand[];
}

/** What can cause a condition; ids count within their condition. */
export interface CauseOperand {
  /** u32 */
  readonly operandId: number;
  readonly name: string;
}

/** A text with places for arguments. */
export interface MessageTemplate {
  /** u32 */
  readonly messageTemplateId: number;
  readonly name: string;
  /** `{1}` is the place of the first argument. */
  readonly format: string;
  /** u8 each, TLV tags in the order of the arguments; not judged, enriched documents warn (docs/format.md 18). */
  readonly argTypes: readonly number[];
}

/** A measured or set value of the plant. */
export interface ValueDefinition {
  /** u32 */
  readonly valueId: number;
  readonly name: string;
  /** u8, the TLV tag that its previousValue and newValue must have (docs/format.md 14) */
  readonly dataType: number;
  /** u16, of the set `semanticRole` in docs/format.md 5 */
  readonly semanticRole: number;
  /** u16, a unit id of this file */
  readonly unit?: number;
  readonly deadband?: Deadband;
  readonly samplingPolicy?: string;
}

/**
 * The change below which a value is not logged, in its own unit. Meant to hold one of the two; a file with both is
 * accepted.
 */
export interface Deadband {
  /** A decimal number as text; not judged. */
  readonly decimal?: string;
  readonly scaled?: ScaledDecimal;
}

/** A decimal number: value / 10^scale. */
export interface ScaledDecimal {
  /** i64, exact */
  readonly value: bigint;
  /** u32 */
  readonly scale: number;
}

/** A unit's symbol: what documents show (docs/format.md 16). */
export interface UnitDefinition {
  /** u16 */
  readonly unitId: number;
  readonly symbol: string;
}

/** Labels for numbers; sets are found by name. */
export interface EnumSet {
  readonly name: string;
  readonly members: readonly EnumMember[];
}

/** One number and its label. */
export interface EnumMember {
  /** u16 */
  readonly value: number;
  readonly label: string;
}

/** The name of a recipe; enriched documents show it, as those below (docs/format.md 18). */
export interface RecipeDefinition {
  /** u32 */
  readonly recipeId: number;
  readonly name: string;
  readonly version?: string;
}

/** The name of a batch. */
export interface BatchDefinition {
  /** u32 */
  readonly batchId: number;
  readonly name: string;
  /** u32, a recipe id */
  readonly recipe?: number;
}

/** The name of a material, and the unit that its quantities are in. */
export interface MaterialDefinition {
  /** u32 */
  readonly materialId: number;
  readonly name: string;
  /** u16, a unit id of this file */
  readonly unit?: number;
}

/** The name behind an `actor` or `ackBy`. */
export interface OperatorDefinition {
  /** As records have it: text, compared exactly. */
  readonly actor: string;
  readonly name: string;
  readonly roles: readonly string[];
}

/** The plant's own label of a signature meaning. */
export interface ESignatureMeaning {
  /** u16 */
  readonly meaning: number;
  readonly label: string;
}

/**
 * The plant's own bands of severity: labels of enriched documents. Strict ones use the fixed bands of docs/format.md 5.
 */
export interface SeverityScale {
  readonly name: string;
  readonly low: SeverityRange;
  readonly medium: SeverityRange;
  readonly high: SeverityRange;
}

/** Both ends belong to the range; u16 each. */
export interface SeverityRange {
  readonly min: number;
  readonly max: number;
}
