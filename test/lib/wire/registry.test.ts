import should from 'should';
import * as wire from '../../../lib/wire';
import {
  canonicalEvents,
  EventType,
  FIRST_PRIVATE_KEY,
  isTlvType,
  Key,
  proceduralModel,
  proceduralModels,
  tlvName,
  TlvType,
  tlvWidth,
  valueKey,
  valueKeys
} from '../../../lib/wire';

/** The registry once more, written down as text: name and type rule of every key in order; `*` = may repeat. */
const KEYS = `
stateMachineId:UDInt category:UInt previousState:UInt newState:UInt conditionId:UDInt conditionClass:UInt correlationId:UDInt severity:UInt
causeOperand:UDInt* actionId:UDInt actor:String contextRef:UDInt* valueId:UDInt dataType:RESERVED previousValue:valuePayload newValue:valuePayload
quality:UInt semanticRole:UInt unit:UInt messageTemplateId:UDInt arg:valuePayload* count:UDInt firstLostSeq:ULInt lastLostSeq:ULInt
windowStart:DateTime windowEnd:DateTime sourcePath:String defHashNew:Bytes ackBy:String shelveSecs:UDInt reason:String authResult:UInt
workstation:String signatureMeaning:UInt recipeId:UDInt recipeVersion:String batchId:UDInt materialId:UDInt quantity:LReal programId:UDInt
registeredSourceId:UDInt intervalMs:UDInt seqBase:ULInt newPriority:UInt reserved002D:RESERVED previousPriority:UInt signedEventSeq:ULInt
effectiveTime:DateTime correctionOf:ULInt clockQuality:UInt role:UInt refreshId:UDInt groupId:UDInt firstInGroup:Bool comment:String
producedCount:ULInt defHashOld:Bytes epochId:ULInt coldStart:Bool
`;

/** Every canonical event in order: id, name, profile, then its slots with their type and occurrences. */
const EVENTS = `
0x0001 StateTransition Core stateMachineId:UDInt[1..1] category:UInt[1..1] previousState:UInt[1..1] newState:UInt[1..1]
0x0002 ValueChanged Core valueId:UDInt[1..1] newValue:valuePayload[1..1] previousValue:valuePayload[0..1] quality:UInt[0..1] semanticRole:UInt[0..1] unit:UInt[0..1]
0x0003 Message Core messageTemplateId:UDInt[1..1] arg:valuePayload[0..*] severity:UInt[0..1]
0x0100 Heartbeat Full intervalMs:UDInt[0..1] seqBase:ULInt[0..1]
0x0101 LoggerStarted Full coldStart:Bool[1..1]
0x0102 LoggerStopped Full
0x0103 BufferCleared Full
0x0104 RecordsDropped Full count:UDInt[1..1] firstLostSeq:ULInt[1..1] lastLostSeq:ULInt[1..1] windowStart:DateTime[0..1] windowEnd:DateTime[0..1]
0x0105 SourceRegistered Full registeredSourceId:UDInt[1..1] sourcePath:String[0..1]
0x0106 DefinitionChanged Full defHashOld:Bytes[1..1] defHashNew:Bytes[1..1] epochId:ULInt[1..1]
0x0107 TimeSyncChanged Full clockQuality:UInt[1..1] windowStart:DateTime[0..1] windowEnd:DateTime[0..1]
0x0108 SourceHighWater Full producedCount:ULInt[1..1]
0x0200 ConditionActive Full conditionId:UDInt[1..1] conditionClass:UInt[1..1] correlationId:UDInt[1..1] severity:UInt[0..1] causeOperand:UDInt[0..*] groupId:UDInt[0..1] firstInGroup:Bool[0..1] refreshId:UDInt[0..1]
0x0201 ConditionCleared Full conditionId:UDInt[1..1] conditionClass:UInt[1..1] correlationId:UDInt[1..1] refreshId:UDInt[0..1]
0x0202 ConditionAcknowledged Full conditionId:UDInt[1..1] correlationId:UDInt[1..1] ackBy:String[0..1] refreshId:UDInt[0..1]
0x0203 ConditionConfirmed Full conditionId:UDInt[1..1] correlationId:UDInt[1..1] ackBy:String[0..1] refreshId:UDInt[0..1]
0x0204 ConditionShelved Full conditionId:UDInt[1..1] correlationId:UDInt[1..1] ackBy:String[0..1] shelveSecs:UDInt[0..1] refreshId:UDInt[0..1]
0x0205 ConditionUnshelved Full conditionId:UDInt[1..1] correlationId:UDInt[1..1] refreshId:UDInt[0..1]
0x0206 ConditionSuppressed Full conditionId:UDInt[1..1] reason:String[0..1] refreshId:UDInt[0..1]
0x0207 ConditionUnsuppressed Full conditionId:UDInt[1..1] refreshId:UDInt[0..1]
0x0208 ConditionOutOfService Full conditionId:UDInt[1..1] ackBy:String[0..1] refreshId:UDInt[0..1]
0x0209 ConditionInService Full conditionId:UDInt[1..1] refreshId:UDInt[0..1]
0x020a ConditionCommented Full conditionId:UDInt[1..1] correlationId:UDInt[1..1] comment:String[1..1] ackBy:String[0..1] refreshId:UDInt[0..1]
0x020b ConditionReset Full conditionId:UDInt[1..1] correlationId:UDInt[1..1] ackBy:String[0..1] refreshId:UDInt[0..1]
0x020c ConditionPriorityChanged Full conditionId:UDInt[1..1] previousPriority:UInt[1..1] newPriority:UInt[1..1] ackBy:String[0..1] refreshId:UDInt[0..1]
0x020d RefreshStart Full refreshId:UDInt[1..1]
0x020e RefreshEnd Full refreshId:UDInt[1..1]
0x0301 RecipeLoaded Full recipeId:UDInt[1..1] recipeVersion:String[1..1] batchId:UDInt[0..1] effectiveTime:DateTime[0..1]
0x0302 RecipeApproved Full recipeId:UDInt[1..1] recipeVersion:String[1..1] authResult:UInt[0..1] ackBy:String[0..1]
0x0303 BatchEvent Full batchId:UDInt[1..1] newState:UInt[1..1] recipeId:UDInt[0..1]
0x0304 MaterialAddition Full batchId:UDInt[1..1] materialId:UDInt[1..1] quantity:LReal[1..1] unit:UInt[0..1] correctionOf:ULInt[0..1]
0x0400 OperatorAction Full actionId:UDInt[1..1] actor:String[1..1] contextRef:UDInt[0..*] authResult:UInt[0..1] workstation:String[0..1]
0x0401 OperatorLogin Full actor:String[1..1] authResult:UInt[1..1] workstation:String[0..1] role:UInt[0..1]
0x0402 OperatorLogout Full actor:String[1..1] workstation:String[0..1]
0x0403 ParameterChange Full valueId:UDInt[1..1] previousValue:valuePayload[1..1] newValue:valuePayload[1..1] actor:String[1..1] reason:String[1..1] authResult:UInt[0..1]
0x0404 ESignature Full actionId:UDInt[1..1] actor:String[1..1] signatureMeaning:UInt[1..1] signedEventSeq:ULInt[1..1] authResult:UInt[0..1]
0x0405 SecurityAccessFailure Full actor:String[1..1] workstation:String[0..1] reason:String[0..1]
0x0406 ProgramDownload Full defHashNew:Bytes[1..1] programId:UDInt[1..1] actor:String[1..1] authResult:UInt[0..1]
`;

const words = (text: string): string[] => text.trim().split(/\s+/);
const typeText = (key: number): string => {
  const { rule } = valueKey(key)!;
  return rule.kind === 'fixed' ? tlvName(rule.type)! : rule.kind === 'reserved' ? 'RESERVED' : 'valuePayload';
};

describe('registry', () => {
  it('has 59 keys without a gap, 0x0001 to 0x003b, named and typed as agreed', () => {
    valueKeys.length.should.equal(59);
    valueKeys.forEach(({ key }, i) => key.should.equal(i + 1));
    valueKeys
      .map(({ key, name, repeatable }) => `${name}:${typeText(key)}${repeatable ? '*' : ''}`)
      .should.eql(words(KEYS));
    Object.entries(Key)
      .map(([name, key]) => [name, key])
      .should.eql(valueKeys.map(({ name, key }) => [name, key]));
  });

  it('knows two reserved keys, which no event has', () => {
    const reserved = valueKeys.filter(({ rule }) => rule.kind === 'reserved').map(({ key }) => key);
    reserved.should.eql([0x000e, 0x002d]);
    for (const event of canonicalEvents) for (const slot of event.slots) reserved.includes(slot.key).should.be.false();
  });

  it('knows nothing of key 0, unassigned core keys and private keys', () => {
    for (const key of [0, 0x003c, 0x7fff, FIRST_PRIVATE_KEY, 0xffff]) should(valueKey(key)).be.undefined();
    FIRST_PRIVATE_KEY.should.equal(0x8000);
  });

  it('has 38 canonical events with their slots, in order', () => {
    canonicalEvents.length.should.equal(38);
    const lines = canonicalEvents.map(({ id, name, profile, slots }) =>
      [
        `0x${id.toString(16).padStart(4, '0')}`,
        name,
        profile,
        ...slots.map(
          ({ key, minOccurs, maxOccurs }) =>
            `${valueKey(key)!.name}:${typeText(key)}[${minOccurs}..${maxOccurs === 'unbounded' ? '*' : maxOccurs}]`
        )
      ].join(' ')
    );
    lines.should.eql(EVENTS.trim().split('\n'));
    for (const { id, name } of canonicalEvents) EventType[name as keyof typeof EventType].should.equal(id);
    Object.keys(EventType).length.should.equal(38);
  });

  it('puts each event into its group, and only the base events into Core', () => {
    const ranges: Record<string, [number, number, number]> = {
      Base: [1, 3, 3],
      System: [0x100, 0x108, 9],
      Condition: [0x200, 0x20e, 15],
      Procedural: [0x301, 0x304, 4],
      Regulated: [0x400, 0x406, 7]
    };
    for (const [group, [first, last, count]] of Object.entries(ranges)) {
      const events = canonicalEvents.filter((event) => event.group === group);
      events.length.should.equal(count);
      for (const event of events) {
        event.id.should.be.within(first, last);
        event.profile.should.equal(group === 'Base' ? 'Core' : 'Full');
      }
    }
  });

  it('has 14 TLV types with their widths and names', () => {
    const names = words('Bool SInt USInt UInt Int UDInt DInt ULInt LInt Real LReal DateTime String Bytes');
    names.forEach((name, tag) => {
      tlvName(tag)!.should.equal(name);
      TlvType[name as keyof typeof TlvType].should.equal(tag);
      isTlvType(tag).should.be.true();
    });
    names.map((_name, tag) => tlvWidth(tag)).should.eql([1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 8, 0, 0]);
    for (const tag of [14, 0xfe, wire.NO_TYPE]) {
      isTlvType(tag).should.be.false();
      tlvWidth(tag).should.equal(-1);
      should(tlvName(tag)).be.undefined();
    }
  });

  it('has the enumerations', () => {
    wire.categories.should.eql(words('ProcessState Mode Procedural'));
    wire.authResults.should.eql(words('Granted Denied NotRequired Pending Expired'));
    wire.signatureMeanings.should.eql(words('Authored Reviewed Approved Verified Performed Witnessed'));
    wire.conditionClasses.should.eql(words('Alarm Interlock'));
    wire.qualities.should.eql(words('Good Uncertain Bad Unknown'));
    wire.semanticRoles.should.eql(words('Actual Setpoint Command Count Position Status'));
    wire.clockQualities.should.eql(words('Unknown FreeRunning Synced Holdover'));
    wire.timeSyncStates.should.eql(words('Unsynced Synced SteppedForward SteppedBackward'));
    wire.batchStates.should.eql(words('Started Completed Held Resumed Aborted Paused'));
    wire.severityBands.should.eql([
      { label: 'Low', min: 1, max: 332 },
      { label: 'Medium', min: 333, max: 666 },
      { label: 'High', min: 667, max: 1000 }
    ]);
    Object.entries(wire.unitSymbols).should.eql(
      words('1 L degC bar rpm s ms kg m %').map((symbol, i) => [String(i + 1), symbol])
    );
  });

  it('has the two procedural models, whose names may be written in any case', () => {
    proceduralModels.length.should.equal(2);
    proceduralModel('isa-88')!.states.should.eql(
      words('Idle Running Complete Pausing Paused Holding Held Restarting Stopping Stopped Aborting Aborted')
    );
    proceduralModel('PACKML')!.states.should.eql(
      words(
        'Idle Starting Execute Completing Complete Holding Held Unholding Suspending Suspended Unsuspending ' +
          'Stopping Stopped Aborting Aborted Clearing Resetting'
      )
    );
    // ASCII case only: the Kelvin sign is no k.
    should(proceduralModel('Pac\u212aML')).be.undefined();
    should(proceduralModel('ISA-88 ')).be.undefined();
    should(proceduralModel('')).be.undefined();
  });
});
