import should from 'should';
import * as vm from 'node:vm';
import { createOtlpJsonWriter, otlpJson } from '../../../lib/telemetry/json';
import { seeded, Seeded } from '../../support/seeded';

const writer = createOtlpJsonWriter();

/** Both forms say what JSON.stringify says. */
function same(value: unknown): void {
  const expected = JSON.stringify(value) ?? 'null';
  should(writer.text(value)).equal(expected);
  should(writer.bytes(value).toString()).equal(Buffer.from(expected).toString());
}

const attribute = (key: unknown, value: unknown): object => ({ key, value });

describe('JSON text of requests', () => {
  const values: [string, unknown][] = [
    [
      'attributes of every type',
      [
        attribute('a', { stringValue: 'x' }),
        attribute('b', { intValue: '-1' }),
        attribute('c', { doubleValue: 5 }),
        attribute('d', { boolValue: true }),
        attribute('e', { boolValue: false }),
        attribute('f', { bytesValue: 'AA==' }),
        attribute('g', { arrayValue: { values: [{ stringValue: 'x' }, { doubleValue: 0.1 }] } }),
        attribute('h', { kvlistValue: { values: [attribute('i', { intValue: '1' })] } })
      ]
    ],
    [
      'texts that need escapes',
      [attribute('"\\', { stringValue: 'a"b\\c\n\u0000\u001f\u007f\u2028' }), 'tab\t', { '"': 1 }]
    ],
    [
      'texts beyond ASCII',
      [
        attribute('schlüssel', { stringValue: 'Größe 🏭' }),
        attribute('a', { stringValue: 'ü' }),
        attribute('ü', { boolValue: true }),
        { ü: 'ä', '🏭': [] }
      ]
    ],
    ['half a surrogate pair', [attribute('a\ud83c', { stringValue: '\udfed' }), '\ud83c']],
    ['a text of 255 bytes', [attribute('a', { stringValue: `${'🏭'.repeat(63)}äb` })]],
    ['names of any length', [attribute('a'.repeat(10_000), { stringValue: 'x' }), { ['b'.repeat(10_000)]: 1 }]],
    [
      'nothing to say',
      [undefined, null, () => 1, Symbol('s'), { a: undefined, b: () => 1, c: 1 }, { a: undefined }, {}, []]
    ],
    ['nothing at all', undefined],
    ['numbers', [0, 1, -1, 0.1, 1e21, 1e-7, 5e-324, Number.MAX_SAFE_INTEGER, NaN, Infinity, -Infinity, 4294967295]],
    [
      'attributes that are none',
      [
        attribute('a', null),
        attribute('a', undefined),
        attribute('a', {}),
        attribute('a', 5),
        attribute(5, { stringValue: 'x' }),
        { value: { stringValue: 'x' }, key: 'a' },
        { ...attribute('a', { stringValue: 'x' }), more: 1 },
        { key: 'a' },
        attribute('a', { stringValue: 'x', intValue: '1' })
      ]
    ],
    [
      'attributes of other types',
      [
        attribute('a', { stringValue: 5 }),
        attribute('a', { intValue: 5 }),
        attribute('a', { boolValue: 'x' }),
        attribute('a', { boolValue: undefined }),
        attribute('a', { doubleValue: '1' }),
        attribute('a', { doubleValue: NaN }),
        attribute('a', [1]),
        attribute('a', 'x')
      ]
    ],
    [
      'what has a JSON of its own',
      [
        new Date(0),
        { toJSON: () => ({ a: 1 }) },
        attribute('a', { toJSON: () => 3 }),
        { toJSON: () => undefined },
        Object.assign(attribute('a', 1), { toJSON: () => 'x' }),
        Buffer.from('ab')
      ]
    ],
    [
      'what is no plain object',
      [
        new (class {
          a = 1;
        })(),
        Object.create({ inherited: 1 }),
        Object.create(null),
        new Map([[1, 2]]),
        new String('x'),
        new Number(5),
        new Boolean(false),
        Object.assign([1], { more: 2 })
      ]
    ],
    ['holes', [1, , 3]],
    [
      'deep nesting',
      Array.from({ length: 60 }).reduce<unknown>((inner, _, i) => (i % 2 === 0 ? [inner] : { inner }), 'end')
    ]
  ];
  for (const [name, value] of values) it(`is what JSON.stringify writes: ${name}`, () => same(value));

  it('is what JSON.stringify writes of objects of another realm', () =>
    same(vm.runInNewContext('[{key: "a", value: {stringValue: "x"}}, {a: [1]}, new Date(0)]')));

  it('keeps the sign of a negative zero, which JSON.stringify drops', () => {
    should(otlpJson([attribute('a', { doubleValue: -0 }), { asDouble: -0 }, 0])).equal(
      '[{"key":"a","value":{"doubleValue":-0}},{"asDouble":-0},0]'
    );
    should(Object.is((JSON.parse(otlpJson([-0])) as number[])[0], -0)).be.true();
  });

  it('throws what JSON.stringify throws, and goes on afterwards', () => {
    const round: Record<string, unknown> = {};
    round.again = [round];
    for (const bad of [[5n], { a: { b: 5n } }, round, attribute('a', { stringValue: 'x', then: 5n })]) {
      should(() => JSON.stringify(bad)).throw(TypeError);
      should(() => writer.text(bad)).throw(TypeError);
      same([attribute('a', { stringValue: 'x' })]);
    }
  });

  it('is not disturbed by whoever writes JSON meanwhile', () =>
    same([
      attribute('a', { stringValue: 'x' }),
      { toJSON: () => writer.text(['inner']) },
      attribute('b', { stringValue: 'y' })
    ]));

  it('grows beyond any room it began with', () => {
    same([
      attribute('a', { stringValue: 'x'.repeat(3 << 20) }),
      attribute('b', { stringValue: 'é'.repeat(1 << 20) }),
      'x'
    ]);
    same(Array.from({ length: 40_000 }, (_, i) => attribute(`key ${i % 5000}`, { intValue: String(i) })));
    const one = writer.bytes(['first']);
    writer.bytes(['other']);
    should(one.toString()).equal('["first"]');
  });

  it('is what JSON.stringify writes of 3000 random values', () => {
    const random = seeded(21);
    for (let i = 0; i < 3000; i++) same(randomValue(random, 4));
  });
});

const KEYS = [
  'key',
  'value',
  'stringValue',
  'intValue',
  'boolValue',
  'doubleValue',
  'arrayValue',
  'values',
  'attributes',
  'ü',
  '"',
  ''
];
const SCALARS: unknown[] = [
  '',
  'plain',
  'a"b',
  'ü🏭',
  '\n',
  'x'.repeat(100),
  0,
  1.5,
  NaN,
  true,
  false,
  null,
  undefined
];

function randomValue(random: Seeded, depth: number): unknown {
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)];
  const kind = depth === 0 ? 0 : random.below(4);
  if (kind === 0) return pick(SCALARS);
  if (kind === 1) return Array.from({ length: random.below(5) }, () => randomValue(random, depth - 1));
  if (kind === 2)
    return attribute(random.below(8) === 0 ? pick(SCALARS) : pick(KEYS), {
      [pick(KEYS)]: randomValue(random, depth - 1)
    });
  return Object.fromEntries(
    Array.from({ length: random.below(5) }, () => [pick(KEYS), randomValue(random, depth - 1)])
  );
}
