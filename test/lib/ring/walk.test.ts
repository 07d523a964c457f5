import should from 'should';
import {
  describeRingError,
  RingErrorDetail,
  ringErrorCode,
  RingWriter,
  visitWindow,
  Walk,
  walkWindow
} from '../../../lib/ring';
import { crc32c, Flag, writeU16, writeU32 } from '../../../lib/wire';
import { flatWindow } from '../../support/flat-window';
import { encoded } from '../../support/records';

const CAPACITY = 1000;

/** Records of 44 bytes, back to back. */
function records(count: number, firstSeq = 0): Uint8Array {
  const bytes = new Uint8Array(44 * count);
  for (let i = 0; i < count; i++) bytes.set(encoded({ seq: firstSeq + i }), 44 * i);
  return bytes;
}

function walk(bytes: Uint8Array, more: { fromAbs?: number; headAbs?: number; capacity?: number } = {}): Walk {
  const fromAbs = more.fromAbs ?? 0;
  return walkWindow({
    bytes,
    fromAbs,
    headAbs: more.headAbs ?? fromAbs + bytes.length,
    capacity: more.capacity ?? CAPACITY
  });
}

const seqs = (result: Walk): number[] => result.records.map((entry) => entry.record.safeSeq);
const places = (result: Walk): number[] => result.records.map((entry) => entry.abs);

/** What a walk says beside its records. */
function endOf(result: Walk): Omit<Walk, 'records'> {
  return Object.fromEntries(Object.entries(result).filter(([name]) => name !== 'records')) as Omit<Walk, 'records'>;
}

/** Puts the right CRC to a record that was changed. */
function withCrc(bytes: Uint8Array, at = 0, length = 44): Uint8Array {
  writeU32(bytes, at + length - 4, crc32c(bytes, at, at + length - 4));
  return bytes;
}

describe('window walk', () => {
  describe('good bytes', () => {
    it('gives every record with its absolute position, and the position after the last', () => {
      const result = walk(records(3), { fromAbs: 120 });
      seqs(result).should.eql([0, 1, 2]);
      places(result).should.eql([120, 164, 208]);
      endOf(result).should.eql({ nextAbs: 252 });
    });

    it('gives views into the window, not copies', () => {
      const bytes = records(2);
      const result = walk(bytes);
      result.records[1].record.bytes.should.be.exactly(bytes);
      result.records[1].record.start.should.equal(44);
    });

    it('ends quietly at once where there is nothing', () => {
      endOf(walk(new Uint8Array(0), { fromAbs: 77, headAbs: 77 })).should.eql({ nextAbs: 77 });
      endOf(walk(new Uint8Array(0), { fromAbs: 77, headAbs: 300 })).should.eql({ nextAbs: 77 });
      endOf(walk(records(1), { fromAbs: 77, headAbs: 40 })).should.eql({ nextAbs: 77 });
    });

    it('looks at nothing at or beyond head', () => {
      const bytes = new Uint8Array(200).fill(0xee);
      bytes.set(records(2));
      const result = walk(bytes, { headAbs: 88 });
      seqs(result).should.eql([0, 1]);
      endOf(result).should.eql({ nextAbs: 88 });
    });

    it('reads on from a window that is a part of a larger buffer', () => {
      const large = new Uint8Array(400).fill(0x4f);
      large.set(records(3), 100);
      seqs(walk(large.subarray(100, 232))).should.eql([0, 1, 2]);
    });
  });

  describe('records that are not whole', () => {
    it('holds back a record of which the window has no more than a part, and says how many bytes it needs', () => {
      const bytes = records(2);
      for (let length = 45; length < 88; length++) {
        const result = walk(bytes.subarray(0, length), { headAbs: 88 });
        seqs(result).should.eql([0]);
        // Below 40 bytes the length is not known yet.
        endOf(result).should.eql({ nextAbs: 44, needed: length < 84 ? 40 : 44 });
      }
    });

    it('holds back a record that would end beyond head, although its bytes are there', () => {
      const result = walk(records(2), { headAbs: 87 });
      seqs(result).should.eql([0]);
      endOf(result).should.eql({ nextAbs: 44 });
    });

    it('holds back less than a header before head', () => {
      endOf(walk(records(2), { headAbs: 60 })).should.eql({ nextAbs: 44 });
    });
  });

  describe('gaps at the end of a lap', () => {
    const writer = new RingWriter(100);
    for (let seq = 0; seq < 4; seq++) writer.append(encoded({ seq }), { runId: 1n, sourceId: 1, seq: BigInt(seq) });

    it('are passed, and a record stands behind them', () => {
      [writer.oldestAbs, writer.headAbs].should.eql([100, 188]);
      const image = new Uint8Array(300).fill(0xcc);
      image.set(records(2), 12);
      image[100] = 0;
      image.set(records(1, 2), 200);
      const result = walk(image.subarray(12, 244), { fromAbs: 1012, headAbs: 1244, capacity: 200 });
      seqs(result).should.eql([0, 1, 2]);
      places(result).should.eql([1012, 1056, 1200]);
      endOf(result).should.eql({ nextAbs: 1244 });
    });

    it('are known by a single zero byte: what else is in the tail is not looked at', () => {
      const bytes = new Uint8Array(156).fill(0xcc);
      bytes.set(records(1));
      bytes[44] = 0;
      bytes.set(records(1, 1), 100);
      seqs(walk(bytes.subarray(0, 144), { capacity: 100 })).should.eql([0, 1]);
    });

    it('have no marker where a record ends with its lap', () => {
      const bytes = records(3);
      const result = walk(bytes, { capacity: 88 });
      places(result).should.eql([0, 44, 88]);
    });

    it('are passed without a record behind them only when that place is outside the window', () => {
      const bytes = new Uint8Array(100);
      bytes.set(records(2));
      // The gap reaches to the window's end, or beyond.
      endOf(walk(bytes, { headAbs: 144, capacity: 100 })).should.eql({ nextAbs: 100 });
      endOf(walk(bytes.subarray(0, 92), { headAbs: 144, capacity: 100 })).should.eql({ nextAbs: 100 });
    });

    it('are not passed while nothing stands behind them: the zero may be bytes that are not written yet', () => {
      const bytes = new Uint8Array(100);
      bytes.set(records(2));
      endOf(walk(bytes, { headAbs: 100, capacity: 100 })).should.eql({ nextAbs: 88 });
      const garbage = new Uint8Array(200).fill(0xee);
      garbage.set(records(2));
      garbage[88] = 0;
      endOf(walk(garbage, { capacity: 100 })).should.eql({
        nextAbs: 88,
        stop: { ok: false, kind: 'wire', abs: 100, error: { ok: false, kind: 'wrongSync', found: 'eeeeeeee' } }
      });
    });

    it('are passed when the record behind them is not whole in the window', () => {
      const bytes = new Uint8Array(144);
      bytes.set(records(2));
      bytes.set(records(1, 2), 100);
      endOf(walk(bytes.subarray(0, 142), { headAbs: 144, capacity: 100 })).should.eql({ nextAbs: 100, needed: 44 });
      endOf(walk(bytes.subarray(0, 120), { headAbs: 144, capacity: 100 })).should.eql({ nextAbs: 100, needed: 40 });
    });

    it('are not passed when the record behind them would end beyond head', () => {
      const bytes = new Uint8Array(144);
      bytes.set(records(2));
      bytes.set(records(1, 2), 100);
      endOf(walk(bytes, { headAbs: 143, capacity: 100 })).should.eql({ nextAbs: 88 });
    });
  });

  describe('anything else is a stop', () => {
    const bad = (
      change: (bytes: Uint8Array) => void,
      error: RingErrorDetail,
      more: { headAbs?: number; capacity?: number } = {}
    ): void => {
      const bytes = records(3);
      change(bytes);
      const result = walk(bytes, { fromAbs: 440, ...more });
      // The neighbour before it is handed on, and the next look begins at the bad place.
      seqs(result).should.eql([0]);
      endOf(result).should.eql({ nextAbs: 484, stop: { ok: false, ...error } });
    };
    const wire = (error: object): RingErrorDetail =>
      ({ kind: 'wire', abs: 484, error: { ok: false, ...error } }) as RingErrorDetail;

    it('a zero byte at the beginning of a lap', () => {
      bad((bytes) => (bytes[44] = 0), { kind: 'unexpectedWrapMarker', abs: 484 }, { capacity: 484 });
      bad((bytes) => (bytes[44] = 0), { kind: 'unexpectedWrapMarker', abs: 484 }, { capacity: 242 });
    });

    it('a zero byte whose lap ends beyond head', () => {
      bad((bytes) => (bytes[44] = 0), { kind: 'wrapBeyondHead', abs: 484, boundaryAbs: 1000, headAbs: 572 });
    });

    it('less than a header before the end of the lap, tested before the sync', () => {
      bad((bytes) => bytes.fill(0xee, 44), { kind: 'recordCrossesBoundary', abs: 484 }, { capacity: 523 });
    });

    it('another sync', () => {
      bad((bytes) => (bytes[45] = 0x21), wire({ kind: 'wrongSync', found: '4f215432' }));
    });

    it('a length below that of a header, with the room to the end of the lap', () => {
      bad((bytes) => writeU16(bytes, 48, 39), wire({ kind: 'invalidLength', totalLength: 39, available: 516 }));
      bad((bytes) => writeU16(bytes, 48, 0), wire({ kind: 'invalidLength', totalLength: 0, available: 516 }));
    });

    it('a record that crosses the end of the lap', () => {
      bad((bytes) => writeU16(bytes, 48, 517), { kind: 'recordCrossesBoundary', abs: 484 });
    });

    it('a record without a CRC, which no ring may hold', () => {
      bad((bytes) => writeU16(bytes, 50, 0), { kind: 'missingCrc', abs: 484 });
    });

    it('a length without room for the CRC', () => {
      bad((bytes) => writeU16(bytes, 48, 40), wire({ kind: 'invalidLength', totalLength: 40, available: 40 }));
    });

    it('a wrong CRC, also where the slots are wrong too', () => {
      const bytes = records(1);
      const expected = crc32c(bytes, 0, 40);
      bad(
        (all) => {
          all.set(bytes, 44);
          all[44 + 8] = 1;
        },
        wire({
          kind: 'crcMismatch',
          expected,
          actual: crc32c(Uint8Array.from(bytes.subarray(0, 40), (byte, i) => (i === 8 ? 1 : byte)))
        })
      );
    });

    it('a slot that does not fit, and padding that is not zero', () => {
      const long = encoded({ seq: 1, slots: [{ key: 0x8000, type: 13, payload: Uint8Array.of(7) }] });
      const slot = withCrc(long.slice(), 0, 52);
      slot[43] = 9;
      withCrc(slot, 0, 52);
      endOf(walk(slot)).should.eql({
        nextAbs: 0,
        stop: { ok: false, kind: 'wire', abs: 0, error: { ok: false, kind: 'invalidSlot', offset: 40 } }
      });
      const padding = long.slice();
      padding[46] = 1;
      withCrc(padding, 0, 52);
      endOf(walk(padding)).should.eql({
        nextAbs: 0,
        stop: { ok: false, kind: 'wire', abs: 0, error: { ok: false, kind: 'invalidPadding', offset: 46 } }
      });
    });

    it('a capacity of zero with bytes to read', () => {
      endOf(walk(records(1), { capacity: 0 })).should.eql({ nextAbs: 0, stop: { ok: false, kind: 'capacityZero' } });
      endOf(walk(new Uint8Array(0), { capacity: 0 })).should.eql({ nextAbs: 0 });
    });
  });

  it('has a code and one sentence with place and figures for every error', () => {
    const cases: [RingErrorDetail, string, RegExp][] = [
      [{ kind: 'unexpectedWrapMarker', abs: 7 }, 'OPENOT_RING_UNEXPECTED_WRAP_MARKER', /position 7 .*zero byte/],
      [{ kind: 'wrapBeyondHead', abs: 7, boundaryAbs: 99, headAbs: 50 }, 'OPENOT_RING_WRAP_BEYOND_HEAD', /7 .*99.*50/],
      [{ kind: 'recordCrossesBoundary', abs: 7 }, 'OPENOT_RING_RECORD_CROSSES_BOUNDARY', /7 would cross/],
      [{ kind: 'missingCrc', abs: 7 }, 'OPENOT_RING_MISSING_CRC', /7 has no CRC/],
      [
        { kind: 'wire', abs: 7, error: { ok: false, kind: 'crcMismatch', expected: 1, actual: 2 } },
        'OPENOT_WIRE_CRC_MISMATCH',
        /position 7: .*0x00000001.*0x00000002/
      ],
      [
        { kind: 'wire', abs: 7, error: { ok: false, kind: 'wrongSync', found: '4f4f5421' } },
        'OPENOT_WIRE_VERSION_1',
        /version 1/
      ],
      [{ kind: 'capacityZero' }, 'OPENOT_RING_CAPACITY_ZERO', /no bytes/],
      [{ kind: 'recordExceedsCapacity', length: 9, capacity: 7 }, 'OPENOT_RING_RECORD_EXCEEDS_CAPACITY', /9 bytes.*7/]
    ];
    for (const [error, code, text] of cases) {
      ringErrorCode(error).should.equal(code);
      describeRingError(error).should.match(text);
    }
  });

  it('reads the same records in windows of any size as in one, across 2^32 and with gaps', () => {
    for (const capacity of [500, 1000, 4096]) {
      const writer = new RingWriter(capacity, { startAbs: 0xffffff00 });
      const startAbs = writer.headAbs;
      const seen: number[] = [];
      let seq = 0;
      let cursor = startAbs;
      for (let step = 1; step < 200; step++) {
        const retainedBefore = writer.headAbs;
        while (writer.headAbs - cursor < capacity - 120 && writer.headAbs - retainedBefore < 3 * step)
          writer.append(encoded({ seq }), { runId: 1n, sourceId: 1, seq: BigInt(seq++) });
        let size = 1 + (step % 150);
        while (cursor < writer.headAbs) {
          const toAbs = Math.min(writer.headAbs, cursor + size);
          const result = walkWindow({
            bytes: flatWindow(writer.bytes, cursor, toAbs),
            fromAbs: cursor,
            headAbs: writer.headAbs,
            capacity
          });
          should(result.stop).be.undefined();
          seen.push(...seqs(result));
          // As a reader does: a window that is too short for one record grows to what that record needs.
          if (result.nextAbs === cursor) (result.needed ?? 0).should.be.above(size);
          size = result.needed ?? size;
          cursor = result.nextAbs;
        }
      }
      cursor.should.be.above(0x1_0000_0000);
      seen.should.eql([...Array(seq).keys()]);
    }
  });

  it('hands records to a visitor while it walks', () => {
    const seen: [number, number][] = [];
    visitWindow({ bytes: records(2), fromAbs: 44, headAbs: 132, capacity: CAPACITY }, (abs, record) =>
      seen.push([abs, record.safeSeq])
    ).should.eql({ nextAbs: 132 });
    seen.should.eql([
      [44, 0],
      [88, 1]
    ]);
  });

  it('carries flags that it does not know', () => {
    const bytes = encoded({ flags: 0xfff0 | Flag.HasCrc });
    walk(bytes).records[0].record.flags.should.equal(0xfff8);
  });
});
