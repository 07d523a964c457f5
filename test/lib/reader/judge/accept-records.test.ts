import should from 'should';
import { AcceptBounds, AcceptEnd, acceptRecords } from '../../../../lib/reader/judge/accept-records';
import { Gathering } from '../../../../lib/reader/judge/gathering';
import { RingPosition } from '../../../../lib/reader/judge/ring-position';
import { FlatWindow } from '../../../../lib/reader/observe/window';
import { FakePlc } from '../fake-plc';
import { CAPACITY, positionAt, RECORD, sampleOf, windowOf } from './cases';

/** A ring of which the first records were handed on. */
function begun(count = 5): { plc: FakePlc; position: RingPosition } {
  const plc = new FakePlc(CAPACITY);
  plc.fill(count);
  return { plc, position: positionAt(plc) };
}

interface Taken {
  readonly end: AcceptEnd;
  readonly draft: RingPosition;
  readonly gathering: Gathering;
}

/** Takes what stands behind the cursor; head had passed all of it before, unless said otherwise. */
function take(
  plc: FakePlc,
  position: RingPosition,
  over: Partial<AcceptBounds> = {},
  limits = { maxRecords: 1000, maxBytes: 65536 },
  window?: FlatWindow,
  free = 16
): Taken {
  const { headAbs } = plc.writer;
  const draft = position.draft();
  const gathering = new Gathering(free);
  const bounds = { headAbs, trustedHead: headAbs, settledHead: -1, tailFreshUntil: 0, ...over };
  const end = acceptRecords(draft, window ?? windowOf(plc, draft.cursor, headAbs), bounds, gathering, limits, () =>
    gathering.close(draft, sampleOf(plc))
  );
  return { end, draft, gathering };
}

describe('the records of a window', () => {
  it('are taken in order up to head', () => {
    const { plc, position } = begun();
    plc.fill(3);
    const { end, draft, gathering } = take(plc, position);
    end.should.eql({ kind: 'end' });
    draft.cursor.should.equal(8 * RECORD);
    gathering.records.should.equal(3);
    position.cursor.should.equal(5 * RECORD);
  });

  it("are taken up to the window's end, and what the next one needs is said", () => {
    const { plc, position } = begun();
    plc.fill(3);
    const { cursor } = position;
    const { end, draft } = take(plc, position, {}, undefined, windowOf(plc, cursor, cursor + RECORD + 41));
    end.should.eql({ kind: 'end', needed: RECORD });
    draft.cursor.should.equal(6 * RECORD);
  });

  it('are not taken beyond the head that may be believed', () => {
    const { plc, position } = begun();
    plc.fill(3);
    take(plc, position, { headAbs: 7 * RECORD }).draft.cursor.should.equal(7 * RECORD);
  });

  it('fill batches, as many as may be on their way', () => {
    const { plc, position } = begun();
    plc.fill(9);
    const { end, gathering, draft } = take(plc, position, {}, { maxRecords: 2, maxBytes: 65536 }, undefined, 3);
    end.should.eql({ kind: 'full' });
    gathering.batches.map(({ records }) => records).should.eql([2, 2, 2]);
    draft.cursor.should.equal(11 * RECORD);
    const byBytes = take(plc, position, {}, { maxRecords: 1000, maxBytes: 3 * RECORD }, undefined, 2);
    byBytes.gathering.batches.map(({ bytes }) => bytes).should.eql([3 * RECORD, 3 * RECORD]);
  });

  it("wait where a gap or a source's first record came before the look that proves it", () => {
    for (const append of [(plc: FakePlc) => plc.append(1, { seq: 9 }), (plc: FakePlc) => plc.append(2)]) {
      const { plc, position } = begun();
      const abs = append(plc);
      take(plc, position, { trustedHead: abs }).end.should.eql({ kind: 'held' });
      take(plc, position, { trustedHead: abs + 1 }).end.should.eql({ kind: 'end' });
    }
  });

  it("wait behind the gap of a lap's end, until that was read again or is settled", () => {
    const { plc, position } = begun(23);
    plc.fill(2);
    take(plc, position).end.should.eql({ kind: 'held' });
    take(plc, position, { tailFreshUntil: CAPACITY }).end.should.eql({ kind: 'end' });
    take(plc, position, { settledHead: plc.writer.headAbs }).end.should.eql({ kind: 'end' });
  });

  it('are in doubt where they are older, in the first lap after a jump, until they are settled', () => {
    const { plc, position } = begun();
    plc.timeNs -= 500_000_000n;
    const abs = plc.append(2);
    take(plc, position).end.should.eql({ kind: 'doubt', abs });
    take(plc, position, { settledHead: abs }).end.should.eql({ kind: 'doubt', abs });
    take(plc, position, { settledHead: abs + 1 }).end.should.eql({ kind: 'end' });
  });

  it('end at bytes that are no record, with what was good before them', () => {
    const { plc, position } = begun();
    plc.fill(3);
    plc.writer.bytes[6 * RECORD + 20] ^= 0xff;
    const { end, draft } = take(plc, position);
    should(end)
      .have.property('place')
      .with.properties({ abs: 6 * RECORD, reason: 'OPENOT_WIRE_CRC_MISMATCH' });
    draft.cursor.should.equal(6 * RECORD);
    take(plc, position, { trustedHead: 6 * RECORD }).end.should.eql({ kind: 'held' });
  });

  it('end at a seq that went back, and tell what follows it', () => {
    const { plc, position } = begun();
    plc.append(1, { seq: 2 });
    plc.append(2);
    const { end } = take(plc, position);
    should(end.kind).equal('bad');
    if (end.kind !== 'bad') return;
    end.place.should.have.properties({ abs: 5 * RECORD, reason: 'OPENOT_SEQ_WENT_BACK' });
    should(end.place.notNew?.safeSeq).equal(2);
    should(end.place.following?.map(({ abs }) => abs)).eql([6 * RECORD]);
  });
});
