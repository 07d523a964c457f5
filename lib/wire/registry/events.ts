/**
 * The 38 canonical event types (docs/format.md 4), in the order a generated definition lists them. The
 * table is proved by the hash of a definition made from it: see test/lib/definition.
 */
import { Key } from './value-keys';

/** What an event is about. */
export type EventGroup = 'Base' | 'System' | 'Condition' | 'Procedural' | 'Regulated';

/** One slot of a canonical event. Its type is the registry's for that key, its orderClass its 1-based place. */
export interface CanonicalSlot {
  readonly key: number;
  readonly minOccurs: number;
  readonly maxOccurs: number | 'unbounded';
}

/** One event type of the registry. */
export interface CanonicalEvent {
  readonly id: number;
  readonly name: string;
  readonly group: EventGroup;
  /** Base events belong to the profile `Core`, all others to `Full`. */
  readonly profile: 'Core' | 'Full';
  readonly slots: readonly CanonicalSlot[];
}

const one = (key: number): CanonicalSlot => ({ key, minOccurs: 1, maxOccurs: 1 });
const optional = (key: number): CanonicalSlot => ({ key, minOccurs: 0, maxOccurs: 1 });
const any = (key: number): CanonicalSlot => ({ key, minOccurs: 0, maxOccurs: 'unbounded' });
const event = (group: EventGroup, id: number, name: string, ...slots: CanonicalSlot[]): CanonicalEvent => ({
  id,
  name,
  group,
  profile: group === 'Base' ? 'Core' : 'Full',
  slots
});

/** Ids of the canonical events, by name. */
export const EventType = {
  StateTransition: 0x0001,
  ValueChanged: 0x0002,
  Message: 0x0003,
  Heartbeat: 0x0100,
  LoggerStarted: 0x0101,
  LoggerStopped: 0x0102,
  BufferCleared: 0x0103,
  RecordsDropped: 0x0104,
  SourceRegistered: 0x0105,
  DefinitionChanged: 0x0106,
  TimeSyncChanged: 0x0107,
  SourceHighWater: 0x0108,
  ConditionActive: 0x0200,
  ConditionCleared: 0x0201,
  ConditionAcknowledged: 0x0202,
  ConditionConfirmed: 0x0203,
  ConditionShelved: 0x0204,
  ConditionUnshelved: 0x0205,
  ConditionSuppressed: 0x0206,
  ConditionUnsuppressed: 0x0207,
  ConditionOutOfService: 0x0208,
  ConditionInService: 0x0209,
  ConditionCommented: 0x020a,
  ConditionReset: 0x020b,
  ConditionPriorityChanged: 0x020c,
  RefreshStart: 0x020d,
  RefreshEnd: 0x020e,
  RecipeLoaded: 0x0301,
  RecipeApproved: 0x0302,
  BatchEvent: 0x0303,
  MaterialAddition: 0x0304,
  OperatorAction: 0x0400,
  OperatorLogin: 0x0401,
  OperatorLogout: 0x0402,
  ParameterChange: 0x0403,
  ESignature: 0x0404,
  SecurityAccessFailure: 0x0405,
  ProgramDownload: 0x0406
} as const;

/** The 38 in registry order, by group and ascending id. */
export const canonicalEvents: readonly CanonicalEvent[] = [
  event(
    'Base',
    EventType.StateTransition,
    'StateTransition',
    one(Key.stateMachineId),
    one(Key.category),
    one(Key.previousState),
    one(Key.newState)
  ),
  event(
    'Base',
    EventType.ValueChanged,
    'ValueChanged',
    one(Key.valueId),
    one(Key.newValue),
    optional(Key.previousValue),
    optional(Key.quality),
    optional(Key.semanticRole),
    optional(Key.unit)
  ),
  event('Base', EventType.Message, 'Message', one(Key.messageTemplateId), any(Key.arg), optional(Key.severity)),
  event('System', EventType.Heartbeat, 'Heartbeat', optional(Key.intervalMs), optional(Key.seqBase)),
  event('System', EventType.LoggerStarted, 'LoggerStarted', one(Key.coldStart)),
  event('System', EventType.LoggerStopped, 'LoggerStopped'),
  event('System', EventType.BufferCleared, 'BufferCleared'),
  event(
    'System',
    EventType.RecordsDropped,
    'RecordsDropped',
    one(Key.count),
    one(Key.firstLostSeq),
    one(Key.lastLostSeq),
    optional(Key.windowStart),
    optional(Key.windowEnd)
  ),
  event(
    'System',
    EventType.SourceRegistered,
    'SourceRegistered',
    one(Key.registeredSourceId),
    optional(Key.sourcePath)
  ),
  event(
    'System',
    EventType.DefinitionChanged,
    'DefinitionChanged',
    one(Key.defHashOld),
    one(Key.defHashNew),
    one(Key.epochId)
  ),
  event(
    'System',
    EventType.TimeSyncChanged,
    'TimeSyncChanged',
    one(Key.clockQuality),
    optional(Key.windowStart),
    optional(Key.windowEnd)
  ),
  event('System', EventType.SourceHighWater, 'SourceHighWater', one(Key.producedCount)),
  event(
    'Condition',
    EventType.ConditionActive,
    'ConditionActive',
    one(Key.conditionId),
    one(Key.conditionClass),
    one(Key.correlationId),
    optional(Key.severity),
    any(Key.causeOperand),
    optional(Key.groupId),
    optional(Key.firstInGroup),
    optional(Key.refreshId)
  ),
  event(
    'Condition',
    EventType.ConditionCleared,
    'ConditionCleared',
    one(Key.conditionId),
    one(Key.conditionClass),
    one(Key.correlationId),
    optional(Key.refreshId)
  ),
  event(
    'Condition',
    EventType.ConditionAcknowledged,
    'ConditionAcknowledged',
    one(Key.conditionId),
    one(Key.correlationId),
    optional(Key.ackBy),
    optional(Key.refreshId)
  ),
  event(
    'Condition',
    EventType.ConditionConfirmed,
    'ConditionConfirmed',
    one(Key.conditionId),
    one(Key.correlationId),
    optional(Key.ackBy),
    optional(Key.refreshId)
  ),
  event(
    'Condition',
    EventType.ConditionShelved,
    'ConditionShelved',
    one(Key.conditionId),
    one(Key.correlationId),
    optional(Key.ackBy),
    optional(Key.shelveSecs),
    optional(Key.refreshId)
  ),
  event(
    'Condition',
    EventType.ConditionUnshelved,
    'ConditionUnshelved',
    one(Key.conditionId),
    one(Key.correlationId),
    optional(Key.refreshId)
  ),
  event(
    'Condition',
    EventType.ConditionSuppressed,
    'ConditionSuppressed',
    one(Key.conditionId),
    optional(Key.reason),
    optional(Key.refreshId)
  ),
  event(
    'Condition',
    EventType.ConditionUnsuppressed,
    'ConditionUnsuppressed',
    one(Key.conditionId),
    optional(Key.refreshId)
  ),
  event(
    'Condition',
    EventType.ConditionOutOfService,
    'ConditionOutOfService',
    one(Key.conditionId),
    optional(Key.ackBy),
    optional(Key.refreshId)
  ),
  event('Condition', EventType.ConditionInService, 'ConditionInService', one(Key.conditionId), optional(Key.refreshId)),
  event(
    'Condition',
    EventType.ConditionCommented,
    'ConditionCommented',
    one(Key.conditionId),
    one(Key.correlationId),
    one(Key.comment),
    optional(Key.ackBy),
    optional(Key.refreshId)
  ),
  event(
    'Condition',
    EventType.ConditionReset,
    'ConditionReset',
    one(Key.conditionId),
    one(Key.correlationId),
    optional(Key.ackBy),
    optional(Key.refreshId)
  ),
  event(
    'Condition',
    EventType.ConditionPriorityChanged,
    'ConditionPriorityChanged',
    one(Key.conditionId),
    one(Key.previousPriority),
    one(Key.newPriority),
    optional(Key.ackBy),
    optional(Key.refreshId)
  ),
  event('Condition', EventType.RefreshStart, 'RefreshStart', one(Key.refreshId)),
  event('Condition', EventType.RefreshEnd, 'RefreshEnd', one(Key.refreshId)),
  event(
    'Procedural',
    EventType.RecipeLoaded,
    'RecipeLoaded',
    one(Key.recipeId),
    one(Key.recipeVersion),
    optional(Key.batchId),
    optional(Key.effectiveTime)
  ),
  event(
    'Procedural',
    EventType.RecipeApproved,
    'RecipeApproved',
    one(Key.recipeId),
    one(Key.recipeVersion),
    optional(Key.authResult),
    optional(Key.ackBy)
  ),
  event('Procedural', EventType.BatchEvent, 'BatchEvent', one(Key.batchId), one(Key.newState), optional(Key.recipeId)),
  event(
    'Procedural',
    EventType.MaterialAddition,
    'MaterialAddition',
    one(Key.batchId),
    one(Key.materialId),
    one(Key.quantity),
    optional(Key.unit),
    optional(Key.correctionOf)
  ),
  event(
    'Regulated',
    EventType.OperatorAction,
    'OperatorAction',
    one(Key.actionId),
    one(Key.actor),
    any(Key.contextRef),
    optional(Key.authResult),
    optional(Key.workstation)
  ),
  event(
    'Regulated',
    EventType.OperatorLogin,
    'OperatorLogin',
    one(Key.actor),
    one(Key.authResult),
    optional(Key.workstation),
    optional(Key.role)
  ),
  event('Regulated', EventType.OperatorLogout, 'OperatorLogout', one(Key.actor), optional(Key.workstation)),
  event(
    'Regulated',
    EventType.ParameterChange,
    'ParameterChange',
    one(Key.valueId),
    one(Key.previousValue),
    one(Key.newValue),
    one(Key.actor),
    one(Key.reason),
    optional(Key.authResult)
  ),
  event(
    'Regulated',
    EventType.ESignature,
    'ESignature',
    one(Key.actionId),
    one(Key.actor),
    one(Key.signatureMeaning),
    one(Key.signedEventSeq),
    optional(Key.authResult)
  ),
  event(
    'Regulated',
    EventType.SecurityAccessFailure,
    'SecurityAccessFailure',
    one(Key.actor),
    optional(Key.workstation),
    optional(Key.reason)
  ),
  event(
    'Regulated',
    EventType.ProgramDownload,
    'ProgramDownload',
    one(Key.defHashNew),
    one(Key.programId),
    one(Key.actor),
    optional(Key.authResult)
  )
];
