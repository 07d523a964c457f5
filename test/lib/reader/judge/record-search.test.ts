import should from 'should';
import { BadPlace } from '../../../../lib/reader/judge/accept-records';
import { searchFrom, searchStep } from '../../../../lib/reader/judge/record-search';
import { FakePlc } from '../fake-plc';
import { CAPACITY, positionAt, RECORD, windowOf } from './cases';

/** A ring with 3 records handed on, broken ones behind them and a good one in the end. */
function broken(count: number) {
  const plc = new FakePlc(CAPACITY);
  plc.fill(3);
  const position = positionAt(plc);
  plc.fill(count + 1);
  const abs = position.cursor;
  for (let i = 0; i < count; i++) plc.writer.bytes[abs + i * RECORD + 20] ^= 0xff;
  const place: BadPlace = { abs, reason: 'OPENOT_WIRE_CRC_MISMATCH', message: 'broken' };
  return { plc, position, abs, place, headAbs: plc.writer.headAbs, goodAbs: abs + count * RECORD };
}

describe('a search for the next record', () => {
  it('must find the same place twice, then passes over all before it at once', () => {
    const { plc, position, abs, place, headAbs, goodAbs } = broken(3);
    const window = windowOf(plc, abs, headAbs);
    const first = searchStep(searchFrom(abs, place), position, window, headAbs);
    should(first).eql({ kind: 'on', search: { fromAbs: abs, place, abs, candidate: goodAbs } });
    if (first.kind !== 'on') return;
    const second = searchStep(first.search, position, window, headAbs);
    should(second.kind).equal('found');
    if (second.kind !== 'found') return;
    second.notice.should.eql({ kind: 'skipped', fromAbs: abs, toAbs: goodAbs, reason: 'OPENOT_WIRE_CRC_MISMATCH' });
    second.error.code.should.equal('OPENOT_RING_SKIPPED');
  });

  it('begins again where the second reading comes to another place', () => {
    const { plc, position, abs, place, headAbs, goodAbs } = broken(3);
    const search = { ...searchFrom(abs, place), candidate: abs + RECORD };
    const step = searchStep(search, position, windowOf(plc, abs, headAbs), headAbs);
    should(step).eql({ kind: 'on', search: { fromAbs: abs, place, abs, candidate: goodAbs } });
  });

  it('goes on in the next window, from where something began that this one cut off', () => {
    const { plc, position, abs, place, headAbs, goodAbs } = broken(6);
    const first = searchStep(searchFrom(abs, place), position, windowOf(plc, abs, abs + 64), headAbs);
    should(first).eql({ kind: 'on', search: { fromAbs: abs, place, abs: abs + RECORD } });
    if (first.kind !== 'on') return;
    const second = searchStep(first.search, position, windowOf(plc, first.search.abs, headAbs), headAbs);
    should(second).have.property('search').with.properties({ candidate: goodAbs, abs });
  });

  it('finds a good record that begins where the window before ended, or was cut off by it', () => {
    for (const cut of [2 * RECORD, 2 * RECORD + 4, 3 * RECORD - 4]) {
      const { plc, position, abs, place, headAbs, goodAbs } = broken(2);
      plc.fill(1);
      const first = searchStep(searchFrom(abs, place), position, windowOf(plc, abs, abs + cut), headAbs);
      if (first.kind !== 'on') throw new Error(first.kind);
      should(first.search.abs).equal(goodAbs);
      const second = searchStep(first.search, position, windowOf(plc, goodAbs, headAbs), headAbs);
      should(second).have.property('search').with.property('candidate', goodAbs);
    }
  });

  it('goes on where what begins there never fits into a window', () => {
    const { plc, position, abs, place, headAbs, goodAbs } = broken(6);
    let search = searchFrom(abs, place);
    for (let steps = 0; search.candidate === undefined && steps < 60; steps++) {
      const step = searchStep(search, position, windowOf(plc, search.abs, Math.min(search.abs + 48, headAbs)), headAbs);
      if (step.kind !== 'on') throw new Error(step.kind);
      search = step.search;
    }
    should(search.candidate).be.aboveOrEqual(goodAbs);
  });

  it('waits for its window where another one came', () => {
    const { plc, position, abs, place, headAbs } = broken(2);
    for (const window of [windowOf(plc, abs + RECORD, headAbs), windowOf(plc, 0, abs)])
      searchStep(searchFrom(abs, place), position, window, headAbs).should.eql({ kind: 'elsewhere' });
  });

  it('ends at head, where a record will begin', () => {
    const { plc, position, abs, place, goodAbs } = broken(2);
    const window = windowOf(plc, abs, goodAbs);
    const step = searchStep(searchFrom(abs, place), position, window, goodAbs);
    should(step).have.property('search').with.property('candidate', goodAbs);
  });
});
