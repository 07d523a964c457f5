import should from 'should';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

/** What a technician reads at night: these nodes have a German help. */
const helped = [
  'ack',
  'archive',
  'decoder',
  'definition',
  'doc',
  'drift-guard',
  'logobject',
  'modbus',
  'opcua',
  'otlp',
  'reader'
];
const help = (type: string, language: string): string =>
  readFileSync(join(root, 'nodes', type, 'locales', language, `${type}.html`), 'utf8');
const unescaped = (html: string): string => html.replaceAll('&lt;', '<').replaceAll('&gt;', '>');
/** A formula of labels is in its own language. */
const codesIn = (html: string): string[] =>
  [...html.matchAll(/<code>([^]*?)<\/code>/g)].map(([, code]) => code).filter((code) => !/^[A-Z][a-z].* × /.test(code));
/** The names in the heads of a help, whole and each by itself: of message properties and of fields. */
const headsIn = (html: string): string[] =>
  [...html.matchAll(/<dt[^>]*>([^<]*)/g)].flatMap(([, head]) =>
    [head, ...head.split(', ')].map((name) => name.replace(/ \((OPC UA|Modbus)\)/, '').trim())
  );
const propertiesIn = (html: string): string[] =>
  headsIn((html.match(/<dt[^>]*>[^<]*<span class="property-type">/g) ?? []).join(''));

describe('the help in German', () => {
  for (const type of helped.map((name) => `openot-${name}`)) {
    const [english, german] = [help(type, 'en-US'), help(type, 'de')];

    it(`${type}: explains every name, value, code and formula that the English one does`, () => {
      const there = new Set(codesIn(german).map(unescaped));
      should(
        codesIn(english)
          .map(unescaped)
          .filter((code) => !there.has(code))
      ).eql([]);
      should(propertiesIn(german)).eql(propertiesIn(english));
    });

    it(`${type}: has every field of the dialog under its German label`, () => {
      const { [type]: texts } = catalogueOf(type, 'de') as Record<string, { label: Record<string, string> }>;
      const heads = headsIn(german);
      should(Object.values(texts.label).filter((label) => !heads.some((head) => head === label))).eql([]);
    });

    it(`${type}: has the parts of the English one, each tag closed, and is for the same node`, () => {
      for (const tag of ['h3', 'dl', 'ol', 'p', 'dd', 'code', 'i', 'b', 'li']) {
        const count = (html: string, end: string): number => html.split(`<${end}${tag}>`).length - 1;
        const opened = count(german, '') + german.split(`<${tag} `).length - 1;
        should(opened).equal(count(german, '/'), tag);
        if (['h3', 'ol', 'li'].includes(tag)) should(count(german, '/')).equal(count(english, '/'), tag);
      }
      should(german).startWith(`<script type="text/html" data-help-name="${type}">`);
    });
  }

  it('takes the number fields of the English one over with the same figures', () => {
    const figures = (html: string): string[] => html.match(/\b\d{4,}\b/g) ?? [];
    for (const type of helped.map((name) => `openot-${name}`)) {
      const german = new Set(figures(help(type, 'de').replace(/(\d)\.(?=\d{3}\b)/g, '$1')));
      should(figures(help(type, 'en-US').replaceAll(',', '')).filter((figure) => !german.has(figure))).eql([], type);
    }
  });
});
