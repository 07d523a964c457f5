import should from 'should';
import { createReader, ReaderError } from '../../../lib/reader';
import { Batch } from '../../../lib/reader/batch';
import { Clock, Store } from '../../../lib/reader/ports';
import { Notice } from '../../../lib/stream';
import { ReadOutcome, ReadPart, Transport } from '../../../lib/transport/transport';
import { readU16, readU32, Slot } from '../../../lib/wire';
import { messageSlots } from '../../support/records';
import { Seeded, seeded } from '../../support/seeded';
import { FakePlc } from './fake-plc';
import { half } from './fake-ports';

/*
 * A copy of the ring that is made in two pieces, with the producer going on in between: every place where the cut can
 * be.
 * The controller's memory is prepared once, one image after each record; a trial only chooses which image a piece is
 * of.
 */

const CAPACITY = 16_384;
/** Bytes between one cut and the next: test/long/every-split.test.ts tries every word. */
const STEP = Number(process.env.OPENOT_SPLIT_STEP ?? 60);
const SOURCES = 3;

/** The controller's memory at one moment, and how many records had been written by then. */
interface Image {
  readonly control: Uint8Array;
  readonly ring: Uint8Array;
  readonly written: number;
}

interface Story {
  /** What every record was, in order. */
  readonly records: { readonly id: string; readonly abs: number; readonly bytes: Buffer }[];
  readonly ids: ReadonlyMap<string, number>;
  /** When the reader had read everything and stopped. */
  readonly begun: Image;
  /** When it comes again: nearly a whole ring is new. */
  readonly met: Image;
  /** After each further record, a lap and more; between two of them, in the middle of an update. */
  readonly later: Image[];
  readonly middle: Image[];
}

/**
 * A ring whose head stands at `headAt` of 16,384 when the reader comes again, and that was written around since but for
 * `spare` bytes. With none, the last record read is overwritten; else it still stands before the new ones.
 */
function story(headAt: number, spare: number, seed: number): Story {
  const random = seeded(seed);
  const plc = new FakePlc(CAPACITY, 4 * CAPACITY);
  const records: Story['records'] = [];
  const image = (): Image => ({ control: plc.controlBytes(), ring: plc.writer.bytes.slice(), written: records.length });
  const middle: Image[] = [];
  /** `bytes`: exactly so long. The sources take turns: the newest records always say how far each of them is. */
  const append = (bytes: number | undefined, isWatched = false): void => {
    const sourceId = 1 + (records.length % SOURCES);
    const seq = plc.nextSeq(sourceId);
    const { steps, abs } = plc.stores(sourceId, {
      slots: bytes === undefined ? anySlots(random) : slotsOf(bytes - 44)
    });
    steps.forEach((step, i) => {
      step();
      // Room is reserved, oldest has moved, half of the record is there, the seqlock is odd.
      if (isWatched && i === 1) middle.push(halfWritten(plc, image()));
    });
    const at = abs() % CAPACITY;
    const length = readU16(plc.writer.bytes, at + 4);
    records.push({ id: `${sourceId}/${seq}`, abs: abs(), bytes: Buffer.from(plc.writer.bytes.slice(at, at + length)) });
  };
  const headTo = (target: number): void => {
    while (plc.writer.headAbs < target) append(nextLength(plc.writer.headAbs, target, random));
    should(plc.writer.headAbs).equal(target);
  };
  headTo(5 * CAPACITY + headAt + spare);
  const begun = image();
  headTo(6 * CAPACITY + headAt);
  const met = image();
  const later: Image[] = [];
  const until = plc.writer.headAbs + CAPACITY + 2_000;
  while (plc.writer.headAbs < until) {
    append(undefined, true);
    later.push(image());
  }
  return { records, ids: new Map(records.map(({ id }, i) => [id, i])), begun, met, later, middle };
}

/** Length of a record with which the head can still come to stand exactly at `target`; undefined = any. */
function nextLength(headAbs: number, target: number, random: Seeded): number | undefined {
  const room = CAPACITY - (headAbs % CAPACITY);
  const beyond = target - (headAbs + room);
  const exact = (left: number): number | undefined =>
    left <= 1_000 ? left : left < 2_200 ? 500 + 4 * random.below(100) : undefined;
  if (beyond <= 0) return exact(target - headAbs);
  if (beyond >= 2_200 || room > 1_100) return undefined;
  // The record that no longer fits here begins the next lap.
  const first = exact(beyond) as number;
  return first > room ? first : room - 28 >= 44 ? room - 28 : room;
}

const anySlots = (random: Seeded): Slot[] => {
  const choice = random.below(4);
  if (choice === 0) return messageSlots(7).slice(0, random.below(2));
  return slotsOf(4 * (2 + random.below(choice === 1 ? 230 : 60)));
};

/** Slots of exactly this many bytes, a multiple of 4. */
function slotsOf(bytes: number): Slot[] {
  const slots: Slot[] = [];
  for (let left = bytes; left > 0;) {
    const take = Math.min(left, 204);
    slots.push({ key: 0x8001, type: 13, payload: new Uint8Array(take - 4).fill(bytes & 0xff) });
    left -= take;
  }
  return slots;
}

function halfWritten(plc: FakePlc, image: Image): Image {
  const at = plc.writer.headAbs % CAPACITY;
  const ring = image.ring.slice();
  ring.fill(0xa5, at, Math.min(CAPACITY, at + 28));
  return { ...image, ring };
}

/** Sleeping costs no time: the next to wake is woken as soon as nothing else is to be done. */
class HastyClock implements Clock {
  now = 0;
  private sleepers: { until: number; wake: () => void }[] = [];
  private turning = false;

  nowNs(): bigint {
    return 2_000_000_000n + BigInt(Math.round(this.now * 1e6));
  }
  monotonicMs(): number {
    return this.now;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const done = (): void => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const sleeper = { until: this.now + ms, wake: done };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', done);
      this.turn();
    });
  }
  private turn(): void {
    if (this.turning) return;
    this.turning = true;
    setImmediate(() => {
      this.turning = false;
      if (this.sleepers.length === 0) return;
      const next = this.sleepers.reduce((first, sleeper) => (sleeper.until < first.until ? sleeper : first));
      this.sleepers = this.sleepers.filter((other) => other !== next);
      this.now = Math.max(this.now, next.until);
      next.wake();
      if (this.sleepers.length > 0) this.turn();
    });
  }
}

/** The memory as a reader sees it: `now` at every Read, but the Read of the window in two pieces. */
class SplitTransport implements Transport {
  now: Image;
  /**
   * The Read of the window: its first `bytes` from the image of now, the rest from another; then that is the image of
   * now.
   */
  split: { bytes: number; second: Image; then: Image } | undefined;

  constructor(image: Image) {
    this.now = image;
  }
  connect(): ReturnType<Transport['connect']> {
    return Promise.resolve({ ok: true, ringBytes: CAPACITY, granularity: 4, about: [] });
  }
  read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    const { split } = this;
    if (split === undefined || !parts.some(({ kind }) => kind === 'ring'))
      return Promise.resolve({ ok: true, parts: parts.map((part) => cut(this.now, part)) });
    this.split = undefined;
    let left = split.bytes;
    const views = parts.map((part) => {
      if (part.kind === 'control') return this.now.control;
      const bytes = cut(this.now, part);
      if (left < part.length) {
        const offset = Math.max(0, left);
        const from = part.offset + offset;
        const copy = bytes.slice();
        copy.set(split.second.ring.subarray(from, part.offset + part.length), offset);
        left -= part.length;
        return copy;
      }
      left -= part.length;
      return bytes;
    });
    this.now = split.then;
    return Promise.resolve({ ok: true, parts: views });
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const cut = (image: Image, part: ReadPart): Uint8Array =>
  part.kind === 'control' ? image.control : image.ring.subarray(part.offset, part.offset + part.length);

/** What one reader handed on. */
class Findings {
  readonly notices: Notice[] = [];
  readonly errors: ReaderError[] = [];
  readonly faults: string[] = [];
  /** By record: 1 = handed on, 2 = reported lost. */
  readonly fate: Uint8Array;

  constructor(private readonly story: Story) {
    this.fate = new Uint8Array(story.records.length);
  }

  take(batch: Batch): void {
    const { payload, facts } = batch;
    for (let at = 0; at < payload.length;) {
      const length = readU16(payload, at + 4);
      const id = `${readU32(payload, at + 32)}/${readU32(payload, at + 24)}`;
      const index = this.story.ids.get(id);
      if (index === undefined || !payload.subarray(at, at + length).equals(this.story.records[index].bytes))
        this.faults.push(`${id} was never written so`);
      else this.mark(index, 1);
      at += length;
    }
    for (const notice of facts.notices) {
      this.notices.push(notice);
      if (notice.kind !== 'loss') continue;
      for (let seq = notice.firstSeq; seq <= notice.lastSeq; seq++) {
        const index = this.story.ids.get(`${notice.sourceId}/${seq}`);
        if (index === undefined) this.faults.push(`${notice.sourceId}/${seq} is reported lost and was never written`);
        else this.mark(index, 2);
      }
    }
  }

  private mark(index: number, fate: number): void {
    if (this.fate[index] !== 0)
      this.faults.push(`${this.story.records[index].id}: fate ${fate} after ${this.fate[index]}`);
    this.fate[index] = fate;
  }

  /** Records reported lost that stand in the ring, from `oldestAbs` on. */
  missing(oldestAbs: number): string[] {
    return this.story.records
      .filter(({ abs }, i) => abs >= oldestAbs && this.fate[i] === 2)
      .map(({ id }) => `${id} is reported lost and stands in the ring`);
  }

  /** Of the records from `from` to `to`, those that nobody has heard of. */
  silent(from: number, to: number): string[] {
    const found: string[] = [];
    for (let i = from; i < to; i++) if (this.fate[i] === 0) found.push(this.story.records[i].id);
    return found;
  }
}

/** Gives what was saved before and keeps what is saved now. */
const storeOf = (bytes: Uint8Array | undefined, saved: (bytes: Uint8Array) => void = () => undefined): Store => ({
  lock: () => Promise.resolve({ ok: true }),
  unlock: () => Promise.resolve(),
  load: () => Promise.resolve(bytes?.slice()),
  save: (now) => Promise.resolve(saved(now.slice())),
  remove: () => Promise.resolve()
});

/** One life of a reader, until it has read what there is. */
async function read(
  tale: Story,
  transport: SplitTransport,
  store: Store
): Promise<{ findings: Findings; cursor: number }> {
  const findings = new Findings(tale);
  const clock = new HastyClock();
  let isDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (isDone = resolve));
  const reader = createReader({
    transport,
    store,
    clock,
    random: half,
    settings: { host: 'plc', firstChunk: 65_536 },
    sink: (batch) => {
      findings.take(batch);
      reader.settle(batch.serial);
    },
    onStatus: () => undefined,
    onError: (error) => findings.errors.push(error)
  });
  const head = (): number => readU32(transport.now.control, 24);
  const original = transport.read.bind(transport);
  let reads = 0;
  transport.read = (parts) => {
    if (++reads > 400) findings.faults.push('reads without end');
    // The reader is where the head is and looks again: it has nothing more to say.
    if (findings.faults.length > 0 || (transport.split === undefined && reader.status().cursorAbs === head())) isDone();
    return original(parts);
  };
  reader.start();
  await done;
  await reader.stop();
  return { findings, cursor: reader.status().cursorAbs as number };
}

describe('reader: every split of a ring image into two copies', function () {
  /** At the end of a lap, right behind it, in the middle, and where the next record leaves a gap; spare bytes. */
  const heads: [number, number][] = [
    [CAPACITY, 0],
    [52, 1_000],
    [8_192 + 4, 0],
    [CAPACITY - 28, 1_000]
  ];
  /** What the producer does between the two copies. */
  const amounts: [string, (tale: Story) => { second: Image; then: Image }][] = [
    ['one record', ({ later }) => ({ second: later[0], then: later[0] })],
    ['half a record', ({ middle, later }) => ({ second: middle[1], then: later[1] })],
    [
      'many records',
      ({ later }) => ({ second: later[Math.floor(later.length / 3)], then: later[Math.floor(later.length / 3)] })
    ],
    ['a whole lap', ({ later }) => ({ second: later[later.length - 1], then: later[later.length - 1] })]
  ];

  for (const [h, [headAt, spare]] of heads.entries()) {
    it(
      `head at ${headAt} of ${CAPACITY}: nothing invented, nothing lost silently, wherever the copy is cut ` +
        'and however far the producer goes on',
      async () => {
        const tale = story(headAt, spare, h + 1);
        let saved: Uint8Array | undefined;
        const before = await read(
          tale,
          new SplitTransport(tale.begun),
          storeOf(undefined, (bytes) => (saved = bytes))
        );
        should(before.findings.faults).eql([]);
        const fresh = tale.begun.written;
        const reported: string[] = [];
        let splits = 0;
        for (const [a, [what, imagesOf]] of amounts.entries()) {
          const images = imagesOf(tale);
          let withLoss = 0;
          // Every head and amount begins elsewhere, so that together they come to every place.
          for (let bytes = (4 * (amounts.length * h + a)) % STEP; bytes <= CAPACITY; bytes += STEP) {
            splits++;
            const transport = new SplitTransport(tale.met);
            transport.split = { bytes, ...images };
            const { findings } = await read(tale, transport, storeOf(saved));
            const { notices, faults } = findings;
            const silent = findings.silent(fresh, images.then.written);
            // What was not overwritten meanwhile has no reason to be missing.
            faults.push(...findings.missing(readU32(images.then.control, 32)));
            if (faults.length > 0 || silent.length > 0)
              throw new Error(
                `${what}, cut after ${bytes} bytes: ` +
                  `${JSON.stringify({ faults, silent, notices: notices.slice(0, 9), errors: findings.errors })}`
              );
            if (notices.length > 0) withLoss++;
          }
          reported.push(`${what}: ${withLoss}`);
        }
        console.log(
          `      ${splits} splits of ${tale.met.written - fresh} records; with losses ` +
            `reported: ${reported.join(', ')}`
        );
      }
    );
  }
});
