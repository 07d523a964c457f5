import should from 'should';
import { bind, Binding, compileDefinition, DefinitionStore, writeDefinition } from '../../../lib/definition';
import { createFormatter } from '../../../lib/document';
import { ScenarioName, scenarios } from '../../../lib/simulator';
import { canonicalEvents, EventType, Key } from '../../../lib/wire';
import { clocked } from './support/clocked';
import { Follower, lineOf, ReadRecord } from './support/follower';

/**
 * Plays a scenario with every lifecycle operation in between, and hands every record on with the file it belongs to.
 */
function play(scenario: ScenarioName, each: (read: ReadRecord, definitionText: string) => void): void {
  const { simulator, pass } = clocked({ scenario, rate: 1000, seed: 5 });
  const follower = new Follower(simulator.producer);
  const look = (): void => {
    const text = simulator.definitionText();
    for (const read of follower.read()) each(read, text);
  };
  look();
  const commands = [
    'clock-unsynced',
    'drop',
    'clock-synced',
    'high-water',
    'definition-change',
    'cold-start',
    'definition-change'
  ];
  for (let i = 0; i < 350; i++) {
    pass(100);
    look();
    if (i % 50 === 25) {
      simulator.command(commands[Math.floor(i / 50)]).ok.should.be.true();
      // The records of a change are of both epochs; the followers' files of both versions declare the same ids.
      look();
    }
  }
  simulator.statistics().written.should.be.above(34_000);
}

function bindings(text: string): Binding {
  const outcome = compileDefinition(text);
  if (!outcome.ok) throw new Error(outcome.message);
  const store = new DefinitionStore();
  store.add(outcome.compiled, 'test');
  return bind(store, { stream: 'test', whenUnadvertised: 'assume' });
}

/** What the type of a field must have become when its reference was resolved. */
function expectedType(key: number, eventTypeId: number): string | undefined {
  if (key === Key.newState) return eventTypeId === EventType.StateTransition ? 'StateRef' : undefined;
  return resolvedTypes[key];
}

const resolvedTypes: Readonly<Record<number, string>> = {
  [Key.stateMachineId]: 'StateMachineRef',
  [Key.previousState]: 'StateRef',
  [Key.conditionId]: 'ConditionRef',
  [Key.causeOperand]: 'CauseOperandRef',
  [Key.valueId]: 'ValueRef',
  [Key.messageTemplateId]: 'MessageTemplateRef'
};

for (const name of Object.keys(scenarios) as ScenarioName[]) {
  describe(`the scenario ${name}`, () => {
    it('logs only records that are valid and resolve completely, against every version of its definition', () => {
      const formatter = createFormatter({ profile: 'enriched' });
      const contexts = new Map<string, ReturnType<typeof formatter.context>>();
      for (const file of scenarios[name].definitions()) {
        const text = writeDefinition(file);
        contexts.set(text, formatter.context({}, bindings(text)));
      }
      const versions = new Set<string>();
      play(name, (read, text) => {
        const context = contexts.get(text);
        if (context === undefined) throw new Error('a definition file that is not up to date');
        versions.add(text);
        const document = formatter.recordObject(read.record, read.abs, context);
        if (document.kind !== 'event') throw new Error(`${lineOf(read)}: ${JSON.stringify(document)}`);
        const unresolved = document.fields.find(
          (field) => field.type !== (expectedType(field.key, read.record.eventTypeId) ?? field.type)
        );
        if (unresolved !== undefined || document.warnings !== undefined)
          throw new Error(`${lineOf(read)}: ${JSON.stringify(document)}`);
        should(document.provenance.source.name).be.a.String();
      });
      versions.size.should.be.aboveOrEqual(2);
    });

    it('says the same twice from the same seed, and something else from another', () => {
      const run = (seed: number): string[] => {
        const { simulator, pass } = clocked({ scenario: name, rate: 100, seed });
        const follower = new Follower(simulator.producer);
        for (let i = 0; i < 20; i++) pass(100);
        return follower
          .read()
          .map(
            (read) =>
              `${lineOf(read)} ` +
              `${Buffer.from(read.record.bytes.subarray(read.record.start + 40, read.record.slotsEnd)).toString('hex')}`
          );
      };
      run(1).should.deepEqual(run(1));
      run(1).should.not.deepEqual(run(2));
    });

    it('keeps a pace of its own that is pleasant to watch', () => {
      const { simulator, pass } = clocked({ scenario: name, rate: 0 });
      for (let i = 0; i < 6000; i++) pass(50);
      const perSecond = simulator.statistics().written / 300;
      perSecond.should.be.within(2, 20);
    });
  });
}

describe('the scenarios together', () => {
  it('show every canonical event but BufferCleared, which a ring with epoch strategy "retain" never logs', () => {
    const seen = new Set<number>();
    for (const name of Object.keys(scenarios) as ScenarioName[])
      play(name, ({ record }) => seen.add(record.eventTypeId));
    canonicalEvents
      .filter(({ id }) => !seen.has(id))
      .map(({ name }) => name)
      .should.deepEqual(['BufferCleared']);
  });

  it('show every TLV type', () => {
    const seen = new Set<number>();
    for (const name of Object.keys(scenarios) as ScenarioName[])
      play(name, ({ record }) => record.slots().forEach((slot) => seen.add(slot.type)));
    [...seen].sort((a, b) => a - b).should.deepEqual([...Array(14).keys()]);
  });
});
