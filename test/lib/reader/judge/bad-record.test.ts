import should from 'should';
import { acceptRecords, BadPlace } from '../../../../lib/reader/judge/accept-records';
import { AnchorCheck } from '../../../../lib/reader/judge/anchor';
import { judgeBadRecord } from '../../../../lib/reader/judge/bad-record';
import { Gathering } from '../../../../lib/reader/judge/gathering';
import { RingPosition } from '../../../../lib/reader/judge/ring-position';
import { Learnt } from '../../../../lib/reader/judge/ring-state';
import { FakePlc } from '../fake-plc';
import { CAPACITY, positionAt, RECORD, REREAD_MS, windowOf } from './cases';

const POLICY = { maxRereads: 8, rereadMs: REREAD_MS };

interface Given {
  readonly anchor?: AnchorCheck;
  readonly times?: number;
  readonly ms?: number;
  readonly learnt?: Learnt;
  /** Head had passed the place so long ago that no copy is older. */
  readonly isSettled?: boolean;
}

/** A ring with 5 records handed on and others behind them, of which the first one cannot be handed on. */
class BadRing {
  readonly plc = new FakePlc(CAPACITY);
  readonly position: RingPosition;

  constructor(behind: (plc: FakePlc) => void) {
    this.plc.fill(5);
    this.position = positionAt(this.plc);
    behind(this.plc);
  }

  judge(given: Given): { verdict: string; learnt: Learnt } {
    const { plc, position } = this;
    const { headAbs } = plc.writer;
    const window = windowOf(plc, position.cursor, headAbs);
    const isSettled = given.isSettled ?? true;
    const bounds = { headAbs, trustedHead: headAbs, settledHead: isSettled ? headAbs : -1, tailFreshUntil: 0 };
    return judgeBadRecord(
      {
        position,
        window,
        bounds,
        place: this.place(window, bounds),
        anchor: given.anchor ?? 'stands',
        streak: { times: given.times ?? 9, sinceMs: 0, ms: given.ms ?? 0 },
        learnt: given.learnt ?? {}
      },
      POLICY
    );
  }

  private place(window: ReturnType<typeof windowOf>, bounds: Parameters<typeof acceptRecords>[2]): BadPlace {
    const limits = { maxRecords: 1000, maxBytes: 65536 };
    const end = acceptRecords(this.position.draft(), window, bounds, new Gathering(16), limits, () => true);
    if (end.kind !== 'bad') throw new Error(`nothing is bad there: ${end.kind}`);
    return end.place;
  }
}

const PLACE = 5 * RECORD;
const torn = (behind: number) =>
  new BadRing((plc) => {
    plc.fill(1 + behind);
    plc.writer.bytes[PLACE + 20] ^= 0xff;
  });
/** Repeats by source and seq; what has no seq goes on. `olderNs` = by how much they are older than the last record. */
const repeats = (list: readonly [number, number?][], olderNs = 0n) =>
  new BadRing((plc) => {
    const { timeNs } = plc;
    plc.timeNs -= olderNs;
    const [[source, seq], ...rest] = list;
    const next = plc.nextSeq(source);
    plc.append(source, { seq });
    plc.setSeq(source, next);
    if (olderNs > 0n) plc.timeNs = timeNs;
    for (const [id, again] of rest) plc.append(id, { seq: again });
  });
const verdicts = (ring: BadRing, cases: readonly Given[]): string[] => cases.map((given) => ring.judge(given).verdict);

describe('bytes that are no record (row 15a)', () => {
  it('are read again at least as often as the settings say, whatever stands behind them', () => {
    verdicts(torn(3), [
      { times: 1, ms: 60_000 },
      { times: 8, ms: 60_000, learnt: { provenAbs: PLACE } }
    ]).should.eql(['wait', 'wait']);
  });

  it('are passed over by what is new behind them, seen twice, behind a standing anchor', () => {
    const ring = torn(3);
    ring.judge({}).should.eql({ verdict: 'wait', learnt: { repeated: undefined, provenAbs: PLACE } });
    ring.judge({ learnt: { provenAbs: PLACE } }).verdict.should.equal('skip');
    ring.judge({ learnt: { provenAbs: PLACE + 4 } }).verdict.should.equal('wait');
    ring.judge({ anchor: 'overwritten', learnt: { provenAbs: PLACE } }).verdict.should.equal('wait');
  });

  it('are passed over after as long as a copy may be old, where head had passed them that long ago', () => {
    verdicts(torn(0), [
      { ms: REREAD_MS - 1 },
      { ms: REREAD_MS },
      { ms: REREAD_MS, isSettled: false },
      { ms: REREAD_MS, anchor: 'none' }
    ]).should.eql(['wait', 'skip', 'wait', 'skip']);
  });

  it('are waited for six times as long where a record of an older lap stands behind them', () => {
    const ring = new BadRing((plc) => {
      plc.append(1);
      plc.writer.bytes[PLACE + 20] ^= 0xff;
      plc.append(1, { seq: 1 });
    });
    verdicts(ring, [{ ms: REREAD_MS }, { ms: 6 * REREAD_MS - 1 }, { ms: 6 * REREAD_MS }]).should.eql([
      'wait',
      'wait',
      'skip'
    ]);
  });
});

describe('a repeat that is later than all that was handed on (row 15b)', () => {
  it('waits while it stands alone at the end of the ring', () => {
    verdicts(repeats([[1, 2]]), [{}, { ms: 60 * REREAD_MS }]).should.eql(['wait', 'wait']);
  });

  it('is one broken record where its source goes on: passed over, and its source kept in mind', () => {
    const ring = repeats([[1, 2], [1]]);
    const given = { ms: REREAD_MS };
    ring.judge(given).should.eql({
      verdict: 'skip',
      learnt: { repeated: { runId: 1n, sourceId: 1, expected: 5 } }
    });
    verdicts(ring, [{}, { learnt: { provenAbs: PLACE } }, { anchor: 'none' }]).should.eql(['wait', 'skip', 'wait']);
  });

  it('begins the seqs anew where another one goes back too, after as long as a copy may be old', () => {
    verdicts(
      repeats([
        [1, 2],
        [1, 3]
      ]),
      [{}, { ms: REREAD_MS - 1 }, { ms: REREAD_MS }, { ms: REREAD_MS, isSettled: false }]
    ).should.eql(['wait', 'wait', 'newIncarnation', 'wait']);
  });

  it('begins the seqs anew where the same source repeats again and had not gone on', () => {
    const ring = repeats([[1, 2], [1]]);
    const repeated = { runId: 1n, sourceId: 1, expected: 5 };
    verdicts(ring, [
      { ms: REREAD_MS, learnt: { repeated } },
      { ms: REREAD_MS, learnt: { repeated: { ...repeated, expected: 4 } } }
    ]).should.eql(['newIncarnation', 'skip']);
  });
});

describe('an older repeat (row 15c)', () => {
  const older = 500_000_000n;

  it('is waited for six times as long as a copy may be old', () => {
    verdicts(repeats([[1, 2]], older), [{ ms: 6 * REREAD_MS - 1 }, { ms: 6 * REREAD_MS }]).should.eql(['wait', 'skip']);
  });

  it('is passed over where its source goes on behind a standing anchor, seen twice', () => {
    const ring = repeats([[1, 2], [1]], older);
    ring.judge({}).should.eql({ verdict: 'wait', learnt: { repeated: undefined, provenAbs: PLACE } });
    should(ring.judge({ learnt: { provenAbs: PLACE } })).eql({
      verdict: 'skip',
      learnt: { repeated: undefined, provenAbs: PLACE }
    });
    ring.judge({ anchor: 'overwritten', learnt: { provenAbs: PLACE } }).verdict.should.equal('wait');
  });
});
