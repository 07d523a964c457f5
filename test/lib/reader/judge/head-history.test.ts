import should from 'should';
import { HeadHistory, settledHead, withHead } from '../../../../lib/reader/judge/head-history';
import { seeded } from '../../../support/seeded';

const AGE = 1600;

describe('the history of head', () => {
  it('knows no settled head before one was seen long enough ago', () => {
    settledHead([], AGE, 10_000).should.equal(-1);
    const history = withHead([], AGE, 440, 1000);
    settledHead(history, AGE, 2599).should.equal(-1);
    settledHead(history, AGE, 2600).should.equal(440);
  });

  it('leaves out a head that was seen shortly after another, and changes no history it is given', () => {
    const history = withHead([], AGE, 440, 1000);
    withHead(history, AGE, 500, 1099).should.equal(history);
    withHead(history, AGE, 500, 1100).should.eql([
      { ms: 1000, headAbs: 440 },
      { ms: 1100, headAbs: 500 }
    ]);
    history.should.have.length(1);
  });

  it('forgets what a later settled head makes needless', () => {
    const history: HeadHistory = [
      { ms: 0, headAbs: 100 },
      { ms: 1000, headAbs: 200 },
      { ms: 2000, headAbs: 300 }
    ];
    withHead(history, AGE, 400, 2600).should.eql([
      { ms: 1000, headAbs: 200 },
      { ms: 2000, headAbs: 300 },
      { ms: 2600, headAbs: 400 }
    ]);
  });

  it(
    'never calls a head settled that was not seen that long ago, errs by an eighth of the age at most, ' +
      'and stays short',
    () => {
      const random = seeded(7);
      let history: HeadHistory = [];
      const all: { ms: number; headAbs: number }[] = [];
      let nowMs = 0;
      let headAbs = 0;
      for (let i = 0; i < 2000; i++) {
        nowMs += random.below(60);
        headAbs += random.below(100);
        all.push({ ms: nowMs, headAbs });
        history = withHead(history, AGE, headAbs, nowMs);
        const before = (age: number): number => all.filter(({ ms }) => ms <= nowMs - age).at(-1)?.headAbs ?? -1;
        const settled = settledHead(history, AGE, nowMs);
        should(settled).be.belowOrEqual(before(AGE));
        should(settled).be.aboveOrEqual(before(AGE + AGE / 8));
        history.length.should.be.belowOrEqual(18);
      }
    }
  );
});
