import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import 'should';
import { compileDefinition, parseDefinition, writeDefinition } from '../../../lib/definition';
import { scenarios } from '../../../lib/simulator';

const folder = join(__dirname, '../../../lib/simulator/definitions');

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
