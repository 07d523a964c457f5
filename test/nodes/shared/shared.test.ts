import should from 'should';
import type { Node } from 'node-red';
import { EventEmitter } from 'node:events';
import { CodedError } from '../../../nodes/shared/coded-error';
import { factsOf } from '../../../nodes/shared/facts';
import { closeWith, handle } from '../../../nodes/shared/handle';
import { itemsOf } from '../../../nodes/shared/items-in';
import { numberOf } from '../../../nodes/shared/numbers';
import { ThrottledStatus } from '../../../nodes/shared/status';
import { shouldBePlain } from '../../support/node-red';
import { facts, message } from '../support/data';
import { itemsOfConcatenation } from '../../../lib/ring';

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
async function run(work: () => void | Promise<void>, done: (error?: Error) => void = () => undefined): Promise<Array<Error | undefined>> {
  const fake = new FakeNode();
  handle(fake.node, work);
  const calls: Array<Error | undefined> = [];
  fake.emit('input', {}, () => undefined, (error?: Error) => {
    calls.push(error);
    done(error);
  });
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  return calls;
}

describe('the wrapper of input handlers', () => {
  it('calls done once without an error, at once or when a promise resolves', async () => {
    should(await run(() => undefined)).eql([undefined]);
    should(await run(async () => undefined)).eql([undefined]);
  });

  for (const [name, work] of [
    ['thrown', () => { throw new CodedError('OPENOT_TEST', 'why'); }],
    ['rejected with', async () => { throw new CodedError('OPENOT_TEST', 'why'); }]
  ] as Array<[string, () => void]>) {
    it(`turns what is ${name} into done(error), once`, async () => {
      const [error, ...more] = await run(work);
      should(more).eql([]);
      should((error as CodedError).code).equal('OPENOT_TEST');
      should(String(error)).equal('OPENOT_TEST: why');
    });
  }

  it('gives a code also to what nobody expected, undefined included', async () => {
    should(((await run(() => { throw new TypeError('x is not a function'); }))[0] as CodedError).code).equal('OPENOT_INTERNAL');
    should(((await run(() => Promise.reject(undefined as unknown as Error)))[0] as CodedError).code).equal('OPENOT_INTERNAL');
  });

  it('survives a done that throws', async () => {
    should((await run(async () => undefined, () => { throw new Error('a Complete node failed'); })).length).equal(1);
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

describe('numbers of a dialog', () => {
  const field = { name: 'interval', fallback: 500, min: 10, max: 1000 };
  it('takes numbers, text and nothing', () => {
    should([12, '12', ' 12 ', '', undefined].map((value) => numberOf(value, field))).eql([12, 12, 12, 500, 500]);
  });
  for (const value of ['9', '1001', '1.5', 'x', '${MISSING}', NaN]) {
    it(`refuses ${value} with the limits`, () => should(() => numberOf(value, field)).throw(/^OPENOT_CONFIG: .*interval/));
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
    const read = factsOf({ ...given, bufferId: '7', receiveTimeNs: 1780000000000000001n, snapshot: { ...(given.snapshot as object), headAbs: 5000n } });
    should(read).eql(facts());
    shouldBePlain(read);
  });

  for (const bad of [5, 'text', null, [5], [{ kind: 'other' }], [{ ...items[0], seq: -1 }], [{ ...items[0], slots: [{ key: 1, type: 2, payload: 'x' }] }], [{ kind: 'loss', runId: 'x' }]]) {
    it(`refuses items like ${JSON.stringify(bad)?.slice(0, 40)}`, () => should(() => itemsOf(bad)).throw(/^OPENOT_PAYLOAD_NOT_ITEMS/));
  }
});
