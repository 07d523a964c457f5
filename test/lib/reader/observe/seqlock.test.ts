import should from 'should';
import { ControlSample, takeSample } from '../../../../lib/reader/observe/control-sample';
import { counted, nextSample, NO_RUN, SeriesStart } from '../../../../lib/reader/observe/seqlock';
import { FakePlc } from '../fake-plc';
import { CAPACITY, sampleOf } from '../judge/cases';

const START: SeriesStart = { given: 1, last: undefined, maxSamples: 8, run: NO_RUN };

/** Samples of a ring, with something done before each but the first. */
function samples(count: number, between: (plc: FakePlc) => void, plc = new FakePlc(CAPACITY)): ControlSample[] {
  return Array.from({ length: count }, (_, i) => {
    if (i > 0) between(plc);
    return takeSample(plc.controlBytes());
  });
}

const nothing = (): void => undefined;
const written = (plc: FakePlc): void => {
  plc.append();
};

describe('the next sample of a control block', () => {
  it('is asked for at once after the first', () => {
    nextSample(samples(1, nothing), START).should.eql({ do: 'read', pauseMs: 0 });
  });

  it('is not needed where the seqlock was the same twice: the earlier image is confirmed', () => {
    const two = samples(2, nothing);
    const next = nextSample(two, START);
    should(next).have.property('outcome').with.properties({ kind: 'accepted', index: 0, confirmed: true });
    if (next.do === 'done' && next.outcome.kind === 'accepted') next.outcome.base.should.equal(two[0]);
  });

  it('is asked for after pauses that grow', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7].map((count) =>
      nextSample(samples(count, written), { ...START, maxSamples: 9 })
    );
    should(pauses.map((next) => (next.do === 'read' ? next.pauseMs : -1))).eql([0, 5, 0, 10, 0, 20, 0]);
  });

  it('is given up after the most that are allowed; what stands between two others is taken, unconfirmed', () => {
    const eight = samples(8, written);
    const next = nextSample(eight, START);
    should(next).have.property('outcome').with.properties({ kind: 'accepted', index: 6, confirmed: false });
    if (next.do === 'done' && next.outcome.kind === 'accepted')
      next.outcome.oldestAbs.should.equal(eight[7].snapshot?.oldestAbs);
  });

  it('is given up after three where polls before never agreed either', () => {
    const run = counted(counted(NO_RUN, false), false);
    nextSample(samples(3, written), { ...START, run }).do.should.equal('done');
    nextSample(samples(3, written), START).do.should.equal('read');
  });

  it('is never taken between images of two runs, unconfirmed', () => {
    const torn = samples(8, (plc) => {
      plc.append();
      plc.runId++;
    });
    should(nextSample(torn, START)).eql({ do: 'done', outcome: { kind: 'unstable' } });
  });

  it('tells an update that goes on from one that stays', () => {
    const plc = new FakePlc(CAPACITY);
    plc.seqlock = 7;
    const outcome = { kind: 'updating', frozen: true, seqlock: 7 };
    should(nextSample(samples(8, nothing, plc), START)).eql({ do: 'done', outcome });
    const moving = samples(8, (ring) => (ring.seqlock += 2), plc);
    should(nextSample(moving, START)).eql({ do: 'done', outcome: { ...outcome, frozen: false } });
  });

  it('is asked for three times before a wrong control block is said to be wrong', () => {
    const plc = new FakePlc(CAPACITY);
    plc.control = new Uint8Array(88);
    nextSample(samples(2, nothing, plc), START).do.should.equal('read');
    should(nextSample(samples(3, nothing, plc), START))
      .have.property('outcome')
      .with.property('kind', 'invalid');
  });

  it('says whether the image can be later than the one accepted last', () => {
    const plc = new FakePlc(CAPACITY);
    plc.fill(3);
    const last = sampleOf(plc);
    const later = nextSample(samples(2, nothing, plc), { ...START, last });
    should(later).have.property('outcome').with.property('monotonic', true);
    plc.powerCycle();
    const earlier = nextSample(samples(2, nothing, plc), { ...START, last });
    should(earlier).have.property('outcome').with.property('monotonic', false);
  });
});

describe('the run of confirmed images', () => {
  it('changes its word after three in a row, either way', () => {
    const words = [false, false, false, true, true, false, true, true, true];
    let run = NO_RUN;
    words
      .map((isConfirmed) => (run = counted(run, isConfirmed)).isUnconfirmed)
      .should.eql([false, false, true, true, true, true, true, true, false]);
  });
});
