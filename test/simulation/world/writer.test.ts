import should from 'should';
import { RingWriter } from '../../../lib/ring';
import { ControlImage } from '../../../lib/simulator/control-image';
import { encodeRecord, Flag, Slot } from '../../../lib/wire';
import { seeded, Seeded } from '../../support/seeded';
import { ControlBlock, crc32c, recordBytes, RecordFields, Ring } from './writer';

function randomRecord(random: Seeded, seq: number): RecordFields {
  const slots: Slot[] = Array.from({ length: random.below(5) }, () => ({
    key: random.below(0x10000),
    type: random.below(14),
    payload: random.bytes(random.below(random.below(4) === 0 ? 256 : 20))
  }));
  const u64 = (): bigint => BigInt(random.below(2 ** 32)) * 2n ** 32n + BigInt(random.below(2 ** 32));
  return {
    flags: Flag.HasCrc | random.below(8),
    sourceTimeNs: u64(),
    runId: u64(),
    seq: BigInt(seq),
    sourceId: random.below(2 ** 32),
    eventTypeId: random.below(2 ** 32),
    slots
  };
}

describe("simulation: the world's own writer, against the product's", () => {
  it('gives the CRC of the example in docs/format.md 1', () => {
    should(crc32c(Buffer.from('123456789', 'latin1'))).equal(0xe3069283);
  });

  it('writes the same bytes for the same history: records, ring, control block', () => {
    const random = seeded(20_261_201);
    let [written, laps] = [0, 0];
    for (let history = 0; history < 120; history++) {
      const capacity = 8 * (200 + random.below(600));
      const startAbs = history % 3 === 0 ? 0xffff_ff00 - (0xffff_ff00 % 8) : 8 * random.below(5_000);
      const left = history % 2 === 0 ? new Uint8Array(capacity) : random.bytes(capacity);
      const ring = new Ring(left.slice(), startAbs);
      const product = new RingWriter(capacity, { startAbs, bytes: left.slice() });
      const control = new ControlBlock();
      const image = new ControlImage();
      const hashes = [random, random].map((from) => Buffer.from(from.bytes(8)).toString('hex'));
      const ids = { runId: BigInt(random.below(2 ** 32)), epochId: BigInt(1 + random.below(9)) };
      control.reset(history, capacity, startAbs);
      control.u64('runId', ids.runId);
      control.u64('epochId', ids.epochId);
      control.hash('definitionHash', hashes[0]);
      control.hash('prevDefinitionHash', hashes[1]);
      image.reset(history, capacity, startAbs, {
        ...ids,
        epochFirstAbs: startAbs,
        definitionHash: hashes[0],
        prevDefinitionHash: hashes[1]
      });
      should(Buffer.compare(control.bytes, image.bytes)).equal(0, 'the first control block');
      for (let seq = 0; seq < 60; seq++) {
        const record = randomRecord(random, seq);
        const bytes = recordBytes(record);
        const encoded = encodeRecord(record);
        if (!(encoded instanceof Uint8Array)) throw new Error(encoded.kind);
        should(Buffer.compare(bytes, encoded)).equal(0, `record ${seq} of history ${history}`);
        if (bytes.length > capacity) continue;
        const reserved = product.reserve(bytes.length);
        if (!reserved.ok) throw new Error(reserved.kind);
        const abs = ring.reserve(bytes.length);
        should([abs, ring.oldestAbs, ring.lostCount]).eql([reserved.abs, product.oldestAbs, product.lostCount]);
        if (abs !== ring.headAbs) laps++;
        ring.mark(abs);
        for (let at = 0; at < bytes.length; at += 32) ring.store(abs + at, bytes.subarray(at, at + 32));
        ring.commit(abs, bytes.length);
        product.commit(encoded, record);
        written++;
        should(ring.headAbs).equal(product.headAbs);
        should(Buffer.compare(ring.bytes, product.bytes)).equal(
          0,
          `the ring after record ${seq} of history ${history}`
        );
        for (const field of ['headAbs', 'oldestAbs', 'lostCount'] as const)
          for (const half of ['low', 'high'] as const) {
            control.half(field, half, ring[field]);
            image.position(field, half, product[field]);
          }
        control.tick();
        image.tick();
        should(Buffer.compare(control.bytes, image.bytes)).equal(0, 'the control block');
      }
    }
    should(written).be.above(5_000);
    should(laps).be.above(200);
  });
});
