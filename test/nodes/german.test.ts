import should from 'should';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { catalogueOf } from '../../scripts/dialogs.cjs';

const root = join(__dirname, '..', '..');
const types = readdirSync(join(root, 'nodes')).filter((name) => existsSync(join(root, 'nodes', name, 'locales')));

/** Every text of a catalogue by its path. */
function textsOf(catalogue: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(catalogue).flatMap(([step, below]: [string, unknown]) =>
      typeof below === 'string'
        ? [[`${path}${step}`, below] as const]
        : [...textsOf(below as object, `${path}${step}.`)]
    )
  );
}
/** What is put into a text: `__count__`, `${NAME}`. */
const valuesIn = (text: string): string[] => (text.match(/__\w+__|\$\{\w*/g) ?? []).sort();

describe('the dialogs in German', () => {
  for (const type of types)
    it(`${type}: each text of the English catalogue has a German one, with the same values in it`, () => {
      const [english, german] = ['en-US', 'de'].map((language) => textsOf(catalogueOf(type, language)));
      should([...german.keys()].sort()).eql([...english.keys()].sort());
      for (const [path, text] of english) should(valuesIn(german.get(path)!)).eql(valuesIn(text), path);
    });
});
