import { isDeepStrictEqual } from 'node:util';
import { decodeLogRecords, encodeLogRecords } from '../../../../lib/logobject';
import { SeededRandom } from '../../../../lib/simulator/random';
import { bytesOf, loadVectors } from './vectors';

/** What a run over random and mutated bodies found. */
export interface FuzzOutcome {
  readonly bodies: number;
  readonly read: number;
  readonly flat: number;
  readonly refused: Readonly<Record<string, number>>;
  /** Bodies whose outcome changed with the bytes around them, or that came out of the encoder as something else. */
  readonly wrong: readonly string[];
}

const seeds = (): Buffer[] =>
  loadVectors()
    .filter(({ name }) => name !== 'long-message' && name !== 'wire-serverlog-250' && name !== 'hundred-same-time')
    .flatMap(({ bodies }) => bodies.map(bytesOf));

/** Values that break decoders: ends of ranges, lengths, flags. */
const INTERESTING = [0, 1, 0x1f, 0x20, 0x7f, 0x80, 0x98, 0x99, 0xc6, 0xff];

function mutated(source: Buffer, random: SeededRandom): Buffer {
  let bytes = Buffer.from(source);
  for (let change = 1 + random.below(4); change > 0; change--) {
    const at = random.below(Math.max(1, bytes.length));
    const kind = random.below(6);
    if (kind === 0) bytes = bytes.subarray(0, at);
    else if (kind === 1) bytes = Buffer.concat([bytes, bytes.subarray(at)]);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(at + 1, bytes.length))]);
    else if (bytes.length === 0) continue;
    else if (kind === 3) bytes[at] = random.below(256);
    else if (kind === 4) bytes[at] = random.pick(INTERESTING);
    else if (at + 4 <= bytes.length) bytes.writeInt32LE(random.pick([-1, 0, 1, 0x7fffffff, -0x80000000, 1000]), at);
  }
  return bytes;
}

function randomBytes(random: SeededRandom): Buffer {
  const bytes = Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256)));
  // A plausible count lets most of them past the first field.
  if (random.chance(0.7) && bytes.length >= 8) {
    bytes.writeUInt32LE(1 + random.below(2), 0);
    bytes.writeUInt32LE(random.below(0x20), 4);
  }
  return bytes;
}

/** The same bytes inside others: what is read past an end shows as a difference. */
function inside(bytes: Buffer, around: number): Buffer {
  const wide = Buffer.alloc(bytes.length + 64, around);
  bytes.copy(wide, 32);
  return wide.subarray(32, 32 + bytes.length);
}

/** Decodes so many bodies, each twice. Throws what the decoder throws. */
export function fuzz(bodies: number, seed: number): FuzzOutcome {
  const random = new SeededRandom(seed);
  const sources = seeds();
  const refused: Record<string, number> = {};
  const wrong: string[] = [];
  let read = 0;
  let flat = 0;
  for (let i = 0; i < bodies; i++) {
    const bytes = random.chance(0.3) ? randomBytes(random) : mutated(random.pick(sources), random);
    const decoded = decodeLogRecords(inside(bytes, 0x00));
    if (!isDeepStrictEqual(decoded, decodeLogRecords(inside(bytes, 0xff)))) wrong.push(bytes.toString('hex'));
    if (!decoded.ok) {
      refused[decoded.code] = (refused[decoded.code] ?? 0) + 1;
      continue;
    }
    read++;
    if (decoded.layout === 'flat') flat++;
    if (decoded.invalidTexts > 0) continue;
    // What is written of it says the same again.
    const again = decodeLogRecords(encodeLogRecords(decoded.records, { layout: decoded.layout }));
    if (!again.ok || !isDeepStrictEqual(again.records, decoded.records)) wrong.push(bytes.toString('hex'));
  }
  return { bodies, read, flat, refused, wrong };
}
