import { strict as assert } from 'node:assert';
import { decodeLogRecords } from '../../lib/logobject';
import { ByteReader } from '../../lib/logobject/byte-reader';
import { fuzz } from '../lib/logobject/support/fuzz';
import { bytesOf, loadVectors } from '../lib/logobject/support/vectors';

describe('decoding log records, at length', () => {
  it('1,000,000 random and mutated bodies: no throw, no hang, nothing read past the end', () => {
    const outcome = fuzz(1_000_000, 20_260);
    console.log(JSON.stringify({ ...outcome, wrong: outcome.wrong.length }));
    assert.deepEqual(outcome.wrong, []);
  });

  it('the steps grow with the length, for bodies that are good and for bodies that fail at their end', () => {
    const page = loadVectors().find(({ name }) => name === 'wire-serverlog-250');
    const one = bytesOf(page!.bodies[0]).subarray(4);
    const [first, ...longer] = [1, 4, 16, 64].map((times) => {
      const count = Buffer.alloc(4);
      count.writeInt32LE(100 * times);
      const good = Buffer.concat([count, ...Array.from({ length: times }, () => one)]);
      const bad = Buffer.concat([good, Buffer.from([1])]);
      bad.writeInt32LE(100 * times + 1);
      return {
        times,
        good: stepsOf(() => assert.ok(decodeLogRecords(good).ok)),
        bad: stepsOf(() => assert.ok(!decodeLogRecords(bad).ok))
      };
    });
    console.table([first, ...longer]);
    for (const { times, good, bad } of longer) {
      assert.ok(good <= first.good * times, `${good} steps for ${times} times the length, ${first.good} for one`);
      assert.ok(bad <= first.bad * times, `${bad} steps for ${times} times the length, ${first.bad} for one`);
    }
  });
});

/** How often the decoder took bytes. */
function stepsOf(decode: () => void): number {
  const { take } = ByteReader.prototype;
  let steps = 0;
  ByteReader.prototype.take = function (count) {
    steps++;
    return take.call(this, count);
  };
  try {
    decode();
  } finally {
    ByteReader.prototype.take = take;
  }
  return steps;
}
