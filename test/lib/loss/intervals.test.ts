import should from 'should';
import { countOf, intersects } from '../../../lib/base';
import { insertInterval, LossInterval } from '../../../lib/loss/intervals';
import { seeded } from '../../support/seeded';

const inferred = (first: number, last: number): LossInterval => ({ first, last, basis: 'inferred' });
const authoritative = (first: number, last: number): LossInterval => ({ first, last, basis: 'authoritative' });
const all = (...intervals: LossInterval[]): LossInterval[] => intervals.reduce<LossInterval[]>(insertInterval, []);

describe('loss intervals', () => {
  it('inferred [5,14], then authoritative [0,9]: one interval [0,14], 15 seqs, authoritative', () => {
    const [only, ...rest] = all(inferred(5, 14), authoritative(0, 9));
    only.should.eql(authoritative(0, 14));
    countOf(only).should.equal(15);
    rest.should.eql([]);
  });

  it('what overlaps or touches becomes one', () => {
    all(inferred(0, 4), inferred(5, 9)).should.eql([inferred(0, 9)]);
    all(inferred(5, 9), inferred(0, 4)).should.eql([inferred(0, 9)]);
    all(inferred(0, 4), inferred(6, 9)).should.eql([inferred(0, 4), inferred(6, 9)]);
    all(inferred(0, 4), inferred(6, 9), inferred(5, 5)).should.eql([inferred(0, 9)]);
    all(inferred(3, 3), inferred(0, 9)).should.eql([inferred(0, 9)]);
    all(inferred(0, 9), inferred(3, 3)).should.eql([inferred(0, 9)]);
  });

  it('one authoritative part makes the whole authoritative', () => {
    all(authoritative(5, 5), inferred(0, 9)).should.eql([authoritative(0, 9)]);
    all(inferred(0, 4), authoritative(5, 5)).should.eql([authoritative(0, 5)]);
    all(inferred(0, 4), inferred(5, 5)).should.eql([inferred(0, 5)]);
  });

  it('the list that is given stays as it is', () => {
    const list = Object.freeze([Object.freeze(inferred(0, 4)), Object.freeze(inferred(8, 9))]);
    insertInterval(list, authoritative(5, 7)).should.eql([authoritative(0, 9)]);
    list.should.eql([inferred(0, 4), inferred(8, 9)]);
  });

  it('the order of insertion does not matter for what is covered: 500 random lists', () => {
    const random = seeded(9);
    for (let n = 0; n < 500; n++) {
      const covered = new Set<number>();
      let list: LossInterval[] = [];
      for (let i = 0; i < 12; i++) {
        const first = random.below(60);
        const last = first + random.below(6);
        list = insertInterval(list, random.below(2) === 0 ? inferred(first, last) : authoritative(first, last));
        for (let seq = first; seq <= last; seq++) covered.add(seq);
      }
      let before = -2;
      for (const interval of list) {
        interval.first.should.be.above(before + 1);
        interval.last.should.be.aboveOrEqual(interval.first);
        for (let seq = interval.first; seq <= interval.last; seq++) should(covered.delete(seq)).be.true();
        before = interval.last;
      }
      covered.size.should.equal(0);
    }
  });

  it('intersect when they share a seq, not when they touch', () => {
    intersects(inferred(0, 4), inferred(4, 9)).should.be.true();
    intersects(inferred(0, 4), inferred(5, 9)).should.be.false();
    intersects(inferred(5, 9), inferred(0, 4)).should.be.false();
    intersects(inferred(0, 9), inferred(3, 3)).should.be.true();
  });
});
