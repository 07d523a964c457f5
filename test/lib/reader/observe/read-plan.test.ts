import should from 'should';
import { searchFrom } from '../../../../lib/reader/judge/record-search';
import { Following } from '../../../../lib/reader/judge/ring-state';
import { takeSample } from '../../../../lib/reader/observe/control-sample';
import { lapTail, wantedAfter, windowAsk } from '../../../../lib/reader/observe/read-plan';
import { FakePlc } from '../fake-plc';
import { CAPACITY, RECORD, ringWith, sampleOf, windowOf } from '../judge/cases';

const SIZE = { window: 256, perRead: 128, tookMs: 0 };
const odd = (plc: FakePlc) => {
  plc.seqlock++;
  return takeSample(plc.controlBytes());
};
const search = (abs: number): Partial<Following> => ({
  search: searchFrom(abs, { abs, reason: 'OPENOT_WIRE_CRC_MISMATCH', message: 'broken' })
});

describe('the window that is asked for', () => {
  it('begins at the cursor, with the anchor before it', () => {
    const { state } = ringWith(5);
    const ask = windowAsk(state, SIZE, { twice: true, lookFirst: false });
    should(ask).eql({
      fromAbs: 5 * RECORD,
      length: 256,
      capacity: CAPACITY,
      perRead: 128,
      twice: true,
      anchorAbs: 5 * RECORD - 4
    });
  });

  it('begins where a search goes on', () => {
    const { state } = ringWith(5, search(6 * RECORD));
    windowAsk(state, SIZE, { twice: false, lookFirst: false }).fromAbs.should.equal(6 * RECORD);
  });

  it('has no anchor where the last record was overwritten', () => {
    const { plc, state } = ringWith(5);
    plc.fill(40);
    const ask = windowAsk({ ...state, last: sampleOf(plc) }, SIZE, { twice: false, lookFirst: false });
    should(ask.anchorAbs).be.undefined();
  });
});

describe('what is worth asking for after a look', () => {
  it('is nothing where all is read and the look is the one before', () => {
    const { plc, state } = ringWith(5);
    wantedAfter(sampleOf(plc), state, 256).should.eql({ kind: 'nothing' });
    plc.seqlock += 2;
    wantedAfter(sampleOf(plc), state, 256).should.eql({ kind: 'rest', length: 0 });
  });

  it('is the ring also then, where a search goes on or the last record has to prove something', () => {
    const { plc, state } = ringWith(5);
    const sinceLap = { kind: 'sinceLap' as const, sinceMs: 0 };
    wantedAfter(sampleOf(plc), { ...state, trust: sinceLap }, 256).kind.should.equal('rest');
    wantedAfter(sampleOf(plc), { ...state, ...search(4 * RECORD) }, 256).should.eql({ kind: 'rest', length: RECORD });
  });

  it('is what was written since', () => {
    const { plc, state } = ringWith(5);
    plc.fill(3);
    wantedAfter(sampleOf(plc), state, 256).should.eql({ kind: 'rest', length: 3 * RECORD });
  });

  it('is what the look before says, where this one is inside an update', () => {
    const { plc, state } = ringWith(5);
    plc.fill(3);
    const last = sampleOf(plc);
    wantedAfter(odd(plc), { ...state, last }, 256).should.eql({ kind: 'rest', length: 3 * RECORD });
  });

  it('lies further on where the cursor was overwritten, ahead of what is overwritten meanwhile', () => {
    const { plc, state } = ringWith(5);
    plc.fill(40);
    const { oldestAbs, headAbs } = sampleOf(plc).snapshot;
    wantedAfter(sampleOf(plc), state, 2048).should.eql({
      kind: 'elsewhere',
      fromAbs: oldestAbs,
      length: CAPACITY / 4,
      anchorAbs: undefined
    });
    // Half of the window is caught by being there early; what goes beyond is aimed at, on a boundary of 4.
    wantedAfter(sampleOf(plc), { ...state, evicted: 231 }, 2048).should.have.property('fromAbs', oldestAbs + 100);
    wantedAfter(sampleOf(plc), { ...state, evicted: 9000 }, 2048).should.have.properties({
      fromAbs: headAbs,
      length: 0
    });
  });
});

describe('the end of a lap that is read again', () => {
  it('reaches from the cursor to the end of the ring, one Read at most', () => {
    const { plc, state } = ringWith(20);
    plc.fill(6);
    const window = windowOf(plc, 20 * RECORD, plc.writer.headAbs);
    should(lapTail(sampleOf(plc), state, window, 65536)).eql({ fromAbs: 20 * RECORD, length: CAPACITY - 20 * RECORD });
    should(lapTail(sampleOf(plc), state, window, 64)).eql({ fromAbs: 20 * RECORD, length: 64 });
  });

  it('is none where the window or head does not go beyond it, or the look is of another ring', () => {
    const { plc, state } = ringWith(20);
    plc.fill(3);
    const before = sampleOf(plc);
    plc.fill(3);
    const { headAbs } = plc.writer;
    const window = windowOf(plc, 20 * RECORD, headAbs);
    should(lapTail(before, state, window, 65536)).be.undefined();
    should(lapTail(sampleOf(plc), state, windowOf(plc, 20 * RECORD, CAPACITY), 65536)).be.undefined();
    plc.bufferId = 8;
    should(lapTail(sampleOf(plc), state, window, 65536)).be.undefined();
    plc.bufferId = 7;
    should(lapTail(odd(plc), state, window, 65536)).be.undefined();
  });
});
