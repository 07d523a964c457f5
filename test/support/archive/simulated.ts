import {
  Archive,
  ArchivePorts,
  entriesOf,
  Entry,
  parseVkey,
  readEntry,
  VerifyReport,
  verifyArchive,
  vkeyOf
} from '../../../lib/archive';
import { archiveFiles, keyOf } from '../../../lib/archive/files';
import { systemClock, systemTimers } from '../../../lib/base/system';
import type { Batch } from '../../../lib/reader/batch';
import { fileStore } from '../../../lib/state/files';
import { decodeRecord, readU32 } from '../../../lib/wire';
import { Simulation } from '../../simulation/simulation';
import { SERIAL_FROM_END } from '../../simulation/world/plc';
import type { Chain, Life, Truth } from '../../simulation/world/truth';
import { Seeded, seeded } from '../seeded';
import { MemoryDisk } from './memory-disk';

/** What somebody does to readers meanwhile: sends them elsewhere, or lets counters of the controller fall. */
export type Deeds = 'none' | 'seek' | 'counters';

/** What readers handed on in one run of the fault simulator, and what was really produced. */
export interface Recording {
  readonly truth: Truth;
  readonly batches: readonly Batch[];
  readonly startsNewest: boolean;
  readonly deeds: Deeds;
}

/**
 * Runs a seed of the fault simulator. What an archive behind its readers takes: every batch in order, and of a reader
 * that ends, what it had handed on last, in part.
 */
export async function recorded(seed: number, records: number, deeds: Deeds): Promise<Recording> {
  const random = seeded(seed * 7 + 1);
  const batches: Batch[] = [];
  let open: { readonly by: unknown; readonly batches: Batch[] } = { by: undefined, batches: [] };
  const take = (count: number): void => void batches.push(...open.batches.splice(0, count));
  let simulation: Simulation | undefined;
  const prepare = (made: Simulation): void => {
    simulation = made;
    const { batch, processed } = made;
    made.batch = (process, given) => {
      batch.call(made, process, given);
      if (open.by !== process) {
        take(random.below(open.batches.length + 1));
        open = { by: process, batches: [] };
      }
      open.batches.push(given);
    };
    made.processed = (process, given) => {
      processed.call(made, process, given);
      if (open.by === process) take(open.batches.indexOf(given) + 1);
    };
    if (deeds !== 'none') disturb(made, random, deeds);
  };
  const ready = new Simulation({ seed, records, prepare });
  await ready.run();
  take(Infinity);
  const made = simulation as Simulation | undefined;
  if (made === undefined) throw new Error('there was no simulation');
  return { truth: made.truth, batches, startsNewest: made.plan.settings.startFrom === 'newest', deeds };
}

/** The simulator's own checkers know nothing of these deeds: they say nothing. */
function disturb(simulation: Simulation, random: Seeded, deeds: Deeds): void {
  simulation.alarm.raise = () => undefined;
  const next = (): void =>
    void simulation.scheduler.after(1_000 + random.below(6_000), () => {
      const { process } = simulation.operator;
      if (simulation.isCalm) return;
      const { headAbs, oldestAbs } = simulation.program.plc;
      const deed = random.below(8);
      if (process.isDead) return next();
      if (deeds === 'counters' || deed === 1) halveLostCount(simulation);
      else if (deed === 0) void process.reader.forget();
      else if (deed < 3) void process.reader.seek('newest');
      else if (deed < 5) void process.reader.seek('oldest');
      else void process.reader.seek(somewhere(simulation, oldestAbs + random.below(headAbs - oldestAbs + 1)));
      next();
    });
  next();
}

/** The controller's lost count falls, and nothing else: the reader goes on behind its last record in a new life. */
function halveLostCount({ program }: Simulation): void {
  const { writer } = program.plc as unknown as { readonly writer: { lostCount: number } };
  writer.lostCount = Math.floor(writer.lostCount / 2);
}

/** The first record at or behind a position. */
function somewhere({ truth }: Simulation, abs: number): number | 'newest' {
  const { life } = truth;
  return life.placed[life.indexAt(abs)]?.abs ?? 'newest';
}

/** What an archive made of batches: its entries, and what a verification says. */
export interface Archived {
  readonly entries: readonly Entry[];
  readonly report: VerifyReport;
}

const ORIGIN = 'plant.example/simulated';
const ROOT = '/archive';

/** Archives batches and verifies the log. */
export async function archivedOf(batches: readonly Batch[]): Promise<Archived> {
  const disk = new MemoryDisk(seeded(1));
  disk.plan({ diesAfter: Infinity, power: false, full: false });
  const system = disk.mount();
  const key = keyOf(Buffer.alloc(32, 7));
  const ports: ArchivePorts = {
    files: archiveFiles(ROOT, system),
    checkpoint: fileStore(`${ROOT}/checkpoint`, { files: system }),
    state: fileStore('/state', { files: system }),
    clock: systemClock(),
    timers: { ...systemTimers({ unref: true }), every: () => () => undefined },
    signer: (name) => key.signer(name),
    definition: () => undefined
  };
  const nothing = (): void => undefined;
  const archive = new Archive(
    ports,
    { origin: ORIGIN, defaultOrigin: '', checkpointInterval: 1e9, flushDelay: 0, keep: 0, software: 'test' },
    { onCheckpoint: nothing, onTrouble: nothing, onWarning: nothing, onLost: nothing }
  );
  const opened = await archive.open();
  if (!opened.ok) throw new Error(opened.message);
  const errors = await Promise.all(batches.map(({ payload, facts }) => archive.takeBatch(payload, facts)));
  for (const error of errors) if (error !== undefined) throw new Error(error.message);
  await archive.close();
  const verifier = parseVkey(vkeyOf(key.signer(ORIGIN)));
  if (!verifier.ok) throw new Error(verifier.message);
  const source = disk.source(ROOT);
  const report = await verifyArchive(source, { keys: [verifier.verifier] });
  const entries: Entry[] = [];
  for await (const { bytes } of entriesOf(source, report.size)) {
    const read = readEntry(bytes);
    if (!read.ok) throw new Error(read.message);
    entries.push(read.entry);
  }
  return { entries, report };
}

/** What an archive holds of one source in one incarnation, counted without the accounting of the product. */
export interface Line {
  readonly incarnation: number;
  readonly chain: Chain;
  readonly stored: ReadonlySet<number>;
  readonly lost: ReadonlySet<number>;
  /** Where counting was said to begin (again), with the cause. */
  readonly begins: readonly { readonly next: number; readonly cause: string }[];
  /** Seqs up to the last one stored that are neither stored nor said to be lost nor before a begin. */
  readonly silent: readonly number[];
  /** The same before a begin, by its cause. */
  readonly before: ReadonlyMap<string, readonly number[]>;
}

type Draft = { stored: Set<number>; lost: Set<number>; begins: { next: number; cause: string }[] };

/** Every source of every incarnation in the entries, against what was produced. */
export function linesOf(entries: readonly Entry[], truth: Truth): Line[] {
  const drafts = new Map<string, Draft>();
  const lives = new Map<number, Life>();
  // Counted on where a reader has forgotten its incarnation and begins at 0 again.
  let incarnation = 0;
  let before = 0;
  const draft = (runId: string, sourceId: number): Draft => {
    const key = `${incarnation}/${runId}/${sourceId}`;
    let made = drafts.get(key);
    if (made === undefined) drafts.set(key, (made = { stored: new Set(), lost: new Set(), begins: [] }));
    return made;
  };
  for (const entry of entries) {
    if (entry.kind === 'note' && entry.code === 'forget') before = incarnation + 1;
    if (entry.kind === 'incarnation') incarnation = before + entry.to;
    else if (entry.kind === 'begin-stream') {
      incarnation = before + entry.incarnation;
      for (const { runId, sourceId, next } of entry.expected)
        draft(runId, sourceId).begins.push({ next, cause: entry.cause });
    } else if (entry.kind === 'loss') {
      const { lost } = draft(entry.runId, entry.sourceId);
      for (let seq = entry.firstSeq; seq <= entry.lastSeq; seq++) lost.add(seq);
    } else if (entry.kind === 'record') {
      incarnation = before + entry.incarnation;
      const record = decodeRecord(Buffer.from(entry.bytes ?? '', 'base64'));
      if (!record.ok) throw new Error(`entry of position ${entry.abs}: ${record.kind}`);
      draft(record.runId.toString(), record.sourceId).stored.add(record.safeSeq);
      const known = truth.records[readU32(record.bytes, record.length - SERIAL_FROM_END)];
      lives.set(incarnation, known.life);
    }
  }
  return [...drafts].flatMap(([key, made]) => {
    const [number, runId, sourceId] = key.split('/');
    const life = lives.get(Number(number));
    return life === undefined ? [] : [lineOf(Number(number), life.chain(runId, Number(sourceId)), made)];
  });
}

function lineOf(incarnation: number, chain: Chain, { stored, lost, begins }: Draft): Line {
  const top = Math.max(-1, ...stored);
  const silent: number[] = [];
  const before = new Map<string, number[]>();
  for (let seq = 0; seq < top; seq++) {
    if (stored.has(seq) || lost.has(seq)) continue;
    const begin = begins.find(({ next }) => seq < next);
    if (begin === undefined) silent.push(seq);
    else before.set(begin.cause, [...(before.get(begin.cause) ?? []), seq]);
  }
  return { incarnation, chain, stored, lost, begins, silent, before };
}
