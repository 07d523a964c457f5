import should from 'should';
import {
  canonicalEventTypes,
  canonicalJson,
  Definition,
  DefinitionErrorCode,
  parseDefinition,
  prettyJson,
  validateDefinition,
  writeDefinition
} from '../../../lib/definition';
import { fittedExponent } from '../../support/fitted-exponent';
import { Seeded, seeded } from '../../support/seeded';
import { fullFile, objects, Plain } from './full-file';
import { rounds } from '../../support/rounds';

const base = JSON.stringify(fullFile());
const pretty = JSON.stringify(fullFile(), null, 2);

/** Pieces that a file might wrongly contain, beside its own. */
const pieces = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u',
  '\\ud800',
  '\\udc00',
  '-',
  '-0',
  '1.0',
  '1e3',
  '0',
  '00',
  '18446744073709551616',
  '-9223372036854775809',
  'null',
  'true',
  'false',
  'NaN',
  '"unbounded"',
  '"__proto__":{},',
  '"id":1,',
  '\ufeff',
  '\ud83d',
  '\u0000',
  '\n',
  ' ',
  '[[[[',
  '{"a":',
  '"type":null,',
  '"valuePayload":true,'
];

/**
 * `count` random edits: a piece put in or in place, a stretch cut, doubled or taken from elsewhere, one unit changed.
 */
function mutated(text: string, random: Seeded, count: number): string {
  for (let i = 0; i < count; i++) {
    const at = random.below(text.length + 1);
    const length = random.below(random.below(4) === 0 ? 200 : 8);
    const elsewhere = random.below(text.length + 1);
    const inserts = [
      pieces[random.below(pieces.length)],
      text.slice(elsewhere, elsewhere + length),
      text.slice(at, at + length) + text.slice(at, at + length),
      String.fromCharCode(random.below(random.below(3) === 0 ? 0x1_0000 : 0x80)),
      ''
    ];
    text =
      text.slice(0, at) + inserts[random.below(inserts.length)] + text.slice(at + (random.below(2) === 0 ? 0 : length));
  }
  return text;
}

const names = [...new Set(objects.flatMap(([, fields]) => fields.map(([name]) => name))), '__proto__', 'x'];

/** Random JSON that likes the names and shapes of a definition file. */
function randomJson(random: Seeded, depth: number): Plain {
  switch (random.below(depth > 5 ? 6 : 9)) {
    case 0:
      return random.below(70_000) - 10;
    case 1:
      return random.next() * 10;
    case 2:
      return names[random.below(names.length)];
    case 3:
      return random.below(2) === 0;
    case 4:
      return null;
    case 5:
      return random.below(3);
    case 6:
      return Array.from({ length: random.below(4) }, () => randomJson(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(6) }, () => [
          names[random.below(names.length)],
          randomJson(random, depth + 1)
        ])
      );
  }
}

/** The full file with one node of its tree replaced, so that the text stays JSON. */
function grafted(random: Seeded): string {
  const file = fullFile();
  let here: { [key: string]: Plain } | Plain[] = file;
  for (;;) {
    const keys: string[] = Object.keys(here);
    const key: string = keys[random.below(keys.length)] ?? '0';
    const next: Plain = (here as { [key: string]: Plain })[key];
    if (typeof next === 'object' && next !== null && random.below(4) !== 0) here = next;
    else {
      (here as { [key: string]: Plain })[key] = randomJson(random, 3);
      return JSON.stringify(file);
    }
  }
}

function input(kind: number, random: Seeded): string | Uint8Array {
  switch (kind) {
    case 0:
      return mutated(base, random, 1 + random.below(3));
    case 1:
      return mutated(pretty, random, 1);
    case 2:
      return grafted(random);
    case 3:
      return JSON.stringify(randomJson(random, 0));
    case 4:
      return random.bytes(random.below(200));
    case 5:
      return Buffer.from(mutated(base, random, 1));
    case 6: {
      const bytes = Buffer.from(base);
      bytes[random.below(bytes.length)] = random.below(256);
      return bytes;
    }
    default: {
      const cut = base.slice(0, random.below(base.length));
      return [
        cut,
        '\ufeff' + base,
        cut + '[{"a":'.repeat(random.below(60)),
        base.replace('[]', '['.repeat(random.below(100)))
      ][random.below(4)];
    }
  }
}

const codes = new Set<DefinitionErrorCode>();

/** What must hold of every answer. Returns whether the file was accepted. */
function check(text: string | Uint8Array): boolean {
  const result = parseDefinition(text);
  if (!result.ok) {
    codes.add(result.code);
    if (
      !result.message.startsWith('invalid definition JSON: ') ||
      result.line < 1 ||
      result.column < 1 ||
      result.message.length > 1000
    )
      throw new Error(JSON.stringify(result));
    return false;
  }
  // What we accept is JSON to everyone, and its written form is accepted again with the same canonical form.
  JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
  validateDefinition(result.definition);
  const again = parseDefinition(prettyJson(result.definition));
  if (!again.ok || canonicalJson(again.definition) !== canonicalJson(result.definition))
    throw new Error('written and read it is another definition');
  return true;
}

const INPUTS = rounds(30_000, 100_000);

describe('the definition parser against files of anyone’s making', () => {
  it(`answers ${INPUTS} random and mutated inputs with a value, never an exception`, function () {
    const random = seeded(7);
    let accepted = 0;
    for (let i = 0; i < INPUTS; i++) {
      const text = input(i % 8, random);
      try {
        if (check(text)) accepted++;
      } catch (error) {
        throw new Error(
          `input ${i}: ${String(error)}\n${typeof text === 'string' ? text : Buffer.from(text).toString('latin1')}`
        );
      }
    }
    // The run is worth something only if both sides of every rule were met.
    accepted.should.be.within(INPUTS / 100, 0.6 * INPUTS);
    // All codes but that of the size limit.
    codes.size.should.equal(12);
  });
});

/** Files of about `size` units, each of the kind that a careless parser takes too long over. */
const shapes: Record<string, (size: number) => string> = {
  'a valid file with many entries': (size) =>
    JSON.stringify(
      { ...fullFile(), units: Array.from({ length: size / 30 }, (_, i) => ({ unitId: i % 65536, symbol: 'u' + i })) },
      null,
      1
    ),
  'one long string': (size) => `"${'x'.repeat(size)}"`,
  'a string of escapes': (size) => `"${'\\u00e9\\n'.repeat(size / 8)}"`,
  'a number of many digits': (size) => '1'.repeat(size),
  'a float of many digits': (size) => `0.${'1'.repeat(size)}`,
  'white space and line ends': (size) => ' \n'.repeat(size / 2) + '?',
  'an object of many keys': (size) =>
    `{${Array.from({ length: size / 32 }, (_, i) => `"key of an object ${i}":${i}`).join(',')}}`,
  'an array of many objects': (size) => `{"units":[${'{"a":1},'.repeat(size / 8)}{}]}`,
  'objects left open': (size) => '{"a":['.repeat(20).concat('[],'.repeat(size / 3)),
  'one long key twice': (size) => `{"${'k'.repeat(size / 2)}":1,"${'k'.repeat(size / 2)}":2}`
};

describe('the time of the definition parser', function () {
  const sizes = [1, 2, 4, 8, 16].map((factor) => factor * 65_536);

  for (const [title, shape] of Object.entries(shapes)) {
    it(`grows linearly with ${title}`, async () => {
      const texts = new Map(sizes.map((size) => [size, shape(size)]));
      (await fittedExponent(sizes, (size) => void parseDefinition(texts.get(size)!))).should.be.below(1.3);
    });
  }

  it('and that of hashing and writing grow linearly with a file of many events', async () => {
    const models = new Map<number, Definition>();
    for (const factor of [1, 2, 4, 8]) {
      const eventTypes = Array.from({ length: factor * 8 }, (_, i) =>
        canonicalEventTypes().map((event) => ({ ...event, id: event.id + i * 65536 }))
      ).flat();
      const result = parseDefinition(JSON.stringify({ ...fullFile(), eventTypes }));
      if (!result.ok) throw new Error(result.message);
      models.set(factor, result.definition);
    }
    const exponent = await fittedExponent([...models.keys()], (factor) => {
      should(validateDefinition(models.get(factor)!)).be.undefined();
      writeDefinition(models.get(factor)!);
    });
    exponent.should.be.below(1.3);
  });
});
