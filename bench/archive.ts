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
  const settings = { origin: 'bench', defaultOrigin: '', checkpointInterval: 1e9, flushDelay: 5, software: 'bench' };
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
  let appendMs = 0;
  for (let done = 0; done < RECORDS; done += BATCH * IN_FLIGHT) {
    const batches = Array.from({ length: Math.min(IN_FLIGHT, (RECORDS - done) / BATCH) }, () =>
      stream.records(BATCH).batch()
    );
    const from = performance.now();
    await Promise.all(batches.map(({ payload, facts }) => archive.takeBatch(payload, facts)));
    appendMs += performance.now() - from;
  }
  const from = performance.now();
  await archive.close();
  appendMs += performance.now() - from;

  const source: LogSource = {
    read: (path) => readFile(join(folder, path)).catch(() => undefined)
  };
  const checkpoint = readCheckpoint((await source.read('checkpoint')) ?? '');
  const size = checkpoint.ok ? checkpoint.checkpoint.size : 0;
  let [hashMs, bytes] = [0, 0];
  for await (const { bytes: entry } of entriesOf(source, size)) {
    const start = performance.now();
    sha256(entry);
    hashMs += performance.now() - start;
    bytes += entry.length;
  }
  // What asking the clock costs is no hashing.
  let clockMs = 0;
  for (let i = 0; i < size; i++) {
    const start = performance.now();
    clockMs += performance.now() - start;
  }
  hashMs -= clockMs;
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  const verifyFrom = performance.now();
  const report = await verifyArchive(source, { keys: [key.signer('bench')] });
  const verifyMs = performance.now() - verifyFrom;
  clearInterval(timer);
  const rate = (ms: number): string => `${Math.round(size / (ms / 1000)).toLocaleString('en')} entries/s`;
  console.log(`${size} entries of ${Math.round(bytes / size)} bytes, ${report.ok ? 'all holds' : 'NOT in order'}`);
  console.log(`bare SHA-256  ${Math.round(hashMs)} ms, ${rate(hashMs)}`);
  console.log(
    `append        ${Math.round(appendMs)} ms, ${rate(appendMs)}, ratio ${(hashMs / appendMs).toFixed(3)} (goal 0.3)`
  );
  console.log(
    `verify        ${Math.round(verifyMs)} ms, ${rate(verifyMs)}, ratio ${(hashMs / verifyMs).toFixed(3)} (goal 0.12)`
  );
  console.log(`memory while verifying, at most ${Math.round(peak / 1e6)} MB`);
  rmSync(root, { recursive: true });
}

void main();
