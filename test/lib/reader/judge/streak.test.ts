import should from 'should';
import { longer, pauseOf } from '../../../../lib/reader/judge/streak';

describe('a streak', () => {
  it('counts how often in a row, and from the first time to the latest', () => {
    const first = longer(undefined, 100);
    first.should.eql({ times: 1, sinceMs: 100, ms: 0 });
    const second = longer(first, 350);
    second.should.eql({ times: 2, sinceMs: 100, ms: 250 });
    longer(second, 400).should.eql({ times: 3, sinceMs: 100, ms: 300 });
    first.should.eql({ times: 1, sinceMs: 100, ms: 0 });
  });

  it('pauses shortly at first, then twice as long each time, up to the interval of polls', () => {
    const pauses = [...Array(14).keys()].map((times) => pauseOf({ times, sinceMs: 0, ms: 0 }, 500));
    should(pauses).eql([50, 50, 50, 50, 50, 50, 50, 50, 50, 100, 200, 400, 500, 500]);
    pauseOf(undefined, 500).should.equal(50);
    pauseOf({ times: 1000, sinceMs: 0, ms: 0 }, 3_600_000).should.equal(3_276_800);
  });

  it('never pauses longer than a short interval, but for what a torn copy needs', () => {
    const pauses = [1, 2, 3, 4, 5, 20].map((times) => pauseOf({ times, sinceMs: 0, ms: 0 }, 10));
    should(pauses).eql([10, 10, 20, 50, 50, 50]);
  });
});
