import should from 'should';
import type { Node } from 'node-red';
import { EventEmitter } from 'node:events';
import { runInNewContext } from 'node:vm';
import { CodedError } from '../../../nodes/shared/coded-error';
import { factsOf } from '../../../nodes/shared/facts';
import { closeWith, handle } from '../../../nodes/shared/handle';
import { itemsOf } from '../../../nodes/shared/items-in';
import { numberOf } from '../../../nodes/shared/numbers';
import { ageChangesInMs, shortAge, ThrottledStatus } from '../../../nodes/shared/status';
import { isU64Text, u64TextOf } from '../../../nodes/shared/u64-text';
import { fileNameOf } from '../../../nodes/shared/user-directory';
import { shouldBePlain } from '../../support/node-red';
import { facts, message, snapshot } from '../support/data';
import { Item, itemsOfConcatenation, RecordItem } from '../../../lib/ring';

class FakeNode extends EventEmitter {
  readonly errors: unknown[] = [];
  readonly shown: unknown[] = [];
  error(error: unknown): void {
    this.errors.push(error);
  }
  warn(text: unknown): void {
    this.errors.push(text);
  }
  status(status: unknown): void {
    this.shown.push(status);
  }
  get node(): Node {
    return this as unknown as Node;
  }
}

/** Runs one message through a handler; resolves with the arguments of every call of done. */
async function run(
  work: () => void | Promise<void>,
  done: (error?: Error) => void = () => undefined
): Promise<Array<Error | undefined>> {
  const fake = new FakeNode();
  handle(fake.node, work);
  const calls: Array<Error | undefined> = [];
  fake.emit(
    'input',
    {},
    () => undefined,
    (error?: Error) => {
      calls.push(error);
      done(error);
    }
  );
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  return calls;
}

describe('the wrapper of input handlers', () => {
  it('calls done once without an error, at once or when a promise resolves', async () => {
    should(await run(() => undefined)).eql([undefined]);
    should(await run(async () => undefined)).eql([undefined]);
  });

  for (const [name, work] of [
    [
      'thrown',
      () => {
        throw new CodedError('OPENOT_CONFIG', 'why');
      }
    ],
    [
      'rejected with',
      async () => {
        throw new CodedError('OPENOT_CONFIG', 'why');
      }
    ]
  ] as Array<[string, () => void]>) {
    it(`turns what is ${name} into done(error), once`, async () => {
      const [error, ...more] = await run(work);
      should(more).eql([]);
      should((error as CodedError).code).equal('OPENOT_CONFIG');
      should(String(error)).equal('OPENOT_CONFIG: why');
    });
  }

  it('gives a code also to what nobody expected, undefined included', async () => {
    should(
      (
        (
          await run(() => {
            throw new TypeError('x is not a function');
          })
        )[0] as CodedError
      ).code
    ).equal('OPENOT_INTERNAL');
    should(((await run(() => Promise.reject(undefined as unknown as Error)))[0] as CodedError).code).equal(
      'OPENOT_INTERNAL'
    );
  });

  it('survives a done that throws', async () => {
    should(
      (
        await run(
          async () => undefined,
          () => {
            throw new Error('a Complete node failed');
          }
        )
      ).length
    ).equal(1);
  });
});

describe('closing', () => {
  it('goes on after a failure and after the time limit', async () => {
    for (const work of [() => Promise.reject(new Error('no')), () => new Promise<void>(() => undefined)]) {
      const fake = new FakeNode();
      closeWith(fake.node, work, 20);
      await new Promise<void>((resolve) => fake.emit('close', false, resolve));
      should(fake.errors.length).equal(1);
    }
  });
});

describe('the throttled status', () => {
  it('shows the first at once, then the last of each interval, and nothing after close', async () => {
    const fake = new FakeNode();
    const status = new ThrottledStatus(fake.node, 15);
    let built = 0;
    for (let count = 1; count <= 100; count++) status.set(() => ({ text: String((built++, count)) }));
    should(fake.shown).eql([{ text: '1' }]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    should(fake.shown).eql([{ text: '1' }, { text: '100' }]);
    should(built).equal(2);
    status.set(() => ({ text: 'a' }));
    status.set(() => ({ text: 'b' }));
    status.close();
    await new Promise((resolve) => setTimeout(resolve, 40));
    should(fake.shown.length).equal(3);
  });
});

describe('a status that shows an age', () => {
  it('is made again by itself while nothing else happens, and no more once it is closed', async () => {
    const fake = new FakeNode();
    const status = new ThrottledStatus(fake.node, 5);
    let age = 0;
    status.set(
      () => ({ text: String(age++) }),
      () => 10
    );
    const end = Date.now() + 5000;
    while (fake.shown.length < 4 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
    should(fake.shown.slice(0, 4)).eql(['0', '1', '2', '3'].map((text) => ({ text })));
    // One without an age takes its place: nothing renews it.
    status.set(() => ({ text: 'last' }));
    while (!fake.shown.some((shown) => (shown as { text: string }).text === 'last') && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const count = fake.shown.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    should(fake.shown.length).equal(count);
    status.set(
      () => ({ text: String(age++) }),
      () => 10
    );
    status.close();
    await new Promise((resolve) => setTimeout(resolve, 60));
    should(fake.shown.length).be.belowOrEqual(count + 1);
  });

  it('is renewed with steps that grow with the age, and each time it reads otherwise', () => {
    should([0, 5000, 59_999].map(ageChangesInMs)).eql([1000, 1000, 1000]);
    should([60_000, 61_000, 3_599_000].map(ageChangesInMs)).eql([60_000, 59_000, 1000]);
    should([3_600_000, 3_600_001].map(ageChangesInMs)).eql([3_600_000, 3_599_999]);
    for (const ms of [0, 999, 60_000, 150_000, 3_600_000, 9_999_999])
      should(shortAge(ms + ageChangesInMs(ms))).not.equal(shortAge(ms));
  });
});

describe('the file name of a node', () => {
  const ids = [
    'a:b',
    'a_b',
    'a_003ab',
    'A:b',
    'a:B',
    'AB',
    'ab',
    'a.b',
    'a b',
    '..',
    '.',
    '',
    '/',
    '../../etc/passwd',
    'a/b',
    'a\\b',
    'con',
    'CON',
    'nul',
    'com1',
    '_con',
    'x'.repeat(300),
    'x'.repeat(301),
    '\u00e4',
    '\ud800',
    '\ud801',
    '__'
  ];
  it('differs for every id, also where case does not count', () =>
    should(new Set(ids.map((id) => fileNameOf(id).toLowerCase())).size).equal(ids.length));
  it('is safe in every folder', () => {
    for (const id of ids) should(fileNameOf(id)).match(/^[a-z0-9_-]{1,130}$/);
    should(ids.map(fileNameOf).filter((name) => /^(con|prn|aux|nul|com\d|lpt\d)$/.test(name))).eql([]);
  });
  it('is the id itself for the ids that the editor makes', () => {
    should(fileNameOf('f6f2187d.f17ca8')).equal('f6f2187d_002ef17ca8');
    should(fileNameOf('0123456789abcdef')).equal('0123456789abcdef');
    should(fileNameOf('0123456789abcdef-fedcba9876543210')).equal('0123456789abcdef-fedcba9876543210');
  });
});

describe('whole numbers of 64 bits as text', () => {
  for (const good of ['0', '7', '9999999999999999999', '10000000000000000000', '18446744073709551615'])
    it(`takes ${good}`, () => should(isU64Text(good)).be.true());
  for (const bad of [
    '',
    '00',
    '007',
    '-1',
    '+1',
    '1.0',
    '1e3',
    ' 1',
    '1 ',
    '18446744073709551616',
    '99999999999999999999',
    '100000000000000000000',
    '\u0661',
    7,
    7n,
    null
  ]) {
    it(`refuses ${typeof bad} "${String(bad)}"`, () => should(isU64Text(bad)).be.false());
  }
  it('are made of numbers and BigInt, and refused beyond their range', () => {
    should([7, 7n, '7', 2n ** 64n - 1n].map(u64TextOf)).eql(['7', '7', '7', '18446744073709551615']);
    should([-1, 1.5, 2 ** 53, 2n ** 64n, '007', '1e3', null, {}, NaN].map(u64TextOf)).eql(Array(9).fill(undefined));
  });
});

describe('numbers of a dialog', () => {
  const field = { name: 'interval', fallback: 500, min: 10, max: 1000 };
  it('takes numbers, text and nothing', () => {
    should([12, '12', ' 12 ', '', undefined].map((value) => numberOf(value, field))).eql([12, 12, 12, 500, 500]);
  });
  for (const value of ['9', '1001', '1.5', 'x', '${MISSING}', NaN]) {
    it(`refuses ${value} with the limits`, () =>
      should(() => numberOf(value, field)).throw(/^OPENOT_CONFIG: .*interval/));
  }
});

describe('facts and items out of a message', () => {
  const { items } = itemsOfConcatenation(Buffer.concat([message(3), message(4)]));

  it('are taken as they are when they are right: nothing is copied', () => {
    should(itemsOf(items)).equal(items);
  });

  it('come back after JSON, with numbers as text or BigInt', () => {
    const there = JSON.parse(JSON.stringify(items)) as Array<Record<string, unknown>>;
    there[0].seq = '3';
    there[1].seq = 4n;
    there[1].runId = 1;
    const back = itemsOf(there);
    should(back).eql(items);
    shouldBePlain(back);
    const given = JSON.parse(JSON.stringify(facts())) as Record<string, unknown>;
    const read = factsOf({
      ...given,
      bufferId: '7',
      receiveTimeNs: 1780000000000000001n,
      snapshot: { ...(given.snapshot as object), headAbs: 5000n }
    });
    should(read).eql(facts());
    shouldBePlain(read);
  });

  const loss: Item = {
    kind: 'loss',
    runId: '1',
    sourceId: 1,
    firstSeq: 4,
    lastSeq: 6,
    count: 3,
    basis: 'inferred',
    class: 'lost'
  };
  it('takes every kind of notice, and keeps of it what belongs to it', () => {
    const notices: Item[] = [
      loss,
      { ...loss, basis: 'authoritative', class: 'indeterminate', upgrade: true },
      { kind: 'lap', fromAbs: 1, toAbs: 2, lostCountDelta: 3 },
      { kind: 'incarnation', from: 0, to: 1, reason: 'reset' },
      { kind: 'skipped', fromAbs: 1, toAbs: 2, reason: 'crc' }
    ];
    should(itemsOf(notices)).eql(notices);
    should(itemsOf(notices.map((notice) => ({ ...notice, more: 5n })))).eql(notices);
  });

  for (const [name, change] of [
    ['a basis that is none', { basis: 'guessed' }],
    ['a basis with a quote', { basis: 'inferred"' }],
    ['no basis', { basis: undefined }],
    ['a class that is none', { class: 'x' }],
    ['no class', { class: undefined }],
    ['an upgrade that is none', { upgrade: 'yes' }],
    ['an upgrade that is false', { upgrade: false }],
    ['a range that runs backwards', { lastSeq: 3 }],
    ['a count that is another', { count: 4 }],
    ['a run with leading zeros', { runId: '007' }],
    ['a run beyond 64 bits', { runId: '18446744073709551616' }],
    ['a seq beyond 2^53-1', { lastSeq: 2 ** 53 }]
  ] as Array<[string, object]>) {
    it(`refuses a loss with ${name}`, () =>
      should(() => itemsOf([items[0], { ...loss, ...change }])).throw(/^OPENOT_PAYLOAD_NOT_ITEMS: msg\.payload\[1\]/));
  }

  it('refuses leading zeros, which JSON would not take, and says where', () => {
    should(() => itemsOf([{ ...items[0], runId: '01' }])).throw(/msg\.payload\[0\]\.runId/);
    should(() => itemsOf([{ ...items[0], sourceTimeNs: '00' }])).throw(/sourceTimeNs/);
    should(() => factsOf({ receiveTimeNs: '01' })).throw(/^OPENOT_FACTS_INVALID: msg\.openot\.receiveTimeNs/);
    should(() => factsOf({ snapshot: { ...snapshot(), runId: '01' } })).throw(/snapshot\.runId/);
  });

  it('takes 20 digits within 64 bits as they are', () => {
    const great = [{ ...items[0], runId: '18446744073709551615', sourceTimeNs: '10000000000000000000' }];
    should(itemsOf(great)).equal(great);
    should(() => itemsOf([{ ...items[0], runId: '18446744073709551616' }])).throw(/runId/);
  });

  it('takes the bytes of a function node, which come from another context', () => {
    const there = runInNewContext('new Uint8Array([1, 2, 3])') as Uint8Array;
    const [record] = itemsOf([{ ...items[0], slots: [{ key: 1, type: 2, payload: there }] }]) as RecordItem[];
    should(Buffer.isBuffer(record.slots[0].payload)).be.true();
    should([...record.slots[0].payload]).eql([1, 2, 3]);
  });

  for (const bad of [
    5,
    'text',
    null,
    [5],
    [undefined],
    [{ kind: 'other' }],
    [{ ...items[0], slots: [undefined] }],
    [{ ...items[0], slots: [null] }],
    [{ kind: 'skipped', fromAbs: 0, toAbs: 1, reason: 5 }],
    [{ ...items[0], seq: -1 }],
    [{ ...items[0], slots: [{ key: 1, type: 2, payload: 'x' }] }],
    [{ kind: 'loss', runId: 'x' }]
  ]) {
    it(`refuses items like ${JSON.stringify(bad)?.slice(0, 40)}`, () =>
      should(() => itemsOf(bad)).throw(/^OPENOT_PAYLOAD_NOT_ITEMS/));
  }
});
