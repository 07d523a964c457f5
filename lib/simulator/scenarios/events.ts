import { EventType, Slot } from '../../wire';
import { ProducerEvent } from '../producer';
import { bool, dateTime, hash, Key, lreal, text, udint, uint, ulint } from '../slots';

/**
 * Makers of the canonical events that a program logs, slots in the order of docs/format.md 4. `undefined` leaves an
 * optional slot out.
 */

const event = (sourceId: number, eventTypeId: number, ...slots: (Slot | undefined | false)[]): ProducerEvent => ({
  sourceId,
  eventTypeId,
  slots: slots.filter((slot): slot is Slot => typeof slot === 'object')
});
const maybe = <T>(value: T | undefined, make: (value: T) => Slot): Slot | undefined =>
  value === undefined ? undefined : make(value);
const by = (ackBy: string | undefined): Slot | undefined => maybe(ackBy, (who) => text(Key.ackBy, who));
const refresh = (id: number | undefined): Slot | undefined => maybe(id, (refreshId) => udint(Key.refreshId, refreshId));

/** A state machine went from one state to the next; states are numbers of its enum set. */
export function stateTransition(
  sourceId: number,
  machine: number,
  category: number,
  previous: number,
  next: number
): ProducerEvent {
  return event(
    sourceId,
    EventType.StateTransition,
    udint(Key.stateMachineId, machine),
    uint(Key.category, category),
    uint(Key.previousState, previous),
    uint(Key.newState, next)
  );
}

/** Details of a value besides itself. */
export interface ValueDetail {
  readonly previous?: Slot;
  readonly quality?: number;
  readonly role?: number;
  readonly unit?: number;
}

/** A value changed. `value` (and `detail.previous`) come from the slot makers with key newValue (previousValue). */
export function valueChanged(sourceId: number, valueId: number, value: Slot, detail: ValueDetail = {}): ProducerEvent {
  const { previous, quality, role, unit } = detail;
  return event(
    sourceId,
    EventType.ValueChanged,
    udint(Key.valueId, valueId),
    value,
    previous,
    maybe(quality, (q) => uint(Key.quality, q)),
    maybe(role, (r) => uint(Key.semanticRole, r)),
    maybe(unit, (u) => uint(Key.unit, u))
  );
}

/** A message by its template. `args` come from the slot makers with key arg. */
export function message(sourceId: number, template: number, args: readonly Slot[], severity?: number): ProducerEvent {
  return event(
    sourceId,
    EventType.Message,
    udint(Key.messageTemplateId, template),
    ...args,
    maybe(severity, (s) => uint(Key.severity, s))
  );
}

/** One occurrence of a condition: which, whose and what class. */
export interface Occurrence {
  readonly conditionId: number;
  /** 0 Alarm, 1 Interlock. */
  readonly conditionClass: number;
  readonly correlationId: number;
}

/** What an occurrence may say of itself when it begins. */
export interface ActiveDetail {
  readonly severity?: number;
  readonly causes?: readonly number[];
  readonly groupId?: number;
  readonly firstInGroup?: boolean;
  readonly refreshId?: number;
}

/** An occurrence of a condition begins. */
export function conditionActive(sourceId: number, of: Occurrence, detail: ActiveDetail = {}): ProducerEvent {
  return event(
    sourceId,
    EventType.ConditionActive,
    udint(Key.conditionId, of.conditionId),
    uint(Key.conditionClass, of.conditionClass),
    udint(Key.correlationId, of.correlationId),
    maybe(detail.severity, (s) => uint(Key.severity, s)),
    ...(detail.causes ?? []).map((operand) => udint(Key.causeOperand, operand)),
    maybe(detail.groupId, (g) => udint(Key.groupId, g)),
    maybe(detail.firstInGroup, (f) => bool(Key.firstInGroup, f)),
    refresh(detail.refreshId)
  );
}

/** The cause of an occurrence is gone. */
export function conditionCleared(sourceId: number, of: Occurrence, refreshId?: number): ProducerEvent {
  return event(
    sourceId,
    EventType.ConditionCleared,
    udint(Key.conditionId, of.conditionId),
    uint(Key.conditionClass, of.conditionClass),
    udint(Key.correlationId, of.correlationId),
    refresh(refreshId)
  );
}

/** What an operator does to an occurrence. */
export function conditionHandled(
  sourceId: number,
  what: 'ConditionAcknowledged' | 'ConditionConfirmed' | 'ConditionReset',
  of: Occurrence,
  ackBy?: string
): ProducerEvent {
  return event(
    sourceId,
    EventType[what],
    udint(Key.conditionId, of.conditionId),
    udint(Key.correlationId, of.correlationId),
    by(ackBy)
  );
}

/** Somebody wrote a remark on an occurrence. */
export function conditionCommented(sourceId: number, of: Occurrence, comment: string, ackBy?: string): ProducerEvent {
  return event(
    sourceId,
    EventType.ConditionCommented,
    udint(Key.conditionId, of.conditionId),
    udint(Key.correlationId, of.correlationId),
    text(Key.comment, comment),
    by(ackBy)
  );
}

/** An operator silences an occurrence for that many seconds. */
export function conditionShelved(sourceId: number, of: Occurrence, shelveSecs: number, ackBy: string): ProducerEvent {
  return event(
    sourceId,
    EventType.ConditionShelved,
    udint(Key.conditionId, of.conditionId),
    udint(Key.correlationId, of.correlationId),
    by(ackBy),
    udint(Key.shelveSecs, shelveSecs)
  );
}

/** A shelved occurrence is no longer silenced. */
export function conditionUnshelved(sourceId: number, of: Occurrence): ProducerEvent {
  return event(
    sourceId,
    EventType.ConditionUnshelved,
    udint(Key.conditionId, of.conditionId),
    udint(Key.correlationId, of.correlationId)
  );
}

/** The program mutes a condition. */
export function conditionSuppressed(sourceId: number, conditionId: number, reason: string): ProducerEvent {
  return event(sourceId, EventType.ConditionSuppressed, udint(Key.conditionId, conditionId), text(Key.reason, reason));
}

/** The program no longer mutes a condition. */
export function conditionUnsuppressed(sourceId: number, conditionId: number): ProducerEvent {
  return event(sourceId, EventType.ConditionUnsuppressed, udint(Key.conditionId, conditionId));
}

/** A condition is taken out of use, for repair. */
export function conditionOutOfService(sourceId: number, conditionId: number, ackBy: string): ProducerEvent {
  return event(sourceId, EventType.ConditionOutOfService, udint(Key.conditionId, conditionId), by(ackBy));
}

/** A condition that was out of service is in use again. */
export function conditionInService(sourceId: number, conditionId: number): ProducerEvent {
  return event(sourceId, EventType.ConditionInService, udint(Key.conditionId, conditionId));
}

/** A condition was given another priority. */
export function conditionPriorityChanged(
  sourceId: number,
  conditionId: number,
  previous: number,
  next: number,
  ackBy: string
): ProducerEvent {
  return event(
    sourceId,
    EventType.ConditionPriorityChanged,
    udint(Key.conditionId, conditionId),
    uint(Key.previousPriority, previous),
    uint(Key.newPriority, next),
    by(ackBy)
  );
}

/** A repetition of all active conditions begins. */
export function refreshStart(sourceId: number, refreshId: number): ProducerEvent {
  return event(sourceId, EventType.RefreshStart, refresh(refreshId));
}

/** The repetition of all active conditions is complete. */
export function refreshEnd(sourceId: number, refreshId: number): ProducerEvent {
  return event(sourceId, EventType.RefreshEnd, refresh(refreshId));
}

/** A recipe was loaded, perhaps for a batch and from a time on (nanoseconds since the Unix epoch). */
export function recipeLoaded(
  sourceId: number,
  recipe: number,
  version: string,
  batch?: number,
  effectiveNs?: bigint
): ProducerEvent {
  return event(
    sourceId,
    EventType.RecipeLoaded,
    udint(Key.recipeId, recipe),
    text(Key.recipeVersion, version),
    maybe(batch, (b) => udint(Key.batchId, b)),
    maybe(effectiveNs, (ns) => dateTime(Key.effectiveTime, ns))
  );
}

/** A recipe was approved; the authorisation is granted. */
export function recipeApproved(sourceId: number, recipe: number, version: string, ackBy: string): ProducerEvent {
  return event(
    sourceId,
    EventType.RecipeApproved,
    udint(Key.recipeId, recipe),
    text(Key.recipeVersion, version),
    uint(Key.authResult, 0),
    by(ackBy)
  );
}

/** Values of key newState in a BatchEvent (docs/format.md 5). */
export const BatchState = { Started: 0, Completed: 1, Held: 2, Resumed: 3, Aborted: 4, Paused: 5 } as const;

/** A batch went into a BatchState. */
export function batchEvent(sourceId: number, batch: number, state: number, recipe: number): ProducerEvent {
  return event(
    sourceId,
    EventType.BatchEvent,
    udint(Key.batchId, batch),
    uint(Key.newState, state),
    udint(Key.recipeId, recipe)
  );
}

/**
 * `quantity` of a material, in `unit`, went into a batch. `correctionOf` = seq of the record that this one corrects.
 */
export function materialAddition(
  sourceId: number,
  batch: number,
  material: number,
  quantity: number,
  unit: number,
  correctionOf?: number
): ProducerEvent {
  return event(
    sourceId,
    EventType.MaterialAddition,
    udint(Key.batchId, batch),
    udint(Key.materialId, material),
    lreal(Key.quantity, quantity),
    uint(Key.unit, unit),
    maybe(correctionOf, (seq) => ulint(Key.correctionOf, seq))
  );
}

/** Values of key authResult (docs/format.md 5). */
export const Auth = { Granted: 0, Denied: 1 } as const;

/** Somebody did something to the things named by `context` (ids of any table). */
export function operatorAction(
  sourceId: number,
  action: number,
  actor: string,
  context: readonly number[],
  workstation: string
): ProducerEvent {
  return event(
    sourceId,
    EventType.OperatorAction,
    udint(Key.actionId, action),
    text(Key.actor, actor),
    ...context.map((ref) => udint(Key.contextRef, ref)),
    uint(Key.authResult, Auth.Granted),
    text(Key.workstation, workstation)
  );
}

/** Somebody logged in, or tried to: `result` is an Auth. */
export function operatorLogin(
  sourceId: number,
  actor: string,
  result: number,
  workstation: string,
  role?: number
): ProducerEvent {
  return event(
    sourceId,
    EventType.OperatorLogin,
    text(Key.actor, actor),
    uint(Key.authResult, result),
    text(Key.workstation, workstation),
    maybe(role, (r) => uint(Key.role, r))
  );
}

/** Somebody logged out. */
export function operatorLogout(sourceId: number, actor: string, workstation: string): ProducerEvent {
  return event(sourceId, EventType.OperatorLogout, text(Key.actor, actor), text(Key.workstation, workstation));
}

/**
 * Somebody changed a parameter. `previous` and `next` come from the slot makers with keys previousValue and newValue.
 */
export function parameterChange(
  sourceId: number,
  valueId: number,
  previous: Slot,
  next: Slot,
  actor: string,
  reason: string
): ProducerEvent {
  return event(
    sourceId,
    EventType.ParameterChange,
    udint(Key.valueId, valueId),
    previous,
    next,
    text(Key.actor, actor),
    text(Key.reason, reason),
    uint(Key.authResult, Auth.Granted)
  );
}

/** Somebody signed the record `signedEventSeq` of the same source. */
export function eSignature(
  sourceId: number,
  action: number,
  actor: string,
  meaning: number,
  signedEventSeq: number
): ProducerEvent {
  return event(
    sourceId,
    EventType.ESignature,
    udint(Key.actionId, action),
    text(Key.actor, actor),
    uint(Key.signatureMeaning, meaning),
    ulint(Key.signedEventSeq, signedEventSeq),
    uint(Key.authResult, Auth.Granted)
  );
}

/** Somebody was refused. */
export function securityAccessFailure(
  sourceId: number,
  actor: string,
  workstation: string,
  reason: string
): ProducerEvent {
  return event(
    sourceId,
    EventType.SecurityAccessFailure,
    text(Key.actor, actor),
    text(Key.workstation, workstation),
    text(Key.reason, reason)
  );
}

/** A program with another definition was loaded into the controller. `definitionHash` = 16 hex digits. */
export function programDownload(
  sourceId: number,
  definitionHash: string,
  program: number,
  actor: string
): ProducerEvent {
  return event(
    sourceId,
    EventType.ProgramDownload,
    hash(Key.defHashNew, definitionHash),
    udint(Key.programId, program),
    text(Key.actor, actor),
    uint(Key.authResult, Auth.Granted)
  );
}
