import should from 'should';
import type { Node } from 'node-red';
import { EventEmitter } from 'node:events';
import { CodedError } from '../../../nodes/runtime/coded-error';
import { factsOf, itemsOf } from '../../../nodes/delivery/checked-input';
import { closeWith, handle } from '../../../nodes/runtime/handle';
import { numberOf } from '../../../nodes/runtime/numbers';
import { ageChangesInMs, shortAge, ThrottledStatus } from '../../../nodes/runtime/status';
import { fileNameOf } from '../../../nodes/runtime/user-directory';
import { facts, message } from '../support/data';
import { itemsOfConcatenation } from '../../../lib/stream';
import { sleep, until } from '../../support/until';

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
    await until('the last of the interval', () => fake.shown.length >= 2);
    should(fake.shown).eql([{ text: '1' }, { text: '100' }]);
    should(built).equal(2);
    // The interval since then is over: the next one is shown at once again.
    await sleep(60);
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
    await until('four ages', () => fake.shown.length >= 4);
    should(fake.shown.slice(0, 4)).eql(['0', '1', '2', '3'].map((text) => ({ text })));
    // One without an age takes its place: nothing renews it.
    status.set(() => ({ text: 'last' }));
    await until('the last', () => fake.shown.some((shown) => (shown as { text: string }).text === 'last'));
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

  it('are given as they are when they are right', () => {
    should(itemsOf(items)).equal(items);
    should(factsOf(facts())).eql(facts());
  });

  it('are an error with a code, for a Catch node, when they are wrong', () => {
    should(() => itemsOf([{ ...items[0], runId: '01' }])).throw(CodedError, {
      code: 'OPENOT_PAYLOAD_NOT_ITEMS',
      message: /^OPENOT_PAYLOAD_NOT_ITEMS: msg\.payload\[0\]\.runId must be /
    });
    should(() => factsOf({ receiveTimeNs: '01' })).throw(CodedError, {
      code: 'OPENOT_FACTS_INVALID',
      message: /^OPENOT_FACTS_INVALID: msg\.openot\.receiveTimeNs must be /
    });
  });
});
