import 'should';
import {
  describeRingError,
  DroppedRange,
  joinDropped,
  Reservation,
  ringErrorCode,
  RingError,
  RingWriter
} from '../../../lib/ring';
import { readCapturedRing } from '../../support/conformance/read-ring';
import { encoded, TestRecord } from '../../support/records';
import { seeded } from '../../support/seeded';

const RUN = 1n;

function append(writer: RingWriter, record: TestRecord & { sourceId: number; seq: number }): Reservation {
  const result = writer.append(encoded(record), { runId: RUN, sourceId: record.sourceId, seq: BigInt(record.seq) });
  if (!result.ok) throw new Error(result.kind);
  return result;
}

const range = (sourceId: number, first: number, last: number): DroppedRange => ({
  runId: RUN,
  sourceId,
  firstSeq: BigInt(first),
  lastSeq: BigInt(last),
  count: last - first + 1
});

/** A record of a length that is a multiple of 4, from 44 bytes on. */
function sized(sourceId: number, seq: number, length: number): TestRecord & { sourceId: number; seq: number } {
  const slots = [];
  for (let left = length - 44; left > 0;) {
    const size = Math.min(left, 256);
    slots.push({ key: 0x8000, type: 13, payload: new Uint8Array(size - 4).fill(0xee) });
    left -= size;
  }
  return { sourceId, seq, slots };
}

describe('ring writer', () => {
  it('puts records back to back from its first position', () => {
    const writer = new RingWriter(1000);
    append(writer, { sourceId: 1, seq: 0 }).abs.should.equal(0);
    append(writer, { sourceId: 1, seq: 1 }).abs.should.equal(44);
    [writer.headAbs, writer.oldestAbs, writer.lostCount, writer.retained].should.eql([88, 0, 0, 2]);
    Buffer.from(writer.bytes.subarray(44, 88))
      .equals(encoded({ seq: 1 }))
      .should.be.true();
  });

  it('fills a ring to its last byte without a marker, and begins the next lap', () => {
    const writer = new RingWriter(88);
    for (let seq = 0; seq < 2; seq++) append(writer, { sourceId: 1, seq });
    [writer.headAbs, writer.oldestAbs, writer.lostCount].should.eql([88, 0, 0]);
    writer.bytes[0].should.equal(0x4f);
    append(writer, { sourceId: 1, seq: 2 }).should.eql({ ok: true, abs: 88, length: 44, evicted: [range(1, 0, 0)] });
    [writer.headAbs, writer.oldestAbs, writer.lostCount].should.eql([132, 44, 1]);
  });

  it('marks the gap at the end of a lap with one zero byte and keeps the rest of the tail', () => {
    const bytes = new Uint8Array(100).fill(0xaa);
    const writer = new RingWriter(100, { bytes });
    for (let seq = 0; seq < 3; seq++) append(writer, { sourceId: 1, seq });
    writer.headAbs.should.equal(144);
    bytes[88].should.equal(0);
    [...bytes.subarray(89)].should.eql(new Array(11).fill(0xaa));
  });

  it('takes a record as long as the ring and refuses a longer one, changing nothing', () => {
    const writer = new RingWriter(44);
    append(writer, { sourceId: 1, seq: 0 });
    append(writer, { sourceId: 1, seq: 1 }).should.eql({ ok: true, abs: 44, length: 44, evicted: [range(1, 0, 0)] });
    const error = writer.append(encoded(sized(1, 2, 48)), { runId: RUN, sourceId: 1, seq: 2n }) as RingError;
    error.should.eql({ ok: false, kind: 'recordExceedsCapacity', length: 48, capacity: 44 });
    ringErrorCode(error).should.equal('OPENOT_RING_RECORD_EXCEEDS_CAPACITY');
    describeRingError(error).should.match(/48 bytes .* ring of 44/);
    [writer.headAbs, writer.oldestAbs, writer.lostCount, writer.retained].should.eql([88, 44, 1, 1]);
  });

  describe('the order of publishing', () => {
    it('moves oldest and lostCount with the reservation, before a byte is written, and head with the commit', () => {
      const writer = new RingWriter(100);
      for (let seq = 0; seq < 2; seq++) append(writer, { sourceId: 1, seq });
      const before = writer.bytes.slice();
      const record = encoded({ seq: 2 });
      (writer.reserve(44) as Reservation).should.eql({ ok: true, abs: 100, length: 44, evicted: [range(1, 0, 0)] });
      [writer.headAbs, writer.oldestAbs, writer.lostCount, writer.retained].should.eql([88, 44, 1, 1]);
      Buffer.from(writer.bytes).equals(before).should.be.true();
      writer.commit(record, { runId: RUN, sourceId: 1, seq: 2n });
      [writer.headAbs, writer.oldestAbs].should.eql([144, 44]);
      Buffer.from(writer.bytes.subarray(0, 44)).equals(record).should.be.true();
    });

    it('publishes the coming record as oldest when all others make way', () => {
      const writer = new RingWriter(100);
      append(writer, { sourceId: 1, seq: 0 });
      const reservation = writer.reserve(100) as Reservation;
      reservation.abs.should.equal(100);
      writer.oldestAbs.should.equal(100);
      writer.headAbs.should.equal(44);
    });

    it('refuses a commit without a reservation of that length, or of one that was used', () => {
      const writer = new RingWriter(100);
      const id = { runId: RUN, sourceId: 1, seq: 0n };
      (() => writer.commit(encoded(), id)).should.throw(/reserve 44 bytes/);
      writer.reserve(48);
      (() => writer.commit(encoded(), id)).should.throw(/reserve 44 bytes/);
      writer.reserve(44);
      writer.commit(encoded(), id);
      (() => writer.commit(encoded(), id)).should.throw(/reserve 44 bytes/);
    });

    it('lets a reservation be replaced', () => {
      const writer = new RingWriter(100);
      writer.reserve(48);
      append(writer, { sourceId: 1, seq: 0 }).abs.should.equal(0);
      writer.headAbs.should.equal(44);
    });
  });

  describe('what was dropped', () => {
    it('is joined where run and source are the same and the seqs follow each other', () => {
      const ranges: DroppedRange[] = [];
      const drop = (runId: bigint, sourceId: number, seq: bigint): void =>
        joinDropped(ranges, { runId, sourceId, seq });
      drop(1n, 7, 3n);
      drop(1n, 7, 4n);
      drop(1n, 7, 6n);
      drop(1n, 8, 7n);
      drop(2n, 8, 8n);
      drop(2n, 8, 9n);
      drop(2n, 8, 9n);
      ranges.should.eql([
        { runId: 1n, sourceId: 7, firstSeq: 3n, lastSeq: 4n, count: 2 },
        { runId: 1n, sourceId: 7, firstSeq: 6n, lastSeq: 6n, count: 1 },
        { runId: 1n, sourceId: 8, firstSeq: 7n, lastSeq: 7n, count: 1 },
        { runId: 2n, sourceId: 8, firstSeq: 8n, lastSeq: 9n, count: 2 },
        { runId: 2n, sourceId: 8, firstSeq: 9n, lastSeq: 9n, count: 1 }
      ]);
    });

    it('comes with the record that it made way for', () => {
      const writer = new RingWriter(300);
      for (let seq = 0; seq < 4; seq++) append(writer, { sourceId: 1, seq });
      for (let seq = 0; seq < 2; seq++) append(writer, { sourceId: 2, seq });
      // 44 * 6 = 264 is head; 300 bytes begin the next lap and need everything.
      append(writer, sized(1, 4, 300)).evicted.should.eql([range(1, 0, 3), range(2, 0, 1)]);
      [writer.headAbs, writer.oldestAbs, writer.lostCount].should.eql([600, 300, 6]);
    });
  });

  it('crosses 2^32 without a change of anything but the positions', () => {
    const capacity = 4096;
    const laps = 0xffffff00 - (0xffffff00 % capacity);
    const low = new RingWriter(capacity);
    const high = new RingWriter(capacity, { startAbs: laps });
    for (let seq = 0; seq < 400; seq++) {
      const a = append(low, { sourceId: 1, seq });
      const b = append(high, { sourceId: 1, seq });
      b.should.eql({ ...a, abs: a.abs + laps });
    }
    high.headAbs.should.be.above(0x1_0000_0000);
    [high.headAbs - laps, high.oldestAbs - laps, high.lostCount].should.eql([
      low.headAbs,
      low.oldestAbs,
      low.lostCount
    ]);
    Buffer.from(high.bytes).equals(low.bytes).should.be.true();
  });

  it('can begin in the middle of a lap, beside 2^32, with a capacity that does not divide it', () => {
    const writer = new RingWriter(1000, { startAbs: 0xffffff00 });
    [writer.headAbs, writer.oldestAbs].should.eql([0xffffff00, 0xffffff00]);
    for (let seq = 0; seq < 100; seq++) append(writer, { sourceId: 1, seq });
    const batch = readCapturedRing(writer.bytes, { cursor: 0, headAbs: writer.headAbs, oldestAbs: writer.oldestAbs });
    if (!batch.ok) throw new Error(batch.kind);
    batch.records
      .map((entry) => entry.record.safeSeq)
      .should.eql([...Array(writer.retained).keys()].map((i) => 100 - writer.retained + i));
    batch.records[0].startAbs.should.equal(writer.oldestAbs);
  });

  it('refuses memory of another size than its capacity', () => {
    (() => new RingWriter(100, { bytes: new Uint8Array(99) })).should.throw(RangeError);
  });

  it('always leaves a ring that reads back as its newest records, none missing, whatever the lengths', () => {
    const random = seeded(20260801);
    for (let round = 0; round < 60; round++) {
      const capacity = 44 + random.below(2000);
      const startAbs = random.below(3) === 0 ? 0xffffff00 + random.below(300) : random.below(5000);
      const writer = new RingWriter(capacity, { startAbs });
      let written = 0;
      let dropped = 0;
      for (let seq = 0; seq < 120; seq++) {
        const length = 44 + 4 * random.below(Math.min(60, (capacity - 40) >> 2));
        const { evicted } = append(writer, sized(1, seq, length));
        written++;
        dropped += evicted.reduce((sum, entry) => sum + entry.count, 0);
        writer.lostCount.should.equal(dropped);
        writer.retained.should.equal(written - dropped);
        (writer.headAbs - writer.oldestAbs).should.be.belowOrEqual(capacity);
        const batch = readCapturedRing(writer.bytes, {
          cursor: startAbs,
          headAbs: writer.headAbs,
          oldestAbs: writer.oldestAbs
        });
        if (!batch.ok) throw new Error(`round ${round}, seq ${seq}: ${batch.kind}`);
        batch.records
          .map((entry) => entry.record.safeSeq)
          .should.eql([...Array(writer.retained).keys()].map((i) => dropped + i));
      }
    }
  });
});
