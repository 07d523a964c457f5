/*
 * node bench/archive.mjs [records]: appending to an archive and verifying it, as ratios to bare SHA-256 over the same
 * entries in the same run (1 is as fast as hashing each entry once), and the memory of a verification. Hashing and
 * verifying run in a process of their own each: what appending left in the engine is not theirs.
 */
import { spawnSync } from 'node:child_process';
import { hash as digest } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rate } from './rows.mjs';

const require = createRequire(import.meta.url);
const { Archive, entriesOfBundle, readCheckpoint, tilePath, verifyArchive } = require('../dist/lib/archive');
const { archiveFiles, newKey, systemFolders } = require('../dist/lib/archive/files');
const { systemClock, systemTimers } = require('../dist/lib/base/system');
const { fileStore } = require('../dist/lib/state/files');
const { encodeRecord, EventType, Flag, Key, TlvType } = require('../dist/lib/wire');

const BATCH = 1000;
/** Batches under way at a time, which one flush may gather. */
const IN_FLIGHT = 20;
const RING_BYTES = 1 << 18;
const SOURCES = 3;

/**
 * Time on the clock, and of the processor (all threads of this process): on a busy machine the second one alone says
 * what the work costs, without the waiting for the disk.
 */
class Spent {
  wallMs = 0;
  cpuMs = 0;

  async of(work) {
    const since = { wallMs: performance.now(), cpu: process.cpuUsage() };
    const result = await work();
    const { user, system } = process.cpuUsage(since.cpu);
    this.wallMs += performance.now() - since.wallMs;
    this.cpuMs += (user + system) / 1000;
    return result;
  }
}

/** Batches of a ring of messages of 52 bytes each, of three sources in turn, as a reader hands them on. */
function* batches(count) {
  let abs = 0;
  for (let first = 0; first < count; first += BATCH) {
    const records = [];
    const segments = [];
    let offset = 0;
    for (let i = first; i < first + BATCH && i < count; i++) {
      const payload = Buffer.alloc(4);
      payload.writeUInt32LE(i % 1000);
      const bytes = encodeRecord({
        flags: Flag.HasCrc,
        sourceTimeNs: 1780000000000000000n + BigInt(i) * 1000n,
        runId: 1n,
        seq: BigInt(Math.floor(i / SOURCES)),
        sourceId: 1 + (i % SOURCES),
        eventTypeId: EventType.Message,
        slots: [{ key: Key.messageTemplateId, type: TlvType.UDInt, payload }]
      });
      const room = RING_BYTES - (abs % RING_BYTES);
      if (bytes.length > room) abs += room;
      if (bytes.length > room || records.length === 0) segments.push({ offset, abs });
      records.push(bytes);
      offset += bytes.length;
      abs += bytes.length;
    }
    yield { payload: Buffer.concat(records), facts: factsOf(segments, abs) };
  }
}

const factsOf = (segments, headAbs) => ({
  stream: 'bench',
  incarnation: 0,
  bufferId: 9,
  snapshot: {
    version: 2,
    caps: 0,
    bufferBytes: RING_BYTES,
    headAbs,
    oldestAbs: Math.max(0, headAbs - RING_BYTES),
    lostCount: 0,
    runId: '1',
    epochId: 1,
    epochFirstAbs: 0,
    definitionHash: '0000000000000000',
    prevDefinitionHash: '0000000000000000'
  },
  epochs: [],
  receiveTimeNs: '1780000000000000000',
  segments,
  notices: [],
  began: { cause: 'first-contact', incarnation: 0, abs: 0, runId: '1' }
});

/** Appends so many records; the time it took, without that of making them. */
async function append(root, key, count) {
  const folder = join(root, 'archive');
  const ports = {
    files: archiveFiles(folder),
    checkpoint: fileStore(join(folder, 'checkpoint'), { files: systemFolders }),
    state: fileStore(join(root, 'state')),
    clock: systemClock(),
    timers: systemTimers(),
    signer: (name) => key.signer(name),
    definition: () => undefined
  };
  const settings = { origin: 'bench', defaultOrigin: '', checkpointInterval: 1e9, flushDelay: 5, keep: 0 };
  const silent = () => undefined;
  const archive = new Archive(
    ports,
    { ...settings, software: 'bench' },
    { onCheckpoint: silent, onTrouble: silent, onWarning: silent, onLost: silent }
  );
  const opened = await archive.open();
  if (!opened.ok) throw new Error(opened.message);
  const spent = new Spent();
  let ready = [];
  const flush = async () => {
    await spent.of(() => Promise.all(ready.map(({ payload, facts }) => archive.takeBatch(payload, facts))));
    ready = [];
  };
  for (const batch of batches(count)) if (ready.push(batch) === IN_FLIGHT) await flush();
  await flush();
  await spent.of(() => archive.close());
  return spent;
}

const sourceOf = (folder) => ({ read: (path) => readFile(join(folder, path)).catch(() => undefined) });

/** What one SHA-256 of each entry costs; into a Buffer Node takes three times as long as into text. */
async function hash(folder, form) {
  const source = sourceOf(folder);
  const { checkpoint } = readCheckpoint(await source.read('checkpoint'));
  const spent = new Spent();
  let bytes = 0;
  const width = 256;
  let part = [];
  const hashPart = () => spent.of(() => part.forEach((entry) => digest('sha256', entry, form)));
  for (let first = 0; first < checkpoint.size; first += width) {
    const tile = { level: 'entries', index: first / width, width: Math.min(width, checkpoint.size - first) };
    const entries = entriesOfBundle(await source.read(tilePath(tile)));
    for (const entry of entries) bytes += entry.length;
    part.push(...entries);
    if (part.length < 20_000 && first + width < checkpoint.size) continue;
    await hashPart();
    part = [];
  }
  return { ...spent, size: checkpoint.size, bytes };
}

/** What a verification costs, and the most memory that this process had. */
async function verify(folder) {
  const spent = new Spent();
  const report = await spent.of(() => verifyArchive(sourceOf(folder)));
  return { ...spent, ok: report.ok, records: report.entries.record, maxMB: process.resourceUsage().maxRSS / 1000 };
}

function inChild(...words) {
  const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit']
  });
  if (status !== 0) throw new Error(`${words[0]} ended with ${status}`);
  return JSON.parse(stdout);
}

async function measured(count) {
  const root = mkdtempSync(join(tmpdir(), 'openot-bench-'));
  try {
    const appended = await append(root, newKey().key, count);
    const folder = join(root, 'archive');
    const hashed = { 'into a Buffer': inChild('hash', folder, 'buffer'), 'as text': inChild('hash', folder, 'binary') };
    const verified = inChild('verify', folder);
    if (!verified.ok || verified.records !== count) throw new Error('the archive does not hold what was appended');
    const { size, bytes } = hashed['as text'];
    console.log(`${size} entries of ${Math.round(bytes / size)} bytes`);
    const line = (name, { wallMs, cpuMs }) => {
      console.log(rate(name, (wallMs * 1e6) / size, 'entries/s'));
      console.log(`  of the processor ${((cpuMs * 1000) / size).toFixed(2)} us an entry`);
    };
    for (const [form, spent] of Object.entries(hashed)) line(`bare SHA-256 ${form}`, spent);
    for (const [name, spent, goal] of [
      ['append', appended, 0.3],
      ['verify', verified, 0.12]
    ]) {
      line(name, spent);
      for (const [form, { wallMs, cpuMs }] of Object.entries(hashed))
        console.log(
          `  ratio to bare SHA-256 ${form}: ${(cpuMs / spent.cpuMs).toFixed(3)} of the processor, ` +
            `${(wallMs / spent.wallMs).toFixed(3)} on the clock (goal ${goal})`
        );
    }
    console.log(`memory while verifying, at most ${Math.round(verified.maxMB)} MB (goal 200)`);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const [word = '200000', ...words] = process.argv.slice(2);
const works = { hash, verify };
if (word in works) console.log(JSON.stringify(await works[word](...words)));
else await measured(Number(word));
