import 'should';
import { RingError, RingErrorDetail, RingWriter } from '../../../lib/ring';
import {
  ReadRingError,
  RingBatch,
  RingPositions,
  readCapturedRing,
  readRing,
  readRingSnapshot
} from '../../support/conformance/read-ring';
import { crc32c, writeU16 } from '../../../lib/wire';
import { encoded } from '../../support/records';

/** A ring of 44-byte records of source 1. */
function ring(capacity: number, records: number, startAbs = 0): RingWriter {
  const writer = new RingWriter(capacity, { startAbs });
  for (let seq = 0; seq < records; seq++) writer.append(encoded({ seq }), { runId: 1n, sourceId: 1, seq: BigInt(seq) });
  return writer;
}

const positions = (writer: RingWriter, cursor = 0): RingPositions => ({
  cursor,
  headAbs: writer.headAbs,
  oldestAbs: writer.oldestAbs
});

function batch(result: RingBatch | ReadRingError): RingBatch {
  if (!result.ok) throw new Error(`refused: ${result.kind}`);
  return result;
}

const brief = (result: RingBatch): object => ({
  seqs: result.records.map((entry) => entry.record.safeSeq),
  nextCursor: result.nextCursor,
  lapped: result.lapped
});

describe('whole-ring reader', () => {
  it('reads from its cursor to head, with the positions of every record', () => {
    const writer = ring(256, 3);
    const result = batch(readRing(writer.bytes, positions(writer, 44)));
    brief(result).should.eql({ seqs: [1, 2], nextCursor: 132, lapped: false });
    result.records
      .map(({ startAbs, endAbs }) => [startAbs, endAbs])
      .should.eql([
        [44, 88],
        [88, 132]
      ]);
    brief(batch(readRing(writer.bytes, positions(writer, 132)))).should.eql({
      seqs: [],
      nextCursor: 132,
      lapped: false
    });
  });

  it('says lapped and begins at oldest when its cursor was overwritten', () => {
    const writer = ring(256, 80);
    [writer.headAbs, writer.oldestAbs, writer.lostCount].should.eql([4060, 3840, 75]);
    brief(batch(readRing(writer.bytes, positions(writer)))).should.eql({
      seqs: [75, 76, 77, 78, 79],
      nextCursor: 4060,
      lapped: true
    });
    brief(batch(readRing(writer.bytes, positions(writer, 3840)))).should.eql({
      seqs: [75, 76, 77, 78, 79],
      nextCursor: 4060,
      lapped: false
    });
  });

  describe('errors, each of which discards the whole batch', () => {
    const refused = (
      change: (image: Uint8Array) => void,
      error: RingErrorDetail,
      capacity = 256,
      records = 3
    ): void => {
      const writer = ring(capacity, records);
      change(writer.bytes);
      readRing(writer.bytes, positions(writer)).should.eql({ ok: false, ...error });
    };
    const wire = (abs: number, error: object): RingErrorDetail =>
      ({ kind: 'wire', abs, error: { ok: false, ...error } }) as RingErrorDetail;

    it('unexpectedWrapMarker', () => refused((image) => (image[0] = 0), { kind: 'unexpectedWrapMarker', abs: 0 }));
    it('unexpectedWrapMarker on a later lap', () => {
      const writer = ring(88, 4);
      writer.bytes[0] = 0;
      readRing(writer.bytes, positions(writer)).should.eql({ ok: false, kind: 'unexpectedWrapMarker', abs: 88 });
    });
    it('recordCrossesBoundary for less than a header, before the sync is looked at', () => {
      const writer = ring(127, 2);
      writer.bytes.fill(0xee, 88);
      readRing(writer.bytes, { cursor: 0, headAbs: 127, oldestAbs: 0 }).should.eql({
        ok: false,
        kind: 'recordCrossesBoundary',
        abs: 88
      });
    });
    it('wrongSync', () => refused((image) => (image[47] = 0x33), wire(44, { kind: 'wrongSync', found: '4f4f5433' })));
    it('invalidLength below a header, with the bytes to the end of the lap', () =>
      refused(
        (image) => writeU16(image, 48, 12),
        wire(44, { kind: 'invalidLength', totalLength: 12, available: 212 })
      ));
    it('recordCrossesBoundary for a length beyond the lap', () =>
      refused((image) => writeU16(image, 48, 213), { kind: 'recordCrossesBoundary', abs: 44 }));
    it('invalidLength without room for a CRC', () =>
      refused((image) => writeU16(image, 48, 43), wire(44, { kind: 'invalidLength', totalLength: 43, available: 43 })));
    it('missingCrc', () => refused((image) => (image[50] = 0), { kind: 'missingCrc', abs: 44 }));
    it('crcMismatch', () => {
      const expected = crc32c(encoded({ seq: 2 }), 0, 40);
      const bad = encoded({ seq: 2 });
      bad[20] = 1;
      refused((image) => image.set(bad, 88), wire(88, { kind: 'crcMismatch', expected, actual: crc32c(bad, 0, 40) }));
    });
  });

  describe('oldest, read again', () => {
    const writer = ring(256, 3);
    const rereads =
      (...values: number[]): (() => number) =>
      () =>
        values.length > 1 ? (values.shift() as number) : values[0];

    it('beyond a record that was just decoded: overwrittenMidRead there', () => {
      readRing(writer.bytes, positions(writer), { rereadOldest: rereads(0, 45) }).should.eql({
        ok: false,
        kind: 'overwrittenMidRead',
        readAbs: 44,
        oldestAbs: 45
      });
      readRing(writer.bytes, positions(writer), { rereadOldest: rereads(0, 45), recheck: 'beforeDecode' }).should.eql({
        ok: false,
        kind: 'overwrittenMidRead',
        readAbs: 44,
        oldestAbs: 45
      });
    });

    it('comes before the decoding only where that was asked for', () => {
      const image = writer.bytes.slice();
      image[0] = 0xee;
      (readRing(image, positions(writer), { rereadOldest: () => 44 }) as RingError).kind.should.equal('wire');
      readRing(image, positions(writer), { rereadOldest: () => 44, recheck: 'beforeDecode' }).should.eql({
        ok: false,
        kind: 'overwrittenMidRead',
        readAbs: 0,
        oldestAbs: 44
      });
    });

    it('at the end, changed and beyond the cursor: overwrittenMidRead of the cursor', () => {
      readRing(writer.bytes, positions(writer), { rereadOldest: rereads(0, 0, 0, 44) }).should.eql({
        ok: false,
        kind: 'overwrittenMidRead',
        readAbs: 0,
        oldestAbs: 44
      });
      brief(batch(readRing(writer.bytes, positions(writer, 44), { rereadOldest: () => 44 }))).should.eql({
        seqs: [1, 2],
        nextCursor: 132,
        lapped: false
      });
    });
  });

  describe('oddities of the reference', () => {
    it('a: delivers a record that ends beyond head, and leaves the cursor inside it', () => {
      const writer = ring(256, 2);
      brief(batch(readRing(writer.bytes, { cursor: 0, headAbs: 50, oldestAbs: 0 }))).should.eql({
        seqs: [0, 1],
        nextCursor: 50,
        lapped: false
      });
    });

    it('b: a zero byte jumps to the next lap even beyond head, and it ends quietly', () => {
      const writer = ring(256, 2);
      writer.bytes[44] = 0;
      brief(batch(readRing(writer.bytes, positions(writer)))).should.eql({ seqs: [0], nextCursor: 88, lapped: false });
    });

    it('c: a cursor beyond head moves back to head with an empty batch, not lapped', () => {
      const writer = ring(256, 2);
      brief(batch(readRing(writer.bytes, positions(writer, 5000)))).should.eql({
        seqs: [],
        nextCursor: 88,
        lapped: false
      });
    });

    it('d: knows a gap by one zero byte, whatever else is in the tail', () => {
      const writer = new RingWriter(100, { bytes: new Uint8Array(100).fill(0xee) });
      for (let seq = 0; seq < 4; seq++) writer.append(encoded({ seq }), { runId: 1n, sourceId: 1, seq: BigInt(seq) });
      // Position 0 is seq 2's place on the second lap; the tail after the marker still holds 0xee.
      [...writer.bytes.subarray(88)].should.eql([0, ...new Array(11).fill(0xee)]);
      brief(batch(readRing(writer.bytes, positions(writer, 88)))).should.eql({
        seqs: [2, 3],
        nextCursor: 188,
        lapped: true
      });
      brief(batch(readRing(writer.bytes, { cursor: 88, headAbs: 188, oldestAbs: 88 }))).should.eql({
        seqs: [2, 3],
        nextCursor: 188,
        lapped: false
      });
    });

    it('e: a head on the boundary of a lap has no marker', () => {
      const writer = ring(88, 4);
      writer.headAbs.should.equal(176);
      brief(batch(readRing(writer.bytes, positions(writer, 88)))).should.eql({
        seqs: [2, 3],
        nextCursor: 176,
        lapped: false
      });
      brief(batch(readRing(writer.bytes, positions(writer, 176)))).should.eql({
        seqs: [],
        nextCursor: 176,
        lapped: false
      });
    });
  });

  it("takes positions from a snapshot only when its capacity is the ring's", () => {
    const writer = ring(256, 80);
    const snapshot = { bufferBytes: 256, headAbs: writer.headAbs, oldestAbs: writer.oldestAbs };
    brief(batch(readRingSnapshot(writer.bytes, snapshot, 0))).should.eql({
      seqs: [75, 76, 77, 78, 79],
      nextCursor: 4060,
      lapped: true
    });
    readRingSnapshot(writer.bytes, { ...snapshot, bufferBytes: 512 }, 0).should.eql({
      ok: false,
      kind: 'controlBlockCapacityMismatch',
      snapshotBytes: 512,
      capacity: 256
    });
  });

  describe('of a captured image', () => {
    it('refuses one without bytes', () => {
      readCapturedRing(new Uint8Array(0), { cursor: 0, headAbs: 0, oldestAbs: 0 }).should.eql({
        ok: false,
        kind: 'capacityZero'
      });
    });

    it('refuses positions that cannot be in it', () => {
      const image = ring(256, 1).bytes;
      readCapturedRing(image, { cursor: 0, headAbs: 44, oldestAbs: 45 }).should.eql({
        ok: false,
        kind: 'invalidCapturedWindow',
        headAbs: 44,
        oldestAbs: 45,
        capacity: 256
      });
      readCapturedRing(image, { cursor: 0, headAbs: 257, oldestAbs: 0 }).should.eql({
        ok: false,
        kind: 'invalidCapturedWindow',
        headAbs: 257,
        oldestAbs: 0,
        capacity: 256
      });
      brief(batch(readCapturedRing(image, { cursor: 0, headAbs: 44, oldestAbs: 0 }))).should.eql({
        seqs: [0],
        nextCursor: 44,
        lapped: false
      });
    });
  });

  it('reads across 2^32', () => {
    const writer = ring(1000, 300, 0xffffff00);
    writer.headAbs.should.be.above(0x1_0000_0000);
    const result = batch(readCapturedRing(writer.bytes, positions(writer, 0xffffff00)));
    result.records
      .map((entry) => entry.record.safeSeq)
      .should.eql([...Array(writer.retained).keys()].map((i) => 300 - writer.retained + i));
    result.nextCursor.should.equal(writer.headAbs);
  });
});
