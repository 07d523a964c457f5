import 'should';
import { itemsOfConcatenation, walkConcatenation } from '../../../lib/stream';
import { crc32c, decodeRecord, encodeRecord, Flag, RecordView, WireError, writeU16, writeU32 } from '../../../lib/wire';
import { fittedExponent } from '../../support/fitted-exponent';
import { encoded, recordInput } from '../../support/records';
import { Seeded, seeded } from '../../support/seeded';
import { haveVectors, wireVectors } from '../../support/vectors';
import { rounds } from '../../support/rounds';

const INPUTS = rounds(200_000, 1_000_000);
/** Longest input; the arenas leave as much room again on both sides. */
const LONGEST = 512;

/** What mutations start from: the vectors where they are there, and records with every kind of slot. */
function originals(random: Seeded): Uint8Array[] {
  const records = haveVectors ? wireVectors('record').map(({ bytes }) => bytes) : [];
  for (let i = 0; i < 60; i++) {
    const slots = Array.from({ length: random.below(6) }, () => ({
      key: random.below(64),
      type: random.below(14),
      payload: random.bytes(random.below(30))
    }));
    records.push(encoded({ seq: random.below(1000), flags: random.below(8) | (i % 4 === 0 ? 0 : Flag.HasCrc), slots }));
  }
  return records;
}

/** Makes the CRC hold for the length that the record claims, so that what stands behind the CRC check is reached. */
function repairCrc(bytes: Uint8Array, end: number): void {
  const length = bytes[4] | (bytes[5] << 8);
  if (length < 44 || length > end || (bytes[6] & Flag.HasCrc) === 0) return;
  writeU32(bytes, length - 4, crc32c(bytes, 0, length - 4));
}

function mutate(bytes: Uint8Array, length: number, random: Seeded): void {
  for (let n = 1 + random.below(3); n > 0; n--) {
    const at = random.below(length);
    const kind = random.below(4);
    if (kind === 0) bytes[at] ^= 1 << random.below(8);
    else if (kind === 1) bytes[at] = random.below(256);
    else if (kind === 2) bytes[at] = random.below(2) * 255;
    else bytes.copyWithin(at, random.below(length), length);
  }
}

type Corpus = (into: Uint8Array, random: Seeded) => number;

/** Each fills `into` and gives the length. */
function corpora(records: readonly Uint8Array[]): Record<string, Corpus> {
  const one = (into: Uint8Array, random: Seeded): number => {
    const record = records[random.below(records.length)];
    into.set(record);
    return record.length;
  };
  const noise = (into: Uint8Array, random: Seeded, from: number, to: number): void => {
    for (let i = from; i < to; i++) into[i] = random.below(256);
  };
  return {
    'random bytes': (into, random) => {
      const length = random.below(120);
      noise(into, random, 0, length);
      return length;
    },
    'random bytes behind a sync': (into, random) => {
      const length = 4 + random.below(150);
      noise(into, random, 0, length);
      writeU32(into, 0, 0x32544f4f);
      if (random.below(4) > 0) writeU16(into, 4, random.below(length + 8));
      if (random.below(2) === 0) repairCrc(into, length);
      return length;
    },
    'mutated records': (into, random) => {
      const length = one(into, random);
      mutate(into, length, random);
      if (random.below(3) > 0) repairCrc(into, length);
      return length;
    },
    'cut concatenations': (into, random) => {
      let length = 0;
      for (let n = 1 + random.below(3); n > 0; n--) {
        const record = records[random.below(records.length)];
        if (length + record.length > LONGEST) break;
        into.set(record, length);
        length += record.length;
      }
      return random.below(length + 1);
    },
    'lengths that lie': (into, random) => {
      const length = one(into, random);
      const extremes = [
        0,
        1,
        39,
        40,
        41,
        43,
        44,
        length - 1,
        length + 1,
        length - 4,
        length + 4,
        0x7fff,
        0x8000,
        0xffff
      ];
      if (random.below(2) === 0) writeU16(into, 4, extremes[random.below(extremes.length)] & 0xffff);
      // The length byte of a slot, or of what would be one.
      else if (length > 48)
        into[43 + 4 * random.below((length - 44) >> 2)] = [0, 1, 3, 4, 5, 127, 128, 252, 255][random.below(9)];
      if (random.below(4) > 0) repairCrc(into, length);
      return length;
    }
  };
}

/** All that a result says, positions counted from the input's first byte. */
function outcome(result: RecordView | WireError, start: number): string {
  if (result.ok) {
    let text =
      `${result.length} ${result.slotsEnd - start} ${result.slotCount} ${result.flags} ${result.sourceId} ` +
      `${result.eventTypeId} ${result.safeSeq}`;
    for (const { key, type, payload } of result.slots())
      text += ` ${key}:${type}:${payload.length}:${payload.length > 0 ? payload[payload.length - 1] : ''}`;
    return text;
  }
  switch (result.kind) {
    case 'truncated':
      return `truncated ${result.needed} ${result.available}`;
    case 'wrongSync':
      return `wrongSync ${result.found}`;
    case 'invalidLength':
      return `invalidLength ${result.totalLength} ${result.available}`;
    case 'crcMismatch':
      return `crcMismatch ${result.expected} ${result.actual}`;
    case 'invalidSlot':
    case 'invalidPadding':
      return `${result.kind} ${result.offset}`;
    default:
      throw new Error(`decoding cannot give ${result.kind}`);
  }
}

/** Memory around the input that must not matter: the same input among different bytes has to give the same result. */
class Arena {
  private readonly memory: Uint8Array;

  constructor(private readonly surroundings: readonly number[]) {
    this.memory = new Uint8Array(3 * LONGEST);
    this.restore(0, this.memory.length);
  }

  /** Decodes and walks the input, and says all that came out. */
  run(input: Uint8Array, length: number, start: number): string {
    const { memory } = this;
    for (let i = 0; i < length; i++) memory[start + i] = input[i];
    const end = start + length;
    let text = outcome(decodeRecord(memory, start, end), start);
    let at = start;
    const walk = walkConcatenation(
      memory,
      (record, offset) => {
        if (offset !== at || offset + record.length > end) throw new Error('a record outside of the input');
        at = offset + record.length;
        return true;
      },
      start,
      end
    );
    if (walk.offset !== at || (walk.error === undefined) !== (at === end))
      throw new Error('the walk ended at the wrong place');
    text += ` | ${at - start} ${walk.error === undefined ? '' : outcome(walk.error, start)}`;
    this.restore(start, end);
    return text;
  }

  private restore(from: number, to: number): void {
    for (let i = from; i < to; i++) this.memory[i] = this.surroundings[i % this.surroundings.length];
  }
}

describe('hostile bytes', () => {
  it(`${INPUTS.toLocaleString('en')} random and mutated inputs: no throw, no hang, nothing read outside`, function () {
    const random = seeded(20261);
    const entries = Object.entries(corpora(originals(random)));
    // Zeros end everything; a record's own bytes continue everything that is cut.
    const arenas = [
      new Arena([0]),
      new Arena(Array.from(encoded({ seq: 1, slots: [{ key: 1, type: 0x0d, payload: Uint8Array.of(1) }] })))
    ];
    const input = new Uint8Array(LONGEST);
    const seen: Record<string, number> = {};
    for (let i = 0; i < INPUTS; i++) {
      const [, fill] = entries[i % entries.length];
      const length = fill(input, random);
      const start = LONGEST + (i & 7);
      const [a, b] = arenas.map((arena) => arena.run(input, length, start));
      if (a !== b)
        throw new Error(
          `what stands outside mattered for ${Buffer.from(input.subarray(0, length)).toString('hex')}: ${a} / ${b}`
        );
      const kind = a.slice(0, a.indexOf(' '));
      const name = /^[a-z]/i.test(kind) ? kind : 'record';
      seen[name] = (seen[name] ?? 0) + 1;
      if (i % 20 < entries.length) itemsOfConcatenation(Buffer.from(input.subarray(0, length)));
    }
    // The inputs are worth something only if they reach every check.
    Object.keys(seen)
      .sort()
      .should.eql([
        'crcMismatch',
        'invalidLength',
        'invalidPadding',
        'invalidSlot',
        'record',
        'truncated',
        'wrongSync'
      ]);
    for (const [kind, count] of Object.entries(seen))
      if (count < 5000) throw new Error(`only ${count} inputs gave ${kind}`);
  });

  it('run time grows linearly with the length of one record', async () => {
    // A record of empty slots makes the most steps per byte; a CRC is checked as well.
    const emptySlot = { key: 1, type: 0x0d, payload: new Uint8Array(0) };
    const records = new Map(
      [4, 8, 16, 32, 64].map((kib) => [
        kib,
        encodeRecord(recordInput({ slots: Array.from({ length: kib * 256 - 16 }, () => emptySlot) })) as Uint8Array
      ])
    );
    const exponent = await fittedExponent([...records.keys()], (kib) => {
      for (let n = 0; n < 40; n++) decodeRecord(records.get(kib)!).ok.should.be.true();
    });
    exponent.should.be.below(1.3);
  });

  it('run time grows linearly with the length of a concatenation', async () => {
    const record = encoded({ slots: [{ key: 1, type: 0x0d, payload: new Uint8Array(12) }] });
    const whole = Buffer.alloc(record.length * 40_000);
    for (let at = 0; at < whole.length; at += record.length) whole.set(record, at);
    const exponent = await fittedExponent([2500, 5000, 10_000, 20_000, 40_000], (count) => {
      // One byte is missing at the end: the error is found only there.
      let records = 0;
      walkConcatenation(whole, () => ++records > 0, 0, count * record.length - 1).error!.kind.should.equal('truncated');
      records.should.equal(count - 1);
    });
    exponent.should.be.below(1.3);
  });

  it('items are made in linear time', async () => {
    const record = encoded({ slots: [{ key: 1, type: 0x0d, payload: new Uint8Array(12) }] });
    const whole = Buffer.alloc(record.length * 16_000);
    for (let at = 0; at < whole.length; at += record.length) whole.set(record, at);
    const exponent = await fittedExponent([1000, 2000, 4000, 8000, 16_000], (count) => {
      itemsOfConcatenation(whole.subarray(0, count * record.length)).items.length.should.equal(count);
    });
    exponent.should.be.below(1.3);
  });
});
