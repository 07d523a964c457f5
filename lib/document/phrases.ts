import { EventType, Key } from '../wire';
import { LineFacts } from './line';

/** How one event type reads (docs/format.md 18). A Message is its filled template: see message-text.ts. */
type Phrase = (facts: LineFacts) => string;

const seqs = (facts: LineFacts, first: number, last: number): string =>
  `seq ${facts.must(first)} to ${facts.must(last)}`;
const refresh = (facts: LineFacts): string => facts.maybe(', refresh ', Key.refreshId);
const recipe = (facts: LineFacts): string => facts.named('recipe', Key.recipeId) + facts.maybe(' ', Key.recipeVersion);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A condition phrase: what it is, what happened to it, and whether it came in a refresh. */
const condition =
  (happened: (facts: LineFacts) => string): Phrase =>
  (facts) =>
    facts.condition() + ' ' + happened(facts) + refresh(facts);

function valueChange(facts: LineFacts): string {
  const name = facts.named('value', Key.valueId);
  const before = facts.say(Key.previousValue);
  const now = facts.must(Key.newValue);
  return before === undefined ? `${name} = ${now}` : `${name}: ${before} -> ${now}`;
}

function quality(facts: LineFacts): string {
  const said = facts.say(Key.quality);
  return said === undefined || said === 'Good' ? '' : ` (quality ${said})`;
}

function active(facts: LineFacts): string {
  const causes = facts.all(Key.causeOperand);
  const first = facts.say(Key.firstInGroup) === 'true' ? ', first' : '';
  const group = facts.maybe(first === '' ? ', group ' : ' of group ', Key.groupId);
  return (
    'active' +
    facts.maybe(' (', Key.severity, ')') +
    (causes.length === 0 ? '' : ', cause ' + causes.join(', ')) +
    first +
    group
  );
}

function login(facts: LineFacts): string {
  const who = facts.person(Key.actor) ?? '?';
  const where = facts.maybe(' at ', Key.workstation) + facts.maybe(', role ', Key.role);
  const refused = facts.refusal();
  return refused === '' ? `${who} logged in${where}` : `Login of ${who}${where}${refused}`;
}

function action(facts: LineFacts): string {
  const on = facts.all(Key.contextRef);
  return (
    'Action ' +
    `${facts.must(Key.actionId)}${facts.by(Key.actor)}${on.length === 0 ? '' : ' on ' + on.join(', ')}` +
    `${facts.maybe(' at ', Key.workstation)}${facts.refusal()}`
  );
}

/** The phrase of each canonical event, by event type id. */
export const phrases: ReadonlyMap<number, Phrase> = new Map<number, Phrase>([
  [
    EventType.StateTransition,
    (f) => `${f.named('State machine', Key.stateMachineId)}: ${f.must(Key.previousState)} -> ${f.must(Key.newState)}`
  ],
  [EventType.ValueChanged, (f) => capital(valueChange(f)) + quality(f)],
  [
    EventType.Heartbeat,
    (f) => `Heartbeat of ${f.source}${f.maybe(', every ', Key.intervalMs, ' ms')}${f.maybe(', seq from ', Key.seqBase)}`
  ],
  [EventType.LoggerStarted, (f) => `Logger started (${f.say(Key.coldStart) === 'true' ? 'cold' : 'warm'} start)`],
  [EventType.LoggerStopped, () => 'Logger stopped'],
  [EventType.BufferCleared, () => 'Buffer cleared'],
  [
    EventType.RecordsDropped,
    (f) =>
      `${f.must(Key.count)} records of ${f.source} dropped ` +
      `(${seqs(f, Key.firstLostSeq, Key.lastLostSeq)})${f.maybe(' from ', Key.windowStart)}` +
      `${f.maybe(' until ', Key.windowEnd)}`
  ],
  [
    EventType.SourceRegistered,
    (f) => `${capital(f.named('source', Key.registeredSourceId))} registered${f.maybe(' (', Key.sourcePath, ')')}`
  ],
  [
    EventType.DefinitionChanged,
    (f) =>
      `Definition changed from ${f.must(Key.defHashOld)} to ${f.must(Key.defHashNew)}, epoch ${f.must(Key.epochId)}`
  ],
  [
    EventType.TimeSyncChanged,
    (f) =>
      'Clock is now ' +
      `${f.must(Key.clockQuality)}${f.maybe(', from ', Key.windowStart)}${f.maybe(' until ', Key.windowEnd)}`
  ],
  [EventType.SourceHighWater, (f) => `${f.source} has produced ${f.must(Key.producedCount)} records`],

  [EventType.ConditionActive, condition(active)],
  [EventType.ConditionCleared, condition(() => 'cleared')],
  [EventType.ConditionAcknowledged, condition((f) => 'acknowledged' + f.by(Key.ackBy))],
  [EventType.ConditionConfirmed, condition((f) => 'confirmed' + f.by(Key.ackBy))],
  [EventType.ConditionShelved, condition((f) => 'shelved' + f.by(Key.ackBy) + f.maybe(' for ', Key.shelveSecs, ' s'))],
  [EventType.ConditionUnshelved, condition(() => 'unshelved')],
  [EventType.ConditionSuppressed, condition((f) => 'suppressed' + f.maybe(': ', Key.reason))],
  [EventType.ConditionUnsuppressed, condition(() => 'no longer suppressed')],
  [EventType.ConditionOutOfService, condition((f) => 'taken out of service' + f.by(Key.ackBy))],
  [EventType.ConditionInService, condition(() => 'back in service')],
  [EventType.ConditionCommented, condition((f) => 'commented' + f.by(Key.ackBy) + ': ' + f.must(Key.comment))],
  [EventType.ConditionReset, condition((f) => 'reset' + f.by(Key.ackBy))],
  [
    EventType.ConditionPriorityChanged,
    condition((f) => `priority ${f.must(Key.previousPriority)} -> ${f.must(Key.newPriority)}${f.by(Key.ackBy)}`)
  ],
  [EventType.RefreshStart, (f) => `Condition refresh ${f.must(Key.refreshId)} started`],
  [EventType.RefreshEnd, (f) => `Condition refresh ${f.must(Key.refreshId)} ended`],

  [
    EventType.RecipeLoaded,
    (f) =>
      `${capital(recipe(f))} ` +
      `loaded${f.say(Key.batchId) === undefined ? '' : ' for ' + f.named('batch', Key.batchId)}` +
      `${f.maybe(', effective ', Key.effectiveTime)}`
  ],
  [
    EventType.RecipeApproved,
    (f) =>
      f.refusal() === ''
        ? `${capital(recipe(f))} approved${f.by(Key.ackBy)}`
        : `${capital(recipe(f))} not approved${f.by(Key.ackBy)}${f.refusal()}`
  ],
  [
    EventType.BatchEvent,
    (f) =>
      `${capital(f.named('batch', Key.batchId))}: ` +
      `${f.must(Key.newState)}${f.say(Key.recipeId) === undefined ? '' : ` (${f.named('recipe', Key.recipeId)})`}`
  ],
  [
    EventType.MaterialAddition,
    (f) =>
      `${capital(f.named('batch', Key.batchId))}: ${f.must(Key.quantity)} of ` +
      `${f.named('material', Key.materialId)} added${f.maybe(', correction of seq ', Key.correctionOf)}`
  ],

  [EventType.OperatorAction, action],
  [EventType.OperatorLogin, login],
  [EventType.OperatorLogout, (f) => `${f.person(Key.actor) ?? '?'} logged out${f.maybe(' at ', Key.workstation)}`],
  [
    EventType.ParameterChange,
    (f) => `${capital(valueChange(f))}${f.by(Key.actor)}${f.maybe(': ', Key.reason)}${f.refusal()}`
  ],
  [
    EventType.ESignature,
    (f) =>
      `${f.must(Key.signatureMeaning)}${f.by(Key.actor)}: signature for action ${f.must(Key.actionId)} on seq ` +
      `${f.must(Key.signedEventSeq)}${f.refusal()}`
  ],
  [
    EventType.SecurityAccessFailure,
    (f) =>
      `Access refused to ${f.person(Key.actor) ?? '?'}${f.maybe(' at ', Key.workstation)}${f.maybe(': ', Key.reason)}`
  ],
  [
    EventType.ProgramDownload,
    (f) =>
      `Program ${f.must(Key.programId)} downloaded${f.by(Key.actor)}, definition ` +
      `${f.must(Key.defHashNew)}${f.refusal()}`
  ]
]);
