import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { compileDefinition, parseDefinition, writeDefinition } from '../../../lib/definition';
import { scenarios } from '../../../lib/simulator';

const folder = join(__dirname, '../../../lib/simulator/definitions');
const examples = join(__dirname, '../../../examples');

for (const scenario of Object.values(scenarios)) {
  describe(`definition files of the scenario ${scenario.name}`, () => {
    // OPENOT_UPDATE=1 writes them anew; then look at what has changed.
    it('are what the models say', () => {
      const texts = scenario.definitions().map(writeDefinition);
      texts.length.should.equal(scenario.definitionFiles.length);
      texts.length.should.be.aboveOrEqual(2);
      for (const [i, file] of scenario.definitionFiles.entries()) {
        if (process.env.OPENOT_UPDATE) writeFileSync(join(folder, file), texts[i]);
        readFileSync(join(folder, file), 'utf8').should.equal(texts[i], file);
      }
    });

    it('are valid, name their own hash, and differ in it', () => {
      const hashes = new Set<string>();
      for (const file of scenario.definitionFiles) {
        const text = readFileSync(join(folder, file), 'utf8');
        const outcome = compileDefinition(text);
        if (!outcome.ok) throw new Error(`${file}: ${outcome.message}`);
        (outcome.compiled.violation === undefined).should.be.true(
          `${file}: ${JSON.stringify(outcome.compiled.violation)}`
        );
        outcome.compiled.contentHash.should.equal(outcome.compiled.definition.header.contentHash);
        hashes.add(outcome.compiled.carriageHash);
      }
      hashes.size.should.equal(scenario.definitionFiles.length);
    });

    it('give every source a name, a path and a hierarchy of the same depth', () => {
      scenario.sources.length.should.be.aboveOrEqual(3);
      for (const file of scenario.definitionFiles) {
        const outcome = parseDefinition(readFileSync(join(folder, file), 'utf8'));
        if (!outcome.ok) throw new Error(outcome.message);
        const { sources } = outcome.definition;
        sources
          .map(({ sourceId }) => sourceId)
          .should.deepEqual([0, ...scenario.sources.map(({ sourceId }) => sourceId)]);
        for (const source of sources) {
          source.name.length.should.be.above(3);
          source.path.length.should.equal(source.hierarchy.length).and.be.aboveOrEqual(3);
        }
      }
    });
  });
}

describe('the definition in an example', () => {
  // Import the file of the plant into the node again where a plant's definition has changed.
  it('is the one that its simulated controller names', () => {
    let held = 0;
    for (const file of readdirSync(examples).filter((name) => name.endsWith('.json'))) {
      const nodes = JSON.parse(readFileSync(join(examples, file), 'utf8')) as Record<string, string>[];
      const texts = nodes.filter(({ type, json }) => type === 'openot-definition' && json !== '');
      const plants = nodes.filter(({ type }) => type === 'openot-simulator');
      if (texts.length === 0 || plants.length === 0) continue;
      const [{ json }] = texts;
      const scenario = scenarios[plants[0].scenario as keyof typeof scenarios];
      should(compiledHash(json)).equal(compiledHash(writeDefinition(scenario.definitions()[0])), file);
      held++;
    }
    should(held).be.aboveOrEqual(6);
  });
});

function compiledHash(text: string): string {
  const outcome = compileDefinition(text);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.compiled.contentHash;
}
