/*
 * npx tsx bench/archive.ts [records]: appending to an archive and verifying it, as ratios to bare SHA-256 over the same
 * entries in the same run (1 is as fast as hashing each entry once), and the memory of a verification.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Archive, entriesOf, LogSource, readCheckpoint, sha256, verifyArchive } from '../lib/archive';
import { archiveFiles, newKey, systemFolders } from '../lib/archive/files';
import { systemClock, systemTimers } from '../lib/base/system';
import { fileStore } from '../lib/state/files';
import { StreamMaker } from '../test/support/archive/stream-maker';

const RECORDS = Number(process.argv[2] ?? 100_000);
const BATCH = 1000;
/** Batches under way at a time, which one flush may gather. */
const IN_FLIGHT = 20;

/**
 * Time on the clock, and of the processor (all threads of this process): on a busy machine the second one alone says
 * what the work costs, without the waiting for the disk.
 */
class Spent {
  wallMs = 0;
  cpuMs = 0;
  private since = { wallMs: 0, cpu: process.cpuUsage() };

  begin(): void {
    this.since = { wallMs: performance.now(), cpu: process.cpuUsage() };
  }

  end(): void {
    const { user, system } = process.cpuUsage(this.since.cpu);
    this.wallMs += performance.now() - this.since.wallMs;
    this.cpuMs += (user + system) / 1000;
  }
}

async function main(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'openot-bench-'));
  const folder = join(root, 'archive');
  const { key } = newKey();
  const ports = {
    files: archiveFiles(folder),
    checkpoint: fileStore(join(folder, 'checkpoint'), { files: systemFolders }),
    state: fileStore(join(root, 'state')),
    clock: systemClock(),
    timers: systemTimers(),
    signer: (name: string) => key.signer(name),
    definition: () => undefined
  };
  const settings = {
    origin: 'bench',
    defaultOrigin: '',
    checkpointInterval: 1e9,
    flushDelay: 5,
    keep: 0,
    software: 'bench'
  };
  const nothing = (): void => undefined;
  const archive = new Archive(ports, settings, {
    onCheckpoint: nothing,
    onTrouble: nothing,
    onWarning: nothing,
    onLost: nothing
  });
  const opened = await archive.open();
  if (!opened.ok) throw new Error(opened.message);
  const stream = new StreamMaker('bench', 1 << 18);
  const append = new Spent();
  for (let done = 0; done < RECORDS; done += BATCH * IN_FLIGHT) {
    const batches = Array.from({ length: Math.min(IN_FLIGHT, (RECORDS - done) / BATCH) }, () =>
      stream.records(BATCH).batch()
    );
    append.begin();
    await Promise.all(batches.map(({ payload, facts }) => archive.takeBatch(payload, facts)));
    append.end();
  }
  append.begin();
  await archive.close();
  append.end();

  const source: LogSource = {
    read: (path) => readFile(join(folder, path)).catch(() => undefined)
  };
  const checkpoint = readCheckpoint((await source.read('checkpoint')) ?? '');
  const hashing = new Spent();
  let [bytes, size] = [0, 0];
  let part: Uint8Array[] = [];
  const hashPart = (): void => {
    hashing.begin();
    for (const entry of part) sha256(entry);
    hashing.end();
    part = [];
  };
  for await (const { bytes: entry } of entriesOf(source, checkpoint.ok ? checkpoint.checkpoint.size : 0)) {
    bytes += entry.length;
    size++;
    part.push(entry);
    if (part.length === 20_000) hashPart();
  }
  hashPart();
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  const verify = new Spent();
  verify.begin();
  const report = await verifyArchive(source, { keys: [key.signer('bench')] });
  verify.end();
  clearInterval(timer);
  const line = (name: string, { wallMs, cpuMs }: Spent, goal = ''): void =>
    console.log(
      `${name.padEnd(14)}${Math.round(wallMs)} ms, ${Math.round(size / (wallMs / 1000)).toLocaleString('en')} entries/s` +
        `, ratio ${(hashing.wallMs / wallMs).toFixed(3)}; processor ${Math.round(cpuMs)} ms, ratio ` +
        `${(hashing.cpuMs / cpuMs).toFixed(3)}${goal}`
    );
  console.log(`${size} entries of ${Math.round(bytes / size)} bytes, ${report.ok ? 'all holds' : 'NOT in order'}`);
  line('bare SHA-256', hashing);
  line('append', append, ' (goal 0.3)');
  line('verify', verify, ' (goal 0.12)');
  console.log(`memory while verifying, at most ${Math.round(peak / 1e6)} MB (goal 200)`);
  rmSync(root, { recursive: true });
}

void main();
