import { strict as assert } from 'node:assert';
import { decodeLogRecords } from '../../lib/logobject';
import { fuzz } from '../lib/logobject/support/fuzz';
import { bytesOf, loadVectors } from '../lib/logobject/support/vectors';

describe('decoding log records, at length', () => {
  it('1,000,000 random and mutated bodies: no throw, no hang, nothing read past the end', () => {
    const outcome = fuzz(1_000_000, 20_260);
    console.log(JSON.stringify({ ...outcome, wrong: outcome.wrong.length }));
    assert.deepEqual(outcome.wrong, []);
  });

  it('time grows with the length, for bodies that are good and for bodies that fail at their end', () => {
    const page = loadVectors().find(({ name }) => name === 'wire-serverlog-250');
    const one = bytesOf(page!.bodies[0]).subarray(4);
    const perByte = [1, 4, 16, 64].map((times) => {
      const count = Buffer.alloc(4);
      count.writeInt32LE(100 * times);
      const good = Buffer.concat([count, ...Array.from({ length: times }, () => one)]);
      const bad = Buffer.concat([good, Buffer.from([1])]);
      bad.writeInt32LE(100 * times + 1);
      const started = performance.now();
      const rounds = 256 / times;
      for (let i = 0; i < rounds; i++) {
        assert.ok(decodeLogRecords(good).ok);
        assert.ok(!decodeLogRecords(bad).ok);
      }
      return { bytes: good.length, nsPerByte: ((performance.now() - started) * 1e6) / rounds / 2 / good.length };
    });
    console.table(perByte);
    // Twice the cost per byte at 64 times the length would be the sign of something worse than linear.
    assert.ok(perByte[3].nsPerByte < perByte[0].nsPerByte * 4 + 50);
  });
});
