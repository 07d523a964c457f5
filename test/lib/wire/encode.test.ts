import should from 'should';
import { crc32c, decodeRecord, encodedLength, encodeRecord, Flag, RecordView, Slot, tlvWidth } from '../../../lib/wire';
import { encoded, recordInput } from '../../support/records';
import { seeded } from '../../support/seeded';

const slotOf = (length: number, key = 1): Slot => ({ key, type: 0x0d, payload: new Uint8Array(length).fill(0xab) });

describe('encoding one record', () => {
  it('slotTooLong: a payload above 255 bytes, with its key', () => {
    should(encodeRecord(recordInput({ slots: [slotOf(255), slotOf(256, 0x1b)] }))).eql({
      ok: false,
      kind: 'slotTooLong',
      key: 0x1b,
      len: 256
    });
    should(encodeRecord(recordInput({ slots: [slotOf(255)] }))).be.instanceof(Uint8Array);
  });

  it('recordTooLong: above 65535 bytes in all, the CRC counted', () => {
    // 40 + 252 x 260 = 65560
    should(encodeRecord(recordInput({ flags: 0, slots: Array.from({ length: 252 }, () => slotOf(255)) }))).eql({
      ok: false,
      kind: 'recordTooLong',
      len: 65560
    });
    // 40 + 251 x 260 + 232 = 65532 without a CRC; lengths are multiples of 4, so the next one does not fit.
    const largest = [...Array.from({ length: 251 }, () => slotOf(255)), slotOf(228)];
    encodedLength(largest, false).should.equal(65532);
    should(
      (decodeRecord(encodeRecord(recordInput({ flags: 0, slots: largest })) as Uint8Array) as RecordView).length
    ).equal(65532);
    should(encodeRecord(recordInput({ slots: largest }))).eql({ ok: false, kind: 'recordTooLong', len: 65536 });
  });

  it('slotTooLong comes before recordTooLong', () => {
    should(
      encodeRecord(recordInput({ slots: [...Array.from({ length: 300 }, () => slotOf(255)), slotOf(300, 9)] }))
    ).eql({ ok: false, kind: 'slotTooLong', key: 9, len: 300 });
  });

  it('payloads are padded with zeros to a multiple of four', () => {
    for (let length = 0; length <= 9; length++) {
      const bytes = encoded({ slots: [slotOf(length)] });
      const padded = Math.ceil(length / 4) * 4;
      bytes.length.should.equal(44 + 4 + padded);
      bytes[43].should.equal(length);
      Array.from(bytes.subarray(44 + length, 44 + padded))
        .every((byte) => byte === 0)
        .should.be.true();
    }
  });

  it('without the flag there is no CRC', () => {
    encoded({ flags: Flag.Synthetic }).length.should.equal(40);
    const bytes = encoded({ flags: Flag.HasCrc | Flag.Synthetic });
    bytes.length.should.equal(44);
    new DataView(bytes.buffer).getUint32(40, true).should.equal(crc32c(bytes, 0, 40));
  });

  it('whatever is encoded decodes to the same: 5,000 random records', () => {
    const random = seeded(41);
    for (let i = 0; i < 5000; i++) {
      const slots = Array.from({ length: random.below(8) }, () => {
        const type = random.below(16);
        const width = tlvWidth(type);
        return {
          key: random.below(65536),
          type,
          payload: random.bytes(width > 0 && random.below(4) > 0 ? width : random.below(256))
        };
      });
      const u64 = (): bigint => Buffer.from(random.bytes(8)).readBigUInt64LE();
      const input = recordInput({
        flags: random.below(65536),
        timeNs: u64(),
        runId: u64(),
        seq: u64(),
        sourceId: random.below(2 ** 32),
        eventTypeId: random.below(2 ** 32),
        slots
      });
      const record = decodeRecord(encodeRecord(input) as Uint8Array) as RecordView;
      const { flags, sourceTimeNs, runId, seq, sourceId, eventTypeId } = record;
      should({
        flags,
        sourceTimeNs,
        runId,
        seq,
        sourceId,
        eventTypeId,
        slots: record.slots().map((slot) => ({ ...slot, payload: Uint8Array.from(slot.payload) }))
      }).eql(input);
    }
  });
});

describe('CRC-32C', () => {
  it('gives the check value', () => {
    crc32c(Buffer.from('123456789'), 0, 9).should.equal(0xe3069283);
    crc32c(Buffer.from('..123456789..'), 2, 11).should.equal(0xe3069283);
    crc32c(new Uint8Array(0)).should.equal(0);
    crc32c(new Uint8Array(32)).should.equal(0x8a9136aa);
    crc32c(new Uint8Array(32).fill(0xff)).should.equal(0x62a8ab43);
  });

  it('equals the bit by bit definition on any stretch of a larger buffer', () => {
    const random = seeded(7);
    for (let i = 0; i < 300; i++) {
      const bytes = random.bytes(300);
      const start = random.below(300);
      const end = start + random.below(301 - start);
      let crc = 0xffffffff;
      for (let at = start; at < end; at++) {
        crc ^= bytes[at];
        for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
      }
      crc32c(bytes, start, end).should.equal((crc ^ 0xffffffff) >>> 0);
    }
  });
});
