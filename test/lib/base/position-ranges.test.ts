import should from 'should';
import { SeededRandom } from '../../../lib/simulator/random';
import { Ranges } from '../../../lib/base';

describe('ranges of positions', () => {
  it('says what a set of single positions says, whatever is put in and dropped', () => {
    const random = new SeededRandom(1);
    for (let round = 0; round < 300; round++) {
      const ranges = new Ranges();
      const truth = new Set<number>();
      let floor = 0;
      for (let step = 0; step < 30; step++) {
        const from = random.below(100);
        const to = from + random.below(20);
        if (random.chance(0.05)) {
          ranges.clear();
          truth.clear();
        } else {
          ranges.add(from, to);
          for (let abs = from; abs < to; abs++) truth.add(abs);
        }
        if (random.chance(0.1)) ranges.dropBelow((floor = Math.max(floor, random.below(60))));
        const [a, b] = [floor + random.below(60), floor + random.below(60)];
        let gap: number | undefined;
        for (let abs = a; abs < b && gap === undefined; abs++) if (!truth.has(abs)) gap = abs;
        should(ranges.firstGap(a, b)).equal(gap);
      }
    }
  });
});
