import should from 'should';
import {
  crc32c,
  decodeRecord,
  describeWireError,
  Flag,
  RecordView,
  SYNC_WORD,
  TlvType,
  WireErrorDetail,
  wireErrorCode,
  writeU16,
  writeU32
} from '../../../lib/wire';
import { encoded } from '../../support/records';

/**
 * A record out of raw parts: `slots` as bytes, the length field and the CRC as they should be unless said otherwise.
 */
function raw(
  parts: { slots?: readonly number[]; flags?: number; length?: number; sync?: number; crc?: number } = {}
): Uint8Array {
  const slots = parts.slots ?? [];
  const flags = parts.flags ?? Flag.HasCrc;
  const hasCrc = (flags & Flag.HasCrc) !== 0;
  const bytes = new Uint8Array(40 + slots.length + (hasCrc ? 4 : 0));
  writeU32(bytes, 0, parts.sync ?? SYNC_WORD);
  writeU16(bytes, 4, parts.length ?? bytes.length);
  writeU16(bytes, 6, flags);
  bytes.set(slots, 40);
  if (hasCrc) writeU32(bytes, bytes.length - 4, parts.crc ?? crc32c(bytes, 0, bytes.length - 4));
  return bytes;
}

function refuses(bytes: Uint8Array, detail: WireErrorDetail, start?: number, end?: number): void {
  should(decodeRecord(bytes, start, end)).eql({ ok: false, ...detail });
}

const accepts = (bytes: Uint8Array): RecordView => {
  const record = decodeRecord(bytes);
  if (!record.ok) throw new Error(JSON.stringify(record));
  return record;
};

describe('decoding one record', () => {
  it('truncated: fewer than 40 bytes, whatever they hold', () => {
    refuses(new Uint8Array(0), { kind: 'truncated', needed: 40, available: 0 });
    refuses(raw().subarray(0, 39), { kind: 'truncated', needed: 40, available: 39 });
    refuses(new Uint8Array(39).fill(0xff), { kind: 'truncated', needed: 40, available: 39 });
  });

  it('truncated: the record is longer than the bytes at hand', () => {
    refuses(raw({ slots: [1, 0, 5, 4, 0, 0, 0, 0] }).subarray(0, 51), { kind: 'truncated', needed: 52, available: 51 });
    refuses(raw({ length: 0xffff }), { kind: 'truncated', needed: 0xffff, available: 44 });
    refuses(raw({ flags: 0, length: 41 }), { kind: 'truncated', needed: 41, available: 40 });
  });

  it('truncated: what counts is the end it was given, not the end of the memory', () => {
    const bytes = new Uint8Array(200);
    bytes.set(raw(), 10);
    refuses(bytes, { kind: 'truncated', needed: 44, available: 43 }, 10, 53);
    refuses(bytes, { kind: 'truncated', needed: 40, available: 39 }, 10, 49);
    should(decodeRecord(bytes, 10, 54).ok).be.true();
  });

  it('wrongSync: with the four bytes that were found', () => {
    refuses(raw({ sync: 0 }), { kind: 'wrongSync', found: '00000000' });
    refuses(raw({ sync: 0x0a4f4f4f }), { kind: 'wrongSync', found: '4f4f4f0a' });
    refuses(new Uint8Array(40).fill(0xff), { kind: 'wrongSync', found: 'ffffffff' });
  });

  it('wrongSync: wire version 1 has a code of its own', () => {
    const error = decodeRecord(raw({ sync: 0x21544f4f }));
    should(error).eql({ ok: false, kind: 'wrongSync', found: '4f4f5421' });
    wireErrorCode(error as WireErrorDetail).should.equal('OPENOT_WIRE_VERSION_1');
    describeWireError(error as WireErrorDetail).should.match(/version 1 .*version 2/);
    wireErrorCode({ kind: 'wrongSync', found: '4f4f5433' }).should.equal('OPENOT_WIRE_WRONG_SYNC');
  });

  it('invalidLength: below 40', () => {
    for (const length of [0, 1, 39])
      refuses(raw({ length }), { kind: 'invalidLength', totalLength: length, available: 44 });
  });

  it('invalidLength: below 44 with a CRC', () => {
    for (const length of [40, 41, 43])
      refuses(raw({ length }), { kind: 'invalidLength', totalLength: length, available: 44 });
    accepts(raw({ flags: 0 })).length.should.equal(40);
    accepts(raw()).length.should.equal(44);
  });

  it('crcMismatch: expected is what is stored, actual what the bytes give', () => {
    const actual = crc32c(raw(), 0, 40);
    refuses(raw({ crc: 0xdeadbeef }), { kind: 'crcMismatch', expected: 0xdeadbeef, actual });
    refuses(raw({ crc: 0 }), { kind: 'crcMismatch', expected: 0, actual });
  });

  it('invalidSlot: fewer than four bytes left, at the offset of that slot', () => {
    for (const slots of [[1], [1, 0], [1, 0, 5]]) refuses(raw({ slots }), { kind: 'invalidSlot', offset: 40 });
    refuses(raw({ slots: [1, 0, 5, 4, 9, 9, 9, 9, 2, 0, 3] }), { kind: 'invalidSlot', offset: 48 });
    refuses(raw({ slots: [1, 0, 5], flags: 0 }), { kind: 'invalidSlot', offset: 40 });
  });

  it('invalidSlot: the payload goes past the end', () => {
    refuses(raw({ slots: [1, 0, 5, 8, 0, 0, 0, 0] }), { kind: 'invalidSlot', offset: 40 });
    refuses(raw({ slots: [1, 0, 5, 255] }), { kind: 'invalidSlot', offset: 40 });
    // The CRC's four bytes do not belong to the slots.
    refuses(raw({ slots: [1, 0, 5, 4] }), { kind: 'invalidSlot', offset: 40 });
    refuses(raw({ slots: [1, 0, 0x0d, 0, 2, 0, 0x0d, 0, 3, 0, 0x0d, 1] }), { kind: 'invalidSlot', offset: 48 });
  });

  it('invalidSlot: the padding goes past the end', () => {
    refuses(raw({ slots: [1, 0, 0x0c, 2, 65, 66, 0] }), { kind: 'invalidSlot', offset: 40 });
    refuses(raw({ slots: [1, 0, 0x0c, 1, 65], flags: 0 }), { kind: 'invalidSlot', offset: 40 });
  });

  it('invalidPadding: at the first padding byte that is not zero', () => {
    refuses(raw({ slots: [1, 0, 0x0c, 1, 65, 7, 0, 0] }), { kind: 'invalidPadding', offset: 45 });
    refuses(raw({ slots: [1, 0, 0x0c, 1, 65, 0, 7, 7] }), { kind: 'invalidPadding', offset: 46 });
    refuses(raw({ slots: [1, 0, 0x0c, 3, 65, 66, 67, 1] }), { kind: 'invalidPadding', offset: 47 });
    refuses(raw({ slots: [1, 0, 5, 4, 1, 1, 1, 1, 2, 0, 3, 2, 1, 1, 0, 1] }), { kind: 'invalidPadding', offset: 55 });
    accepts(raw({ slots: [1, 0, 0x0c, 1, 65, 0, 0, 0] })).slotCount.should.equal(1);
  });

  it('offsets count from the first byte of the record, wherever it stands', () => {
    const bytes = new Uint8Array(300).fill(0xee);
    bytes.set(raw({ slots: [1, 0, 0x0c, 1, 65, 0, 7, 7] }), 111);
    refuses(bytes, { kind: 'invalidPadding', offset: 46 }, 111);
  });

  it('the checks come in their order', () => {
    // Each record has all the later faults as well.
    refuses(raw({ sync: 0, length: 3 }).subarray(0, 39), { kind: 'truncated', needed: 40, available: 39 });
    refuses(raw({ sync: 0, length: 3, crc: 1 }), { kind: 'wrongSync', found: '00000000' });
    refuses(raw({ length: 3, crc: 1, slots: [1] }), { kind: 'invalidLength', totalLength: 3, available: 45 });
    refuses(raw({ length: 999, crc: 1, slots: [1] }), { kind: 'truncated', needed: 999, available: 45 });
    refuses(raw({ length: 42, crc: 1, slots: [1] }), { kind: 'invalidLength', totalLength: 42, available: 45 });
    const crc = { expected: 1, actual: crc32c(raw({ slots: [1] }), 0, 41) };
    refuses(raw({ crc: 1, slots: [1] }), { kind: 'crcMismatch', ...crc });
    // A wrong CRC hides what stands in the slots; without one they are looked at, in order.
    refuses(raw({ slots: [1, 0, 0x0c, 1, 65, 7, 0, 0, 9] }), { kind: 'invalidPadding', offset: 45 });
    refuses(raw({ slots: [1, 0, 0x0c, 1, 65, 0, 0, 0, 9] }), { kind: 'invalidSlot', offset: 48 });
    // A slot whose payload does not fit is a bad slot, whatever its padding would be.
    refuses(raw({ slots: [1, 0, 0x0c, 9, 65, 7, 7, 7] }), { kind: 'invalidSlot', offset: 40 });
  });

  it('bytes after the record are no error', () => {
    const bytes = new Uint8Array(60).fill(0xff);
    bytes.set(raw());
    accepts(bytes).length.should.equal(44);
  });

  it('reserved flags are kept, not refused', () => {
    const record = accepts(encoded({ flags: 0xfff8 }));
    record.flags.should.equal(0xfff8);
    record.hasCrc.should.be.true();
    accepts(encoded({ flags: 0xfff7 })).flags.should.equal(0xfff7);
    accepts(encoded({ flags: 0xfff7 })).hasCrc.should.be.false();
  });

  it('64-bit fields keep all their bits', () => {
    const record = accepts(
      encoded({
        seq: 0xffff_ffff_ffff_ffffn,
        runId: 0x8000_0000_0000_0001n,
        timeNs: 0xfedc_ba98_7654_3210n,
        sourceId: 0xffff_ffff,
        eventTypeId: 0xffff_fffe
      })
    );
    record.seq.should.equal(0xffff_ffff_ffff_ffffn);
    record.safeSeq.should.equal(-1);
    record.runId.should.equal(0x8000_0000_0000_0001n);
    record.sourceTimeNs.should.equal(0xfedc_ba98_7654_3210n);
    record.sourceId.should.equal(0xffff_ffff);
    record.eventTypeId.should.equal(0xffff_fffe);
    accepts(encoded({ seq: Number.MAX_SAFE_INTEGER })).safeSeq.should.equal(Number.MAX_SAFE_INTEGER);
    accepts(encoded({ seq: 2n ** 53n })).safeSeq.should.equal(-1);
  });

  it('keys, types and lengths are carried whatever they are', () => {
    const record = accepts(
      encoded({
        slots: [
          { key: 0, type: 0xff, payload: new Uint8Array(0) },
          { key: 0xffff, type: 0x0e, payload: new Uint8Array(255).fill(3) }
        ]
      })
    );
    record
      .slots()
      .map(({ key, type, payload }) => [key, type, payload.length])
      .should.eql([
        [0, 0xff, 0],
        [0xffff, 0x0e, 255]
      ]);
  });

  it('a view shares the memory it was made from', () => {
    const bytes = encoded({ slots: [{ key: 1, type: TlvType.Bytes, payload: Uint8Array.of(1, 2, 3) }] });
    const [slot] = accepts(bytes).slots();
    slot.payload.buffer.should.equal(bytes.buffer);
    slot.payload.byteOffset.should.equal(44);
  });

  it('the first and the last slot of a key and width are found', () => {
    const slots = [
      { key: 5, type: 1, payload: Uint8Array.of(1) },
      { key: 5, type: 5, payload: Uint8Array.of(1, 2, 3, 4) },
      { key: 6, type: 5, payload: new Uint8Array(4) },
      { key: 5, type: 5, payload: Uint8Array.of(5, 6, 7, 8) }
    ];
    const record = accepts(encoded({ slots }));
    record.bytes[record.payloadOf(5, 4)].should.equal(1);
    record.bytes[record.lastPayloadOf(5, 4)].should.equal(5);
    record.payloadOf(5, 8).should.equal(-1);
    record.lastPayloadOf(7, 4).should.equal(-1);
  });

  it('every wire error has a stable code and a sentence with what was expected and found', () => {
    const errors: [WireErrorDetail, string, RegExp][] = [
      [{ kind: 'truncated', needed: 40, available: 7 }, 'OPENOT_WIRE_TRUNCATED', /40 .* 7 /],
      [{ kind: 'wrongSync', found: '00010203' }, 'OPENOT_WIRE_WRONG_SYNC', /4f4f5432.*00010203/],
      [{ kind: 'invalidLength', totalLength: 12, available: 90 }, 'OPENOT_WIRE_INVALID_LENGTH', /12 .*90 /],
      [{ kind: 'crcMismatch', expected: 1, actual: 0xabcdef }, 'OPENOT_WIRE_CRC_MISMATCH', /0x00000001.*0x00abcdef/],
      [{ kind: 'invalidSlot', offset: 44 }, 'OPENOT_WIRE_INVALID_SLOT', /44/],
      [{ kind: 'invalidPadding', offset: 47 }, 'OPENOT_WIRE_INVALID_PADDING', /47/],
      [{ kind: 'slotTooLong', key: 11, len: 256 }, 'OPENOT_WIRE_SLOT_TOO_LONG', /11 .*256.*255/],
      [{ kind: 'recordTooLong', len: 70000 }, 'OPENOT_WIRE_RECORD_TOO_LONG', /70000.*65535/]
    ];
    for (const [error, code, text] of errors) {
      wireErrorCode(error).should.equal(code);
      describeWireError(error).should.match(text);
    }
  });
});
