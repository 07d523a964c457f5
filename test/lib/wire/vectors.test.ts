import should from 'should';
import {
  canonicalEvents,
  crc32c,
  decodeRecord,
  encodeRecord,
  Flag,
  readU32,
  readU64,
  RecordView,
  Slot,
  SlotTable,
  tlvName,
  tlvWidth,
  TlvType,
  valueKey
} from '../../../lib/wire';
import { describeVectors, Json, JsonObject, WireVector, wireVectors } from '../../support/vectors';

/** The vectors name this slot differently than the registry. */
const synonyms: Readonly<Record<string, string>> = { droppedCount: 'count', sourceHighWater: 'producedCount' };

const big = (value: Json): bigint => BigInt(value as number | bigint | string);
const num = (value: Json): number => Number(big(value));

/** A slot's payload as the value its type makes of it. Written apart from the product's own reading of values. */
function valueOf({ type, payload }: Slot): unknown {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  switch (type as TlvType) {
    case TlvType.Bool:
      return view.getUint8(0) !== 0;
    case TlvType.SInt:
      return BigInt(view.getInt8(0));
    case TlvType.USInt:
      return BigInt(view.getUint8(0));
    case TlvType.UInt:
      return BigInt(view.getUint16(0, true));
    case TlvType.Int:
      return BigInt(view.getInt16(0, true));
    case TlvType.UDInt:
      return BigInt(view.getUint32(0, true));
    case TlvType.DInt:
      return BigInt(view.getInt32(0, true));
    case TlvType.ULInt:
    case TlvType.DateTime:
      return view.getBigUint64(0, true);
    case TlvType.LInt:
      return view.getBigInt64(0, true);
    case TlvType.Real:
      return view.getFloat32(0, true);
    case TlvType.LReal:
      return view.getFloat64(0, true);
    case TlvType.String:
    case TlvType.Bytes:
      return Buffer.from(payload).toString('utf8');
  }
}

function expectedValue(type: string, value: Json): unknown {
  if (type === 'Bool' || type === 'Real' || type === 'LReal' || type === 'String' || type === 'Bytes') return value;
  return big(value);
}

function decoded(vector: WireVector): RecordView {
  const record = decodeRecord(vector.bytes);
  if (!record.ok) throw new Error(`${vector.name}: ${record.kind}`);
  return record;
}

describeVectors('record vectors', () => {
  const vectors = wireVectors('record');

  it('there are 41 of them, all accepted', () => {
    vectors.length.should.equal(41);
    for (const { json } of vectors) json.expected!.should.equal('accept');
  });

  for (const vector of vectors) {
    it(`${vector.name}: decodes to its fields and slots`, () => {
      const { json, bytes } = vector;
      const detail = json.detail as JsonObject;
      const fields = detail.fields as JsonObject;
      const record = decoded(vector);

      bytes.length.should.equal(json.byteCount as number);
      record.length.should.equal(json.totalRecordLength as number);
      (
        record.slotsEnd -
        record.start -
        record.slots().reduce((sum, { payload }) => sum + 4 + Math.ceil(payload.length / 4) * 4, 0)
      ).should.equal(json.headerLength as number);
      record.flags.should.equal(num(json.flags));
      record.hasCrc.should.be.true();
      readU32(bytes, bytes.length - 4).should.equal(num(json.crc32c));
      crc32c(bytes, 0, bytes.length - 4).should.equal(num(json.crc32c));
      record.sourceTimeNs.should.equal(big(fields.sourceTime));
      record.runId.should.equal(big(fields.runId));
      record.seq.should.equal(big(fields.seq));
      record.safeSeq.should.equal(num(fields.seq));
      record.sourceId.should.equal(num(fields.sourceId));
      record.eventTypeId.should.equal(num(fields.eventTypeId));
      canonicalEvents.find(({ id }) => id === record.eventTypeId)!.name.should.equal(detail.eventName as string);

      const slots = record.slots();
      const expected = detail.slots as JsonObject[];
      slots.length.should.equal(expected.length);
      record.slotCount.should.equal(expected.length);
      expected.forEach((slot, i) => {
        slots[i].key.should.equal(num(slot.key));
        tlvName(slots[i].type)!.should.equal(slot.type as string);
        should(valueOf(slots[i])).equal(expectedValue(slot.type as string, slot.value));
        const width = tlvWidth(slots[i].type);
        if (width > 0) slots[i].payload.length.should.equal(width);
        if (slot.name !== undefined)
          valueKey(slots[i].key)!.name.should.equal(synonyms[slot.name as string] ?? slot.name);
      });
    });

    it(`${vector.name}: encodes to the same bytes`, () => {
      const { sourceTimeNs, runId, seq, sourceId, eventTypeId, flags } = decoded(vector);
      const again = encodeRecord({
        flags,
        sourceTimeNs,
        runId,
        seq,
        sourceId,
        eventTypeId,
        slots: decoded(vector).slots()
      });
      Buffer.from(again as Uint8Array)
        .toString('hex')
        .should.equal(Buffer.from(vector.bytes).toString('hex'));
    });

    it(`${vector.name}: encodes from the JSON alone to the same bytes`, () => {
      const detail = vector.json.detail as JsonObject;
      const fields = detail.fields as JsonObject;
      const slots = (detail.slots as JsonObject[]).map((slot) => ({
        key: num(slot.key),
        type: TlvType[slot.type as keyof typeof TlvType],
        payload: payloadOf(slot.type as string, slot.value)
      }));
      const bytes = encodeRecord({
        flags: num(vector.json.flags),
        sourceTimeNs: big(fields.sourceTime),
        runId: big(fields.runId),
        seq: big(fields.seq),
        sourceId: num(fields.sourceId),
        eventTypeId: num(fields.eventTypeId),
        slots
      });
      Buffer.from(bytes as Uint8Array)
        .toString('hex')
        .should.equal(Buffer.from(vector.bytes).toString('hex'));
    });

    it(`${vector.name}: one bit changed anywhere is noticed`, () => {
      const bytes = Uint8Array.from(vector.bytes);
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        bytes[bit >> 3] ^= 1 << (bit & 7);
        const result = decodeRecord(bytes);
        // The only check a single bit can switch off is the CRC itself; then its four bytes must be read as a slot.
        if (result.ok) (readU32(bytes, 4) >>> 16).should.equal(num(vector.json.flags) & ~Flag.HasCrc);
        bytes[bit >> 3] ^= 1 << (bit & 7);
      }
    });
  }

  it('a table of slots holds what the views hold', () => {
    const table = new SlotTable();
    for (const vector of vectors) {
      const record = decoded(vector);
      for (const loaded of [table.loadView(record), table.loadSlots(record.slots())]) {
        loaded.count.should.equal(record.slotCount);
        record.slots().forEach((slot, i) => {
          [loaded.key[i], loaded.type[i], loaded.len[i]].should.eql([slot.key, slot.type, slot.payload.length]);
          Buffer.from(loaded.bytes[i].subarray(loaded.at[i], loaded.at[i] + loaded.len[i]))
            .equals(Buffer.from(slot.payload))
            .should.be.true();
        });
      }
    }
  });

  it('bytes before and after a record do not matter', () => {
    for (const vector of vectors) {
      const around = new Uint8Array(vector.bytes.length + 200).fill(0x4f);
      around.set(vector.bytes, 100);
      const record = decodeRecord(around, 100) as RecordView;
      record.ok.should.be.true();
      record.length.should.equal(vector.bytes.length);
      record.seq.should.equal(decoded(vector).seq);
      readU64(around, 100 + 24).should.equal(record.seq);
    }
  });
});

function payloadOf(type: string, value: Json): Uint8Array {
  if (type === 'String' || type === 'Bytes') return Buffer.from(value as string, 'utf8');
  const bytes = new Uint8Array(tlvWidth(TlvType[type as keyof typeof TlvType]));
  const view = new DataView(bytes.buffer);
  if (type === 'Bool') bytes[0] = value === true ? 1 : 0;
  else if (type === 'Real') view.setFloat32(0, value as number, true);
  else if (type === 'LReal') view.setFloat64(0, value as number, true);
  else {
    let rest = BigInt.asUintN(64, big(value));
    for (let i = 0; i < bytes.length; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  }
  return bytes;
}
