import {
  readJournal,
  framesOf,
  Archive,
  ArchivePorts,
  parseVkey,
  VerifyReport,
  verifyArchive,
  vkeyOf,
  NoteVerifier
} from '../../../lib/archive';
import { archiveFiles, FolderSystem, keyOf } from '../../../lib/archive/files';
import { systemClock, systemTimers } from '../../../lib/base/system';
import { fileStore } from '../../../lib/state/files';
import { MemoryDisk } from '../../support/archive/memory-disk';
import { StreamMaker } from '../../support/archive/stream-maker';
import { Seeded, seeded } from '../../support/seeded';
import { rounds } from '../../support/rounds';

const ROOT = '/archive';
const STATE = '/state/archive.state';
const key = keyOf(Buffer.alloc(32, 7));
const ORIGIN = 'plant.example/line-1';

/** One life of an archive on a disk that may be killed, refuse, or lose its power at any step. */
class Life {
  readonly sent: string[] = [];
  readonly archive: Archive;
  private readonly system: FolderSystem;

  constructor(
    disk: MemoryDisk,
    { keep, clock }: { keep: number; clock: { laterMs: number } } = { keep: 0, clock: { laterMs: 0 } }
  ) {
    const system = systemClock();
    this.system = disk.mount();
    const ports: ArchivePorts = {
      files: archiveFiles(ROOT, this.system),
      checkpoint: fileStore(`${ROOT}/checkpoint`, { files: this.system }),
      state: fileStore(STATE, { files: this.system }),
      // What the disk refuses is tried again at once: the simulated disk has a time of its own.
      clock: {
        ...system,
        monotonicMs: () => system.monotonicMs() + clock.laterMs,
        sleep: () => new Promise((resolve) => setImmediate(resolve))
      },
      timers: { ...systemTimers({ unref: true }), every: () => () => undefined },
      signer: (name) => key.signer(name),
      definition: () => undefined
    };
    const settings = {
      origin: ORIGIN,
      defaultOrigin: '',
      checkpointInterval: 1e9,
      flushDelay: 0,
      keep,
      software: 'test'
    };
    this.archive = new Archive(ports, settings, {
      onCheckpoint: (note) => this.sent.push(note),
      onTrouble: () => undefined,
      onWarning: () => undefined,
      onLost: () => undefined
    });
  }
}

interface Run {
  readonly report: VerifyReport;
  readonly lives: number;
  /** No file is left of what was pruned. */
  readonly isGone: boolean;
  readonly passed: number;
  readonly records: number;
}

/** A stream into an archive that is killed, loses its power or finds the disk full at steps that the seed chooses. */
async function run(seed: number, keep = 0): Promise<Run> {
  const kept = { keep, clock: { laterMs: 0 } };
  const random = seeded(seed);
  const disk = new MemoryDisk(random);
  const stream = new StreamMaker('line 1', 1 << 20);
  // A reader begins a new life of its ring when the batches of the one before are settled: never two at once.
  let restarted = 0;
  const batches = Array.from({ length: 12 + random.below(12) }, (_, i) => {
    if (random.below(4) === 0) stream.lose(1 + random.below(3), 1 + random.below(3));
    if (i - restarted > 4 && random.below(5) === 0) {
      restarted = i;
      stream.restart();
    }
    return stream.records(1 + random.below(60)).batch();
  });
  const checkpoints: string[] = [];
  let [lives, settled, passed] = [0, 0, 0];
  while (settled < batches.length) {
    if (++lives > 200) throw new Error(`seed ${seed}: no progress`);
    disk.plan({
      diesAfter: lives < 12 ? 1 + random.below(80) : Infinity,
      power: random.below(2) === 0,
      full: random.below(6) === 0
    });
    const life = new Life(disk, kept);
    await disk.untilDeath(
      (async (): Promise<void> => {
        const opened = await life.archive.open();
        // No room to open it: tried again.
        if (!opened.ok && opened.code === 'OPENOT_ARCHIVE_DISK') return;
        if (!opened.ok) throw new Error(`seed ${seed}, life ${lives}: ${opened.code}: ${opened.message}`);
        // A reader begins again at its last saved place: what was passed on since may come again.
        for (let i = Math.max(0, settled - random.below(3)); i < batches.length; i++) {
          const error = await life.archive.takeBatch(batches[i].payload, batches[i].facts);
          if (error !== undefined) throw new Error(error.message);
          settled = Math.max(settled, i + 1);
          passed++;
          if (random.below(3) === 0) await life.archive.checkpoint();
          if (keep > 0 && random.below(2) === 0) {
            kept.clock.laterMs += keep / 2;
            await life.archive.prune();
          }
        }
        await life.archive.close();
      })()
    );
    checkpoints.push(...life.sent);
    disk.restart();
  }
  disk.plan({ diesAfter: Infinity, power: false, full: false });
  const last = new Life(disk, kept);
  const opened = await last.archive.open();
  if (!opened.ok) throw new Error(`seed ${seed}: ${opened.code}: ${opened.message}`);
  if (keep > 0) await last.archive.prune();
  await last.archive.close();
  const source = disk.source(ROOT);
  // Of what was pruned an older checkpoint can no longer be compared.
  const minimum = Number((await source.read('minimum')) ?? 0);
  const since = [...checkpoints, ...last.sent].filter((note) => Number(note.split('\n')[1]) >= minimum);
  const report = await verifyArchive(source, { keys: [verifier()], since });
  const left = [...disk.copy(`${ROOT}/tile/entries`).keys()]
    .filter((path) => !path.includes('.p/'))
    .map((path) => Number(path.slice(-3)));
  return {
    report,
    isGone: left.every((bundle) => bundle * 256 >= minimum),
    lives,
    passed,
    records: batches.reduce((sum, { payload }) => sum + countOf(payload), 0)
  };
}

function verifier(): NoteVerifier {
  const parsed = parseVkey(vkeyOf(key.signer(ORIGIN)));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.verifier;
}

function countOf(payload: Buffer): number {
  let count = 0;
  for (let at = 0; at < payload.length; at += payload.readUInt16LE(at + 4)) count++;
  return count;
}

const KILLED = rounds(60, 200);
const PRUNED = rounds(40, 100);

describe('An archive on a disk that fails', function () {
  this.timeout(600_000);

  it(
    'holds all that was passed on, none twice, and extends every checkpoint that left, whenever it is ' +
      `killed (${KILLED} seeds)`,
    async () => {
      let lives = 0;
      for (let seed = 1; seed <= KILLED; seed++) {
        const { report, records, lives: count } = await run(seed);
        lives += count;
        const wrong = report.findings.map(({ kind, message }) => `seed ${seed}: ${kind}: ${message}`);
        wrong.should.eql([]);
        report.streams.reduce((sum, stream) => sum + stream.records, 0).should.equal(records, `seed ${seed}`);
      }
      lives.should.be.above(2 * KILLED);
    }
  );

  it(`is pruned, whenever it is killed: what is left verifies, what was pruned is said and gone (${PRUNED} seeds)`, async () => {
    let pruned = 0;
    for (let seed = 1; seed <= PRUNED; seed++) {
      const { report, isGone } = await run(seed, 2 * 86_400_000);
      const wrong = report.findings.map(({ kind, message }) => `seed ${seed}: ${kind}: ${message}`);
      wrong.should.eql([]);
      isGone.should.be.true(`seed ${seed}`);
      if (report.minimum > 0) pruned++;
    }
    pruned.should.be.above(PRUNED / 5);
  });

  it('says that it went back where an older state of the folder was put back, each time', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const disk = new MemoryDisk(seeded(seed));
      disk.plan({ diesAfter: Infinity, power: false, full: false });
      const stream = new StreamMaker('line 1', 1 << 20);
      const first = new Life(disk);
      (await first.archive.open()).ok.should.be.true();
      const take = async (life: Life, count: number): Promise<void> => {
        const { payload, facts } = stream.records(count).batch();
        await life.archive.takeBatch(payload, facts);
      };
      await take(first, 100 + seed * 20);
      await first.archive.close();
      const backup = disk.copy(ROOT);
      const second = new Life(disk);
      (await second.archive.open()).ok.should.be.true();
      await take(second, 100);
      await second.archive.close();
      disk.putBack(ROOT, backup);
      const outcome = await new Life(disk).archive.open();
      outcome.ok.should.be.false(`seed ${seed}`);
      if (!outcome.ok) outcome.code.should.equal('OPENOT_ARCHIVE_WENT_BACK');
    }
  });
});

describe('A journal', () => {
  const entries = (random: Seeded, count: number): Buffer[] =>
    Array.from({ length: count }, () => Buffer.from(random.bytes(1 + random.below(200))));

  it('is read as far as it was written, wherever it was cut, and tells a torn end from damage', () => {
    const random = seeded(3);
    const parts: Buffer[] = [];
    const starts: number[] = [];
    for (let i = 0; i < 5; i++) {
      const offset = parts.reduce((sum, { length }) => sum + length, 0);
      starts.push(offset);
      parts.push(framesOf(entries(random, 4), offset));
    }
    const whole = Buffer.concat(parts);
    readJournal(whole).should.match({ end: 'whole', length: whole.length });
    readJournal(whole).entries.length.should.equal(20);
    for (let cut = 0; cut < whole.length; cut += 7) {
      const { end, length, entries: read } = readJournal(whole.subarray(0, cut));
      (end === 'damaged').should.be.false(`cut at ${cut}`);
      length.should.be.belowOrEqual(cut);
      read.length.should.be.belowOrEqual(20);
    }
    for (let at = 0; at < whole.length; at += 5) {
      const changed = Buffer.from(whole);
      changed[at] ^= 0x10;
      const { end } = readJournal(changed);
      // Behind the last mark nobody can tell a change from a power failure.
      (end === 'whole').should.be.false(`byte ${at}`);
      if (at < starts[4]) end.should.equal('damaged', `byte ${at}`);
    }
  });
});
