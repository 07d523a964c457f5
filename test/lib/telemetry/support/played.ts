import { bind, compileDefinition, DefinitionStore, writeDefinition } from '../../../../lib/definition';
import { createFormatter, DocumentContext, DocumentObject } from '../../../../lib/document';
import { ScenarioName, scenarios } from '../../../../lib/simulator';
import { clocked } from '../../simulator/support/clocked';
import { Follower } from '../../simulator/support/follower';

/**
 * Documents of a scenario with every lifecycle operation in between, in the batches that a reader would make of them.
 */
export function played(name: ScenarioName): DocumentObject[][] {
  const formatter = createFormatter({ profile: 'enriched' });
  const contexts = new Map<string, DocumentContext>();
  for (const file of scenarios[name].definitions()) {
    const text = writeDefinition(file);
    const outcome = compileDefinition(text);
    if (!outcome.ok) throw new Error(outcome.message);
    const store = new DefinitionStore();
    store.add(outcome.compiled, 'test');
    contexts.set(
      text,
      formatter.context(
        { receiveTimeNs: '1780272100000000000', bufferId: 3 },
        bind(store, { stream: 'test', whenUnadvertised: 'assume' })
      )
    );
  }
  const { simulator, pass } = clocked({ scenario: name, rate: 200, seed: 5 });
  const follower = new Follower(simulator.producer);
  const batches: DocumentObject[][] = [];
  const look = (): void => {
    const context = contexts.get(simulator.definitionText());
    if (context === undefined) throw new Error('a definition file that is not up to date');
    batches.push(follower.read().map(({ record, abs }) => formatter.recordObject(record, abs, context)));
  };
  const commands = ['clock-unsynced', 'drop', 'clock-synced', 'high-water', 'definition-change', 'cold-start'];
  for (let i = 0; i < 180; i++) {
    pass(100);
    look();
    if (i % 30 === 25) simulator.command(commands[Math.floor(i / 30)]).ok.should.be.true();
  }
  return batches;
}
