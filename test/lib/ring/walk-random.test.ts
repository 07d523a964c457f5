import 'should';
import { RingWriter, Walk, walkWindow } from '../../../lib/ring';
import { flatWindow } from '../../support/flat-window';
import { encoded, messageSlots } from '../../support/records';
import { fittedExponent } from '../../support/fitted-exponent';
import { Seeded, seeded } from '../../support/seeded';

/** A ring after many laps. */
function filled(capacity: number, records: number, startAbs = 0xffffff00): RingWriter {
  const writer = new RingWriter(capacity, { startAbs });
  for (let seq = 0; seq < records; seq++)
    writer.append(encoded({ seq, slots: seq % 3 === 0 ? messageSlots(seq) : [] }), {
      runId: 1n,
      sourceId: 1,
      seq: BigInt(seq)
    });
  return writer;
}

/** Changes bytes, moves stretches, cuts: what torn copies, stale memory and broken links do. */
function mutate(bytes: Uint8Array, random: Seeded): void {
  for (let n = 1 + random.below(4); n > 0; n--) {
    const at = random.below(bytes.length);
    const length = 1 + random.below(Math.min(60, bytes.length - at));
    switch (random.below(5)) {
      case 0:
        bytes[at] = random.below(256);
        break;
      case 1:
        bytes[at] ^= 1 << random.below(8);
        break;
      case 2:
        bytes.fill(random.below(2) === 0 ? 0 : 0xff, at, at + length);
        break;
      case 3:
        bytes.copyWithin(at, random.below(bytes.length), bytes.length);
        break;
      default:
        bytes.set(random.bytes(length), at);
    }
  }
}

const outcome = (walk: Walk): object => ({
  ...walk,
  records: walk.records.map((entry) => [
    entry.abs,
    entry.record.length,
    entry.record.seq,
    entry.record.slots().map((slot) => Buffer.from(slot.payload).toString('hex'))
  ])
});

/** The same window among different surroundings: what a walk says must not depend on them. */
function walkAmong(bytes: Uint8Array, surroundings: number, fromAbs: number, headAbs: number, capacity: number): Walk {
  const large = new Uint8Array(bytes.length + 128).fill(surroundings);
  large.set(bytes, 64);
  return walkWindow({ bytes: large.subarray(64, 64 + bytes.length), fromAbs, headAbs, capacity });
}

function check(walk: Walk, fromAbs: number, toAbs: number, headAbs: number, capacity: number): void {
  let at = fromAbs;
  for (const { abs, record } of walk.records) {
    if (abs < at || abs + record.length > Math.min(toAbs, headAbs))
      throw new Error(`record at ${abs} stands outside of its place`);
    if ((abs % capacity) + record.length > capacity) throw new Error(`record at ${abs} crosses a lap`);
    if (!record.hasCrc) throw new Error(`record at ${abs} has no CRC`);
    at = abs + record.length;
  }
  if (walk.nextAbs < at || walk.nextAbs > Math.max(headAbs, fromAbs))
    throw new Error(`next position ${walk.nextAbs} is not between ${at} and ${headAbs}`);
  if (walk.stop !== undefined && 'abs' in walk.stop && walk.stop.abs < walk.nextAbs)
    throw new Error('stopped before the next position');
}

describe('window walk on any bytes', () => {
  it('never throws, never looks outside the window, and keeps its promises: 40,000 mutated windows', () => {
    const random = seeded(8);
    const rings = [filled(500, 100), filled(2048, 300), filled(4096, 50, 0), filled(65536, 3000)];
    let stops = 0;
    for (let round = 0; round < 40000; round++) {
      const ring = rings[random.below(rings.length)];
      const span = Math.min(1500, ring.headAbs - ring.oldestAbs);
      const fromAbs = random.below(4) === 0 ? ring.oldestAbs + random.below(span) : ring.oldestAbs;
      const toAbs = Math.min(ring.headAbs, fromAbs + 1 + random.below(span));
      const headAbs = random.below(4) === 0 ? fromAbs + random.below(2 * span) : ring.headAbs;
      const bytes = flatWindow(ring.bytes, fromAbs, toAbs);
      mutate(bytes, random);
      const walk = walkAmong(bytes, 0, fromAbs, headAbs, ring.capacity);
      check(walk, fromAbs, toAbs, headAbs, ring.capacity);
      if (round % 8 === 0) outcome(walkAmong(bytes, 0x4f, fromAbs, headAbs, ring.capacity)).should.eql(outcome(walk));
      if (walk.stop !== undefined) stops++;
    }
    stops.should.be.above(10000);
  });

  it('never throws on random bytes, positions and capacities', () => {
    const random = seeded(9);
    for (let round = 0; round < 40000; round++) {
      const bytes = random.bytes(random.below(300));
      if (random.below(2) === 0 && bytes.length > 8) bytes.set([0x4f, 0x4f, 0x54, 0x32, random.below(256), 0]);
      const capacity = random.below(400);
      const fromAbs = random.below(2) === 0 ? random.below(1000) : 0xffffff00 + random.below(1000);
      const headAbs = fromAbs - 100 + random.below(800);
      const walk = walkWindow({ bytes, fromAbs, headAbs, capacity });
      if (capacity > 0) check(walk, fromAbs, fromAbs + bytes.length, headAbs, capacity);
    }
  });

  it('takes time in proportion to its input, good or hostile', async () => {
    const good = (length: number): Uint8Array => {
      const writer = filled(length, Math.ceil(length / 48), 0);
      return writer.bytes.slice(0, writer.headAbs <= length ? writer.headAbs : length);
    };
    // Every four bytes look like the beginning of the longest record there is.
    const hostile = (length: number): Uint8Array =>
      Uint8Array.from({ length }, (_, i) => [0x4f, 0x4f, 0x54, 0x32, 0xff, 0xff, 8, 0][i % 8]);
    const zeros = (length: number): Uint8Array => new Uint8Array(length);
    for (const make of [good, hostile, zeros]) {
      const sizes = [1 << 17, 1 << 18, 1 << 19, 1 << 20];
      const inputs = new Map(sizes.map((size) => [size, make(size)]));
      const exponent = await fittedExponent(sizes, (size) => {
        const bytes = inputs.get(size) as Uint8Array;
        walkWindow({ bytes, fromAbs: 0, headAbs: bytes.length, capacity: size });
      });
      exponent.should.be.below(1.3);
    }
  });
});
