import 'should';
import { SeededRandom } from '../../../lib/simulator/random';
import { tornCopy } from '../../../lib/simulator/torn-copy';

/** Bytes that all change to the next number at a step, so that a copy shows where it was cut. */
function changing(length: number, steps: number): { source: Uint8Array; step: () => boolean; done: () => number } {
  const source = new Uint8Array(length);
  let done = 0;
  return {
    source,
    done: () => done,
    step: () => {
      if (done === steps) return false;
      source.fill(++done);
      return true;
    }
  };
}

describe('a torn copy', () => {
  for (const granularity of [1, 2, 4, 8, 512]) {
    it(`is cut only between pieces of ${granularity} bytes`, () => {
      const random = new SeededRandom(granularity);
      let cuts = 0;
      for (let round = 0; round < 200; round++) {
        const { source, step } = changing(4096, 3);
        const from = random.below(64) * 8;
        const copy = tornCopy(source, from, 4096, { granularity, updateProbability: 0.05 }, random, step);
        copy.length.should.equal(4096 - from);
        for (let i = 1; i < copy.length; i++) {
          if (copy[i] === copy[i - 1]) continue;
          cuts++;
          ((from + i) % granularity).should.equal(0);
          copy[i].should.be.above(copy[i - 1]);
        }
      }
      cuts.should.be.above(50);
    });
  }

  it('takes as many steps as an element-wise one would on average', () => {
    const random = new SeededRandom(2);
    let steps = 0;
    for (let round = 0; round < 300; round++) {
      const { source, step, done } = changing(88, 1000);
      tornCopy(source, 0, 88, { granularity: 4, updateProbability: 0.1 }, random, step);
      steps += done();
    }
    // 21 gaps between 22 elements, each with one chance in ten.
    (steps / 300).should.be.approximately(2.1, 0.25);
  });

  it('is whole when the program has nothing to do, or the chance is nil', () => {
    const random = new SeededRandom(3);
    const source = Uint8Array.from({ length: 100 }, (_, i) => i);
    Buffer.from(tornCopy(source, 10, 90, { granularity: 1, updateProbability: 1 }, random, () => false))
      .equals(Buffer.from(source.subarray(10, 90)))
      .should.be.true();
    const { source: other, step, done } = changing(100, 5);
    tornCopy(other, 0, 100, { granularity: 1, updateProbability: 0 }, random, step);
    done().should.equal(0);
  });
});
