import should from 'should';
import { LARGER_AGAIN_MS, MIN_LIMIT_BYTES, SizeLimit } from '../../../lib/otlp/size-limit';

const MOST = 4_194_304;

describe('how large requests may be', () => {
  it('is not in doubt at the first cut, is halved at the second, and never below 4 KiB for cuts', () => {
    const limit = new SizeLimit();
    should(limit.cut(100_000, 1, 0)).be.false();
    should(limit.isLimited).be.false();
    should(limit.cut(100_000, 2, 0)).be.true();
    should(limit.bytes).equal(50_000);
    should(limit.cut(5000, 2, 0)).be.true();
    should(limit.bytes).equal(MIN_LIMIT_BYTES);
    should(limit.cut(3000, 9, 0)).be.false();
  });

  it('grows to what fits into half of the time-out, below what failed until five minutes later', () => {
    const limit = new SizeLimit();
    limit.cut(100_000, 2, 0);
    // 50 kB in 1.25 s of 2.5 s: no more fits.
    limit.passed(50_000, 1250, 2500, 1000, MOST);
    should(limit.bytes).equal(50_000);
    limit.passed(50_000, 10, 2500, 2000, MOST);
    should(limit.bytes).equal(75_000);
    limit.passed(75_000, 10, 2500, 3000, MOST);
    should(limit.bytes).equal(75_000);
    limit.passed(75_000, 10, 2500, LARGER_AGAIN_MS, MOST);
    should(limit.bytes).equal(150_000);
    for (let bytes = 150_000; limit.isLimited; bytes = limit.bytes)
      limit.passed(bytes, 10, 10_000, LARGER_AGAIN_MS + 1000, MOST);
    should(limit.bytes).equal(Infinity);
  });

  it('is grown from the smallest without delay where nothing got through, whatever the size', () => {
    const limit = new SizeLimit();
    limit.cut(20_000, 2, 0);
    limit.cut(10_000, 2, 0);
    limit.cut(4000, 2, 0);
    limit.passed(4000, 5, 10_000, 100, MOST);
    limit.passed(8000, 5, 10_000, 200, MOST);
    limit.passed(16_000, 5, 10_000, 300, MOST);
    should(limit.bytes).be.above(20_000);
  });

  it('counts as bytes on the wire: of text as much as compresses to it', () => {
    const limit = new SizeLimit();
    limit.sent(500_000, 50_000);
    should(limit.textBytes(MOST)).equal(MOST);
    limit.lower(50_000, 0);
    should(limit.textBytes(MOST)).equal(250_000);
    should([limit.partsOf(50_000, 500), limit.partsOf(25_000, 500), limit.partsOf(50_000, 1)]).eql([2, 1, 1]);
  });

  it('goes lower for what is refused as too large, which says so itself', () => {
    const limit = new SizeLimit();
    limit.lower(2000, 0);
    should(limit.bytes).equal(1000);
  });
});
