/**
 * The definition file as a typed model (docs/format.md 11). Arrays that a file leaves out are empty here;
 * optional fields that it leaves out or writes as `null` are absent. Widths of integers are in the comments:
 * the parser has checked them.
 */

export type OverflowPolicy = 'overwrite-oldest' | 'drop-newest' | 'hold-producer';
export type EpochStrategy = 'retain' | 'clear';

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

export interface DefinitionHeader {
  /** u16 */
  readonly wireVersion: number;
  readonly semanticVersion: string;
  readonly profiles: readonly string[];
  readonly conformanceLevel: string;
  readonly caps: { readonly crc: boolean; readonly sourceHighWater: boolean };
  readonly constraints: DefinitionConstraints;
  readonly epochStrategy: EpochStrategy;
  /** As the file writes it: 64 hex digits, or empty. Its form is not checked. */
  readonly contentHash: string;
}

export interface DefinitionConstraints {
  /** u16, bytes */
  readonly maxRecordSize: number;
  /** u16 */
  readonly maxSlots: number;
  readonly overflowPolicy: OverflowPolicy;
}

export interface EventTypeDefinition {
  /** u32 */
  readonly id: number;
  readonly name: string;
  readonly profile: string;
  readonly slots: readonly SlotDefinition[];
}

export interface SlotDefinition {
  /** u16 */
  readonly key: number;
  /** u8; absent for a value payload. Not every u8 is a TLV type: docs/format.md 13 judges it. */
  readonly type?: number;
  readonly valuePayload: boolean;
  /** u16 */
  readonly minOccurs: number;
  /** u16, or a string, of which only `unbounded` is legal (docs/format.md 13). */
  readonly maxOccurs: number | string;
  /** u16 */
  readonly orderClass: number;
}

export interface SourceDefinition {
  /** u32 */
  readonly sourceId: number;
  readonly name: string;
  readonly path: readonly string[];
  readonly hierarchy: readonly string[];
  readonly dynamic: boolean;
}

export interface StateMachine {
  /** u32 */
  readonly stateMachineId: number;
  readonly name: string;
  /** u16 */
  readonly category: number;
  readonly proceduralModel?: string;
  readonly enumSet: string;
}

export interface ConditionDefinition {
  /** u32 */
  readonly conditionId: number;
  readonly name: string;
  /** u16 */
  readonly conditionClass: number;
  /** u16 */
  readonly defaultSeverity: number;
  readonly causeOperands: readonly CauseOperand[];
}

export interface CauseOperand {
  /** u32 */
  readonly operandId: number;
  readonly name: string;
}

export interface MessageTemplate {
  /** u32 */
  readonly messageTemplateId: number;
  readonly name: string;
  readonly format: string;
  /** u8 each */
  readonly argTypes: readonly number[];
}

export interface ValueDefinition {
  /** u32 */
  readonly valueId: number;
  readonly name: string;
  /** u8 */
  readonly dataType: number;
  /** u16 */
  readonly semanticRole: number;
  /** u16 */
  readonly unit?: number;
  readonly deadband?: Deadband;
  readonly samplingPolicy?: string;
}

/** Meant to hold one of the two; a file with both is accepted. */
export interface Deadband {
  readonly decimal?: string;
  readonly scaled?: ScaledDecimal;
}

/** value / 10^scale */
export interface ScaledDecimal {
  /** i64, exact */
  readonly value: bigint;
  /** u32 */
  readonly scale: number;
}

export interface UnitDefinition {
  /** u16 */
  readonly unitId: number;
  readonly symbol: string;
}

export interface EnumSet {
  readonly name: string;
  readonly members: readonly EnumMember[];
}

export interface EnumMember {
  /** u16 */
  readonly value: number;
  readonly label: string;
}

export interface RecipeDefinition {
  /** u32 */
  readonly recipeId: number;
  readonly name: string;
  readonly version?: string;
}

export interface BatchDefinition {
  /** u32 */
  readonly batchId: number;
  readonly name: string;
  /** u32, a recipe id */
  readonly recipe?: number;
}

export interface MaterialDefinition {
  /** u32 */
  readonly materialId: number;
  readonly name: string;
  /** u16 */
  readonly unit?: number;
}

export interface OperatorDefinition {
  readonly actor: string;
  readonly name: string;
  readonly roles: readonly string[];
}

export interface ESignatureMeaning {
  /** u16 */
  readonly meaning: number;
  readonly label: string;
}

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
