import should from 'should';
import { AnchorCheck } from '../../../../lib/reader/judge/anchor';
import { judgeRestart, RestartDoubt, RestartVerdict, signOfRestart } from '../../../../lib/reader/judge/restart';
import { RingPosition } from '../../../../lib/reader/judge/ring-position';
import { FakePlc } from '../fake-plc';
import { accepted, CAPACITY, positionAt, REREAD_MS, sampleOf } from './cases';

const ringAfter = (count: number): { plc: FakePlc; position: RingPosition } => {
  const plc = new FakePlc(CAPACITY);
  plc.fill(count);
  return { plc, position: positionAt(plc) };
};

/** Milliseconds after which a restart is believed that each poll, 500 ms apart, shows anew. */
function believedAfter(
  plc: FakePlc,
  position: RingPosition,
  anchor: AnchorCheck,
  eachPoll: () => void = () => undefined
): number {
  let doubt: RestartDoubt | undefined;
  for (let ms = 0; ms <= 60_000; ms += 500) {
    const verdict = judgeRestart(accepted(sampleOf(plc), { monotonic: false }), position, anchor, doubt, {
      ms,
      rereadMs: REREAD_MS
    });
    if (verdict.kind === 'restart') return ms;
    if (verdict.kind !== 'wait') throw new Error(`not a restart: ${verdict.kind}`);
    doubt = verdict.doubt;
    eachPoll();
  }
  return Infinity;
}

const judged = (plc: FakePlc, position: RingPosition, over: object, doubt?: RestartDoubt, ms = 0): RestartVerdict =>
  judgeRestart(accepted(sampleOf(plc), over), position, 'stands', doubt, { ms, rereadMs: REREAD_MS });

describe('a sign of a restart', () => {
  const signs: readonly [string | undefined, string, (plc: FakePlc) => void][] = [
    [undefined, 'nothing', () => undefined],
    [undefined, 'three records', (plc) => plc.fill(3)],
    ['bufferId', 'another buffer id', (plc) => (plc.bufferId = 8)],
    ['capacity', 'another size', (plc) => (plc.capacityShown = 2 * CAPACITY)],
    ['headAbs', 'a power cycle', (plc) => plc.powerCycle()],
    ['runId', 'an earlier run', (plc) => (plc.runId = 0n)],
    ['lostCount', 'a lost count that fell', (plc) => (plc.lostOffset = -1)]
  ];
  for (const [reason, name, change] of signs)
    it(`is ${reason ?? 'none'} after ${name}`, () => {
      const { plc, position } = ringAfter(40);
      change(plc);
      should(signOfRestart(sampleOf(plc), position)).equal(reason);
    });

  it('is an oldest that fell', () => {
    const { plc, position } = ringAfter(40);
    const { image } = position;
    position.image = { ...image, snapshot: { ...image.snapshot, oldestAbs: image.snapshot.oldestAbs + 44 } };
    should(signOfRestart(sampleOf(plc), position)).equal('oldestAbs');
  });

  it('is a head before what a saved state says that it had reached', () => {
    const { plc, position } = ringAfter(5);
    position.reached = plc.writer.headAbs + 1;
    should(signOfRestart(sampleOf(plc), position)).equal('headAbs');
  });
});

describe('a restart', () => {
  it('is believed after three polls and a second where the last record differs', () => {
    const { plc, position } = ringAfter(8);
    plc.powerCycle();
    believedAfter(plc, position, 'differs').should.equal(1000);
  });

  for (const anchor of ['stands', 'overwritten', 'none', 'unasked'] as const)
    it(`waits longer than a copy may be old where the last record is ${anchor}, twice that while nothing moves`, () => {
      const { plc, position } = ringAfter(8);
      plc.powerCycle();
      believedAfter(plc, position, anchor).should.equal(2 * REREAD_MS);
      believedAfter(plc, position, anchor, () => (plc.seqlock += 2)).should.equal(REREAD_MS);
    });

  it('is believed after a second where another ring stands there', () => {
    const { plc, position } = ringAfter(8);
    plc.bufferId = 8;
    believedAfter(plc, position, 'stands').should.equal(1000);
  });

  it('is believed at once by a run id that rose, but not where the last record stands', () => {
    const { plc, position } = ringAfter(8);
    plc.powerCycle(2n);
    believedAfter(plc, position, 'differs').should.equal(0);
    believedAfter(plc, position, 'overwritten').should.equal(0);
    believedAfter(plc, position, 'stands').should.equal(2 * REREAD_MS);
  });

  it('is not believed at once by a run id that nothing confirms', () => {
    const { plc, position } = ringAfter(8);
    plc.powerCycle(2n);
    const control = accepted(sampleOf(plc), { confirmed: false, monotonic: false });
    judgeRestart(control, position, 'differs', undefined, { ms: 0, rereadMs: REREAD_MS }).kind.should.equal('wait');
  });

  it('is counted anew where an image cannot be later than the one before', () => {
    const { plc, position } = ringAfter(8);
    plc.powerCycle();
    plc.fill(3);
    const doubt = { streak: { times: 9, sinceMs: 0, ms: 9000 }, previous: sampleOf(plc), moved: true };
    plc.powerCycle();
    const verdict = judged(plc, position, { monotonic: false }, doubt, 9500);
    should(verdict).have.properties({ kind: 'wait' });
    if (verdict.kind === 'wait') verdict.doubt.streak.should.eql({ times: 1, sinceMs: 9500, ms: 0 });
  });
});

describe('a step back that is no restart', () => {
  it('is nothing where the image follows the one before', () => {
    const { plc, position } = ringAfter(8);
    plc.fill(2);
    judged(plc, position, {}).kind.should.equal('same');
  });

  it('corrects the unconfirmed image before at once where it is confirmed, else after three polls', () => {
    const { plc, position } = ringAfter(8);
    judged(plc, position, { monotonic: false }).kind.should.equal('corrected');
    const unconfirmed = { monotonic: false, confirmed: false };
    const kinds: string[] = [];
    let doubt: RestartDoubt | undefined;
    for (let poll = 0; poll < 3; poll++) {
      const verdict = judged(plc, position, unconfirmed, doubt, poll);
      kinds.push(verdict.kind);
      doubt = verdict.kind === 'wait' ? verdict.doubt : undefined;
    }
    kinds.should.eql(['wait', 'wait', 'corrected']);
  });
});
