import should from 'should';
import {
  backoffMs,
  BoundedMap,
  counted,
  errorOf,
  errorText,
  failure,
  hexOf,
  insertRange,
  isCount,
  isU64Text,
  listOf,
  oneOf,
  optional,
  shapeOf,
  shownValue,
  tupleOf
} from '../../../lib/base';
import { DeadlineError, withDeadline } from '../../../lib/base/deadline';
import { systemClock, systemTimers } from '../../../lib/base/system';

describe('base: texts', () => {
  it('what was thrown has a text, whatever it is', () => {
    should(errorText(new Error('EIO'))).equal('EIO');
    should(errorText('no')).equal('no');
    should(errorText(undefined)).equal('undefined');
    should(
      errorText({
        toString: () => {
          throw new Error('no text');
        }
      })
    ).equal('an error without text');
    should(errorOf('no').message).equal('no');
    const error = new TypeError('x');
    should(errorOf(error)).equal(error);
  });

  it('a value is shown as its JSON, cut, and whatever it is', () => {
    const round: { self?: unknown } = {};
    round.self = round;
    should([undefined, null, 'a', 12n, { a: 1n }, Symbol('x'), round].map(shownValue)).eql([
      'nothing',
      'null',
      '"a"',
      '12',
      '{"a":"1"}',
      'a symbol',
      'an object that is no JSON'
    ]);
    should(shownValue('x'.repeat(100))).equal(`"${'x'.repeat(79)}…`);
  });

  it('one thing, several things', () => {
    should([counted(1, 'record'), counted(0, 'record'), counted(2, 'batch', 'batches')]).eql([
      '1 record',
      '0 records',
      '2 batches'
    ]);
  });
});

describe('base: checks of shapes', () => {
  it('counts and texts of 64 bits', () => {
    should([0, 1, Number.MAX_SAFE_INTEGER].every(isCount)).be.true();
    should([-1, 0.5, 2 ** 53, NaN, '1', 1n, null].some(isCount)).be.false();
    should(['0', '7', '18446744073709551615'].every(isU64Text)).be.true();
    should(['', '01', '-1', '18446744073709551616', '1e3', 1, null].some(isU64Text)).be.false();
  });

  it('a shape is one when every property is', () => {
    const is = shapeOf<{ id: number; hash?: string; pairs: unknown; kind: string }>({
      id: isCount,
      hash: optional(hexOf(4)),
      pairs: listOf(tupleOf(isCount, isU64Text), 2),
      kind: oneOf('a', 'b')
    });
    const good = { id: 1, hash: '00ff', pairs: [[1, '2']], kind: 'a', more: true };
    should(is(good)).be.true();
    should(is({ ...good, hash: undefined })).be.true();
    for (const wrong of [
      { id: -1 },
      { hash: '00FF' },
      { hash: '00' },
      { pairs: [[1]] },
      { pairs: [[1, '2', 3]] },
      { pairs: [['1', '2']] },
      { pairs: [1, 2, 3].map((n) => [n, '2']) },
      { pairs: {} },
      { kind: 'c' }
    ])
      should(is({ ...good, ...wrong })).be.false(JSON.stringify(wrong));
    should([null, [], 'x', undefined].some(is)).be.false();
  });
});

describe('base: a bounded map', () => {
  it('lets go of what was set longest ago', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1).set('b', 2).set('a', 3).set('c', 4);
    should([...map]).eql([
      ['a', 3],
      ['c', 4]
    ]);
  });

  it('makes what is not there, and what is used is the newest', () => {
    const map = new BoundedMap<string, { n: number }>(2);
    const a = map.use('a', () => ({ n: 1 }));
    map.use('b', () => ({ n: 2 }));
    should(map.use('a', () => ({ n: 9 }))).equal(a);
    map.use('c', () => ({ n: 3 }));
    should([...map.keys()]).eql(['a', 'c']);
  });
});

describe('base: failures, pauses, ranges', () => {
  it('a failure has a code, a text, and a detail only where there is one', () => {
    should(failure('OPENOT_CONFIG', 'x')).eql({ ok: false, code: 'OPENOT_CONFIG', message: 'x' });
    should(failure('OPENOT_CONFIG', 'x', 7)).eql({ ok: false, code: 'OPENOT_CONFIG', message: 'x', detail: 7 });
  });

  it('pauses double up to their limit, the upper half by chance', () => {
    const limits = { firstMs: 100, mostMs: 1_000 };
    should([1, 2, 3, 4, 5, 60, 5_000].map((n) => backoffMs(n, 1, limits))).eql([
      100, 200, 400, 800, 1_000, 1_000, 1_000
    ]);
    should([1, 60].map((n) => backoffMs(n, 0, limits))).eql([50, 500]);
  });

  it('what a range has besides its ends is merged as told', () => {
    const list = [
      { first: 0, last: 4, name: 'a' },
      { first: 9, last: 9, name: 'b' }
    ];
    const merged = insertRange(list, { first: 5, last: 8, name: 'c' }, (into, other) => ({
      ...into,
      name: into.name + other.name
    }));
    should(merged).eql([{ first: 0, last: 9, name: 'cab' }]);
    should(list.length).equal(2);
  });
});

describe('base: real time', () => {
  it('work that does not answer in time is a DeadlineError, and its own error otherwise', async () => {
    const late: unknown = await withDeadline('the server', 1, new Promise(() => undefined)).catch(
      (thrown: unknown) => thrown
    );
    should(late).be.instanceOf(DeadlineError);
    should(errorText(late)).equal('the server did not answer within 1 ms');
    should(await withDeadline('x', 60_000, Promise.resolve(7))).equal(7);
    const thrown: unknown = 'no';
    await should(withDeadline('x', 60_000, Promise.reject(thrown))).be.rejectedWith('no');
  });

  it('a sleep ends at once when it is aborted, before or meanwhile', async () => {
    const clock = systemClock();
    const early = new AbortController();
    early.abort();
    await clock.sleep(60_000, early.signal);
    const later = new AbortController();
    const sleeping = clock.sleep(60_000, later.signal);
    later.abort();
    await sleeping;
  });

  it('a call that was cancelled does not come', async () => {
    const { after, every } = systemTimers();
    const calls: string[] = [];
    const cancelAfter = after(1, () => calls.push('cancelled'));
    cancelAfter();
    await new Promise<void>((resolve) => {
      const end = every(1, () => {
        calls.push('every');
        if (calls.length === 3) {
          end();
          resolve();
        }
      });
    });
    should(calls).eql(['every', 'every', 'every']);
  });
});
