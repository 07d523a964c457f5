import should from 'should';
import { CompiledDefinition } from '../../../lib/definition';
import { fillTemplate } from '../../../lib/document/message-text';
import { canonicalEvents, EventType, Key, Slot, TlvType } from '../../../lib/wire';
import { plant, plantWithEvent } from './support/plant';
import { slot } from './support/slots';
import { eventOf } from './support/strict';

const hash = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const real = (key: number, value: number): Slot => slot(key, value, TlvType.Real);
const condition = slot(Key.conditionId, 9);
const alarm = slot(Key.conditionClass, 0);
const correlation = slot(Key.correlationId, 5);
const jane = slot(Key.ackBy, 'jdoe');
const refresh = slot(Key.refreshId, 3);

/** One line of each kind for every event type: full, bare, and with what the definition does not know. */
const lines: [number, readonly Slot[], string][] = [
  [
    EventType.StateTransition,
    [slot(Key.stateMachineId, 7), slot(Key.category, 2), slot(Key.previousState, 4), slot(Key.newState, 1)],
    'Mixer: Paused -> Running'
  ],
  [
    EventType.StateTransition,
    [slot(Key.stateMachineId, 6), slot(Key.category, 2), slot(Key.previousState, 4), slot(Key.newState, 1)],
    'State machine 6: 4 -> 1'
  ],
  [EventType.ValueChanged, [slot(Key.valueId, 20), real(Key.newValue, 21.7)], 'Temperature = 21.7 degC'],
  [
    EventType.ValueChanged,
    [slot(Key.valueId, 20), real(Key.newValue, 21.7), real(Key.previousValue, 0.1), slot(Key.quality, 2)],
    'Temperature: 0.1 degC -> 21.7 degC (quality Bad)'
  ],
  [
    EventType.ValueChanged,
    [slot(Key.valueId, 20), real(Key.newValue, NaN), slot(Key.quality, 0)],
    'Temperature = NaN degC'
  ],
  [EventType.ValueChanged, [slot(Key.valueId, 99), slot(Key.newValue, true, TlvType.Bool)], 'Value 99 = true'],
  [EventType.Message, [slot(Key.messageTemplateId, 100), slot(Key.arg, 'ready', TlvType.String)], 'Status: ready'],
  [EventType.Message, [slot(Key.messageTemplateId, 102), slot(Key.arg, 12)], 'batch started count 12'],
  [
    EventType.Message,
    [slot(Key.messageTemplateId, 999), slot(Key.arg, 12), slot(Key.arg, 'x', TlvType.String)],
    'Mixer.Main: message 999: 12, x'
  ],
  [EventType.Heartbeat, [], 'Heartbeat of Mixer.Main'],
  [
    EventType.Heartbeat,
    [slot(Key.intervalMs, 1000), slot(Key.seqBase, 5)],
    'Heartbeat of Mixer.Main, every 1000 ms, seq from 5'
  ],
  [EventType.LoggerStarted, [slot(Key.coldStart, true)], 'Logger started (cold start)'],
  [EventType.LoggerStarted, [slot(Key.coldStart, false)], 'Logger started (warm start)'],
  [EventType.LoggerStopped, [], 'Logger stopped'],
  [EventType.BufferCleared, [], 'Buffer cleared'],
  [
    EventType.RecordsDropped,
    [slot(Key.count, 5), slot(Key.firstLostSeq, 0), slot(Key.lastLostSeq, 4)],
    '5 records of Mixer.Main dropped (seq 0 to 4)'
  ],
  [
    EventType.RecordsDropped,
    [
      slot(Key.count, 5),
      slot(Key.firstLostSeq, 0),
      slot(Key.lastLostSeq, 4),
      slot(Key.windowStart, 0n),
      slot(Key.windowEnd, 1_000_000_000n)
    ],
    '5 records of Mixer.Main dropped (seq 0 to 4) from 1970-01-01T00:00:00.000000000Z until ' +
      '1970-01-01T00:00:01.000000000Z'
  ],
  [
    EventType.SourceRegistered,
    [slot(Key.registeredSourceId, 2), slot(Key.sourcePath, 'Plant/Bare')],
    'Bare registered (Plant/Bare)'
  ],
  [EventType.SourceRegistered, [slot(Key.registeredSourceId, 3)], 'Source 3 registered'],
  [
    EventType.DefinitionChanged,
    [slot(Key.defHashOld, hash('00112233')), slot(Key.defHashNew, hash('aabbccdd')), slot(Key.epochId, 2)],
    'Definition changed from 00112233 to aabbccdd, epoch 2'
  ],
  [EventType.TimeSyncChanged, [slot(Key.clockQuality, 2)], 'Clock is now Synced'],
  [EventType.SourceHighWater, [slot(Key.producedCount, 16)], 'Mixer.Main has produced 16 records'],

  [EventType.ConditionActive, [condition, alarm, correlation, slot(Key.severity, 900)], 'Alarm TempHigh active (High)'],
  [
    EventType.ConditionActive,
    [
      condition,
      alarm,
      correlation,
      slot(Key.severity, 600),
      slot(Key.causeOperand, 1),
      slot(Key.causeOperand, 2),
      slot(Key.groupId, 8),
      slot(Key.firstInGroup, true),
      refresh
    ],
    'Alarm TempHigh active (Medium), cause Level, 2, first of group 8, refresh 3'
  ],
  [
    EventType.ConditionActive,
    [condition, alarm, correlation, slot(Key.groupId, 8), slot(Key.firstInGroup, false)],
    'Alarm TempHigh active, group 8'
  ],
  [
    EventType.ConditionActive,
    [slot(Key.conditionId, 99), slot(Key.conditionClass, 7), correlation],
    'Condition 99 active'
  ],
  [EventType.ConditionCleared, [condition, slot(Key.conditionClass, 1), correlation], 'Interlock TempHigh cleared'],
  [EventType.ConditionAcknowledged, [condition, correlation, jane], 'Alarm TempHigh acknowledged by Jane Doe (jdoe)'],
  [EventType.ConditionAcknowledged, [slot(Key.conditionId, 10), correlation], 'Interlock DoorOpen acknowledged'],
  [EventType.ConditionConfirmed, [condition, correlation, slot(Key.ackBy, 'bob')], 'Alarm TempHigh confirmed by bob'],
  [
    EventType.ConditionShelved,
    [condition, correlation, jane, slot(Key.shelveSecs, 600)],
    'Alarm TempHigh shelved by Jane Doe (jdoe) for 600 s'
  ],
  [EventType.ConditionUnshelved, [condition, correlation], 'Alarm TempHigh unshelved'],
  [EventType.ConditionSuppressed, [condition, slot(Key.reason, 'start-up')], 'Alarm TempHigh suppressed: start-up'],
  [EventType.ConditionUnsuppressed, [slot(Key.conditionId, 11)], 'Condition Odd no longer suppressed'],
  [EventType.ConditionOutOfService, [condition, jane], 'Alarm TempHigh taken out of service by Jane Doe (jdoe)'],
  [EventType.ConditionInService, [condition], 'Alarm TempHigh back in service'],
  [
    EventType.ConditionCommented,
    [condition, correlation, slot(Key.comment, 'valve stuck'), jane],
    'Alarm TempHigh commented by Jane Doe (jdoe): valve stuck'
  ],
  [EventType.ConditionReset, [condition, correlation, jane], 'Alarm TempHigh reset by Jane Doe (jdoe)'],
  [
    EventType.ConditionPriorityChanged,
    [condition, slot(Key.previousPriority, 300), slot(Key.newPriority, 700)],
    'Alarm TempHigh priority 300 -> 700'
  ],
  [EventType.RefreshStart, [refresh], 'Condition refresh 3 started'],
  [EventType.RefreshEnd, [refresh], 'Condition refresh 3 ended'],

  [
    EventType.RecipeLoaded,
    [slot(Key.recipeId, 30), slot(Key.recipeVersion, '1.2'), slot(Key.batchId, 40)],
    'Base 1.2 loaded for B-40'
  ],
  [
    EventType.RecipeLoaded,
    [slot(Key.recipeId, 31), slot(Key.recipeVersion, '1.2'), slot(Key.effectiveTime, 0n)],
    'Recipe 31 1.2 loaded, effective 1970-01-01T00:00:00.000000000Z'
  ],
  [
    EventType.RecipeApproved,
    [slot(Key.recipeId, 30), slot(Key.recipeVersion, '1.2'), slot(Key.authResult, 0), jane],
    'Base 1.2 approved by Jane Doe (jdoe)'
  ],
  [
    EventType.RecipeApproved,
    [slot(Key.recipeId, 30), slot(Key.recipeVersion, '1.2'), slot(Key.authResult, 1), jane],
    'Base 1.2 not approved by Jane Doe (jdoe) (Denied)'
  ],
  [
    EventType.BatchEvent,
    [slot(Key.batchId, 40), slot(Key.newState, 1), slot(Key.recipeId, 30)],
    'B-40: Completed (Base)'
  ],
  [
    EventType.BatchEvent,
    [slot(Key.batchId, 41), slot(Key.newState, 9), slot(Key.recipeId, 31)],
    'Batch 41: 9 (recipe 31)'
  ],
  [
    EventType.MaterialAddition,
    [slot(Key.batchId, 40), slot(Key.materialId, 50), slot(Key.quantity, 2.5)],
    'B-40: 2.5 kg of Sugar added'
  ],
  [
    EventType.MaterialAddition,
    [slot(Key.batchId, 41), slot(Key.materialId, 52), slot(Key.quantity, 2.5), slot(Key.correctionOf, 7)],
    'Batch 41: 2.5 of material 52 added, correction of seq 7'
  ],

  [
    EventType.OperatorAction,
    [
      slot(Key.actionId, 4),
      slot(Key.actor, 'jdoe'),
      slot(Key.contextRef, 1),
      slot(Key.contextRef, 2),
      slot(Key.authResult, 1),
      slot(Key.workstation, 'WS-1')
    ],
    'Action 4 by Jane Doe (jdoe) on 1, 2 at WS-1 (Denied)'
  ],
  [
    EventType.OperatorAction,
    [slot(Key.actionId, 4), slot(Key.actor, 'bob'), slot(Key.authResult, 2)],
    'Action 4 by bob'
  ],
  [
    EventType.OperatorLogin,
    [slot(Key.actor, 'jdoe'), slot(Key.authResult, 0), slot(Key.workstation, 'WS-1'), slot(Key.role, 2)],
    'Jane Doe (jdoe) logged in at WS-1, role 2'
  ],
  [EventType.OperatorLogin, [slot(Key.actor, 'bob'), slot(Key.authResult, 1)], 'Login of bob (Denied)'],
  [
    EventType.OperatorLogout,
    [slot(Key.actor, 'jdoe'), slot(Key.workstation, 'WS-1')],
    'Jane Doe (jdoe) logged out at WS-1'
  ],
  [
    EventType.ParameterChange,
    [
      slot(Key.valueId, 20),
      real(Key.previousValue, 20),
      real(Key.newValue, 25),
      slot(Key.actor, 'jdoe'),
      slot(Key.reason, 'new recipe'),
      slot(Key.authResult, 3)
    ],
    'Temperature: 20 degC -> 25 degC by Jane Doe (jdoe): new recipe (Pending)'
  ],
  [
    EventType.ESignature,
    [slot(Key.actionId, 4), slot(Key.actor, 'jdoe'), slot(Key.signatureMeaning, 2), slot(Key.signedEventSeq, 100)],
    'Released by Jane Doe (jdoe): signature for action 4 on seq 100'
  ],
  [
    EventType.ESignature,
    [
      slot(Key.actionId, 4),
      slot(Key.actor, 'bob'),
      slot(Key.signatureMeaning, 1),
      slot(Key.signedEventSeq, 100),
      slot(Key.authResult, 1)
    ],
    'Reviewed by bob: signature for action 4 on seq 100 (Denied)'
  ],
  [
    EventType.SecurityAccessFailure,
    [slot(Key.actor, 'bob'), slot(Key.workstation, 'WS-1'), slot(Key.reason, 'bad PIN')],
    'Access refused to bob at WS-1: bad PIN'
  ],
  [
    EventType.ProgramDownload,
    [slot(Key.defHashNew, hash('aabb')), slot(Key.programId, 3), slot(Key.actor, 'jdoe'), slot(Key.authResult, 0)],
    'Program 3 downloaded by Jane Doe (jdoe), definition aabb'
  ]
];

describe('the readable line', () => {
  let compiled: CompiledDefinition;
  before(() => {
    compiled = plant();
  });

  for (const [eventTypeId, slots, expected] of lines) {
    it(expected, () => {
      should(eventOf(compiled, eventTypeId, slots, 'enriched').text).equal(expected);
    });
  }

  it('exists for each of the 38 event types', () => {
    const tested = new Set(lines.map(([eventTypeId]) => eventTypeId));
    should(canonicalEvents.filter(({ id }) => !tested.has(id))).eql([]);
  });

  it("of an event type of the plant's own names it and all its fields", () => {
    const own = plantWithEvent({
      id: 0x600,
      name: 'Cleaned',
      profile: 'Vendor',
      slots: [
        { key: Key.batchId, type: TlvType.UDInt, valuePayload: false, minOccurs: 0, maxOccurs: 1, orderClass: 1 },
        { key: Key.severity, type: TlvType.UInt, valuePayload: false, minOccurs: 0, maxOccurs: 1, orderClass: 2 }
      ]
    });
    should(eventOf(own, 0x600, [slot(Key.batchId, 40), slot(Key.severity, 600)], 'enriched').text).equal(
      'Mixer.Main: Cleaned batchId=B-40, severity=Medium'
    );
    should(eventOf(own, 0x600, [], 'enriched').text).equal('Mixer.Main: Cleaned');
  });

  it('is one line whatever the arguments contain', () => {
    const text = eventOf(
      compiled,
      EventType.Message,
      [slot(Key.messageTemplateId, 100), slot(Key.arg, 'a\r\nb\u2028c\u0000d', TlvType.String)],
      'enriched'
    ).text;
    should(text).equal('Status: a b c d');
  });
});

describe('message templates', () => {
  it('count arguments from one, in any order and more than once', () => {
    should(fillTemplate('{2} after {1}, {2}', ['a', 'b'])).equal('b after a, b');
  });

  it('keep a place without an argument as it is', () => {
    should(fillTemplate('{1} and {2}', ['a'])).equal('a and {2}');
    should(fillTemplate('{0} {x} {} {1}', ['a'])).equal('{0} {x} {} a');
  });

  it('append arguments that no place asks for', () => {
    should(fillTemplate('done', ['a', 'b'])).equal('done a b');
    should(fillTemplate('{2}', ['a', 'b', 'c'])).equal('b a c');
  });

  it('do not fill an argument that looks like a place', () => {
    should(fillTemplate('{1} {2}', ['{2}', '$&'])).equal('{2} $&');
  });
});
