import should from 'should';
import { bind, Binding, compileDefinition, DefinitionStore, writeDefinition } from '../../../../lib/definition';
import { createFormatter, DocumentObject } from '../../../../lib/document';
import { assembleRequest } from '../../../../lib/telemetry/assemble';
import { createSpanStore } from '../../../../lib/telemetry/spans';
import { ScenarioName, scenarios } from '../../../../lib/simulator';
import { assertValid } from '../../../support/otlp/validator';
import { clocked } from '../../simulator/support/clocked';
import { Follower } from '../../simulator/support/follower';
import { tellSpans, toldBy } from './support/oracle';
import { plain, read } from './support/reading';

function bindings(text: string): Binding {
  const outcome = compileDefinition(text);
  if (!outcome.ok) throw new Error(outcome.message);
  const store = new DefinitionStore();
  store.add(outcome.compiled, 'test');
  return bind(store, { stream: 'test', whenUnadvertised: 'assume' });
}

/**
 * What a controller says in some minutes, as enriched documents: definition changes, a cold start and a power cycle
 * included.
 */
function documentsOf(scenario: ScenarioName): DocumentObject[] {
  const formatter = createFormatter({ profile: 'enriched' });
  const byText = new Map<string, Binding>();
  for (const file of scenarios[scenario].definitions()) {
    const text = writeDefinition(file);
    byText.set(text, bindings(text));
  }
  const { simulator, pass } = clocked({ scenario, rate: 500, seed: 11 });
  let follower = new Follower(simulator.producer);
  const documents: DocumentObject[] = [];
  const look = (): void => {
    const binding = byText.get(simulator.definitionText());
    if (binding === undefined) throw new Error('a definition file that is not up to date');
    const context = formatter.context(
      { bufferId: 1, incarnation: simulator.producer.incarnation, receiveTimeNs: String(simulator.producer.now()) },
      binding
    );
    for (const { record, abs } of follower.read()) documents.push(formatter.recordObject(record, abs, context));
  };
  const commands = ['clock-unsynced', 'definition-change', 'clock-synced', 'cold-start', 'drop', 'power-cycle'];
  for (let i = 0; i < 240; i++) {
    pass(100);
    look();
    if (i % 40 !== 20) continue;
    const command = commands[Math.floor(i / 40)];
    should(simulator.command(command).ok).be.true();
    if (command === 'power-cycle') follower = new Follower(simulator.producer);
    look();
  }
  return documents;
}

for (const scenario of Object.keys(scenarios) as ScenarioName[]) {
  describe(`spans of the scenario ${scenario}`, () => {
    let documents: DocumentObject[];
    before(() => {
      documents = documentsOf(scenario);
    });

    it('are those that the rules tell, and valid OTLP', () => {
      const spanStore = createSpanStore();
      const spans = read(spanStore, documents, 'plant/line', true);
      should(spans.map(toldBy)).eql(tellSpans(documents, 'plant/line', true));
      assertValid('traces', assembleRequest('traces', { spans }, { resource: { attributes: [] }, scope: {} }));
      const kinds = spans.map(({ attributes }) => plain(attributes)['openot.span.kind']);
      for (const kind of ['condition', 'batch', 'state'])
        should(kinds.filter((found) => found === kind).length).be.above(2, kind);
      const reasons = new Set(spans.map(({ attributes }) => plain(attributes)['openot.truncation.reason']));
      for (const reason of [undefined, 'run', 'incarnation'])
        should(reasons.has(reason as never)).equal(true, String(reason));
      should(new Set(spans.map(({ spanId }) => spanId)).size).equal(spans.length);
    });

    it('have names that are few and say something', () => {
      const spanStore = createSpanStore();
      const names = new Set(read(spanStore, documents, 'plant/line', true).map(({ name }) => name));
      should(names.size).be.below(60);
      for (const name of names)
        should(name)
          .match(/^[A-Z].*|^batch .+/)
          .and.not.match(/\d{4,}/);
    });
  });
}
