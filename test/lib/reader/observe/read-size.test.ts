import should from 'should';
import { freshSize, ReadHint, ReadSize, sizeAfter, smallerSize } from '../../../../lib/reader/observe/read-size';

const LIMITS = { firstChunk: 4096, minChunk: 256, maxChunk: 65536 };
const size = (window: number, perRead = 65536, tookMs = 0): ReadSize => ({ window, perRead, tookMs });
const after = (given: ReadSize, hint: ReadHint): number => sizeAfter(given, hint, LIMITS).window;

describe('the size of a window', () => {
  it('begins small, with all that one Read may ask for', () => {
    freshSize(LIMITS).should.eql({ window: 4096, perRead: 65536, tookMs: 0 });
    freshSize(LIMITS, 900).tookMs.should.equal(900);
  });

  it('doubles while the reader is behind, to the largest and to four Reads at most', () => {
    after(size(4096), { kind: 'behind' }).should.equal(8192);
    after(size(40_000), { kind: 'behind' }).should.equal(65536);
    after(size(65536), { kind: 'behind' }).should.equal(65536);
    after(size(4096, 1024), { kind: 'behind' }).should.equal(4096);
    after(size(1024, 1024), { kind: 'behind' }).should.equal(2048);
  });

  it('is kept where a window took more than a second, and halved after two, to the smallest at most', () => {
    after(size(4096, 65536, 1000), { kind: 'behind' }).should.equal(8192);
    after(size(4096, 65536, 1001), { kind: 'behind' }).should.equal(4096);
    after(size(4096, 65536, 2001), { kind: 'behind' }).should.equal(2048);
    after(size(300, 65536, 2001), { kind: 'behind' }).should.equal(256);
  });

  it('is halved where less than a quarter was used, to the first one at most', () => {
    after(size(65536), { kind: 'caughtUp', used: 16384 }).should.equal(65536);
    after(size(65536), { kind: 'caughtUp', used: 16383 }).should.equal(32768);
    after(size(6000), { kind: 'caughtUp', used: 0 }).should.equal(4096);
    after(size(1000, 500), { kind: 'caughtUp', used: 0 }).should.equal(500);
  });

  it('is what a record needs', () => {
    after(size(4096), { kind: 'needs', bytes: 60_000 }).should.equal(60_000);
    after(size(4096), { kind: 'needs', bytes: 100 }).should.equal(4096);
  });

  it('is half of what a server could not answer, down to the smallest', () => {
    should(smallerSize(size(4096, 65536, 7), LIMITS)).eql({ window: 2048, perRead: 2048, tookMs: 7 });
    should(smallerSize(size(65536, 1024), LIMITS)).eql({ window: 512, perRead: 512, tookMs: 0 });
    should(smallerSize(size(512), LIMITS)).eql({ window: 256, perRead: 256, tookMs: 0 });
    should(smallerSize(size(511), LIMITS)).be.undefined();
  });

  it('changes no size it is given', () => {
    const given = Object.freeze(size(8192, 8192, 10));
    for (const hint of [{ kind: 'behind' }, { kind: 'caughtUp', used: 1 }, { kind: 'needs', bytes: 9999 }] as const)
      sizeAfter(given, hint, LIMITS);
    smallerSize(given, LIMITS);
  });
});
