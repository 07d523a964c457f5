import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { ReaderSettings } from '../../lib/reader';
import { Plc, startPlc } from '../e2e/support/plc';
import { sleep, until } from '../e2e/support/process';
import { EarlyLine, EarlyReaderOrder } from './support/early-reader';

const KILLS = Number(process.env.OPENOT_EARLY_KILLS ?? 10);
/** Milliseconds of each life, from when its first batch came. */
const LIFE_MS = 800;
const RING_BYTES = 256 << 10;
const SETTINGS = { intervalMs: 100, maxInFlight: 2, maxRecords: 25 } as const;
/** docs/reader.md, The lease: what one kill brings again at most. */
const REPEATS = SETTINGS.maxInFlight * SETTINGS.maxRecords + RING_BYTES / 44;

/** What one life handed on. */
interface Life {
  readonly records: number;
  /** Position of the first and of the last record. */
  readonly fromAbs: number;
  readonly toAbs: number;
  /** Records that an earlier life had handed on. */
  readonly repeats: number;
}

/** Readers in processes of their own, one after the other, on one state. */
class Lives {
  readonly lives: Life[] = [];
  readonly delivered = new Set<string>();
  readonly reported = new Set<string>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'openot-early-'));

  constructor(
    private readonly plc: Plc,
    private readonly settings: Partial<ReaderSettings>,
    private readonly workMs: number
  ) {}

  /** One more life, which ends by SIGKILL when `isOver`. */
  async live(isOver: (status: { state?: string; lag?: number }, linesSinceMs: number) => boolean): Promise<Life> {
    const outPath = join(this.folder, `${this.lives.length}.out`);
    const order: EarlyReaderOrder = {
      endpoint: this.plc.endpointUrl,
      controlNode: this.plc.controlNodeId,
      ringNodes: this.plc.ringNodeIds,
      pkiFolder: join(this.folder, 'pki'),
      statePath: join(this.folder, 'reader.state'),
      outPath,
      workMs: this.workMs,
      settings: this.settings
    };
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(__dirname, 'support/early-reader.ts'), JSON.stringify(order)],
      { stdio: ['ignore', 'pipe', 'pipe'] }
    );
    let status: { state?: string; lag?: number } = {};
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => {
      for (const line of String(chunk).trim().split('\n'))
        if (line.startsWith('{"state"')) status = JSON.parse(line) as typeof status;
      log += String(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => (log += String(chunk)));
    const ended = new Promise((resolve) => child.on('exit', resolve));
    try {
      await until(
        'the first batch',
        () => existsSync(outPath),
        () => log
      );
      const begunMs = performance.now();
      while (!isOver(status, performance.now() - begunMs)) await sleep(5);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    return this.count(readFileSync(outPath, 'utf8'));
  }

  private count(text: string): Life {
    const all = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as EarlyLine);
    const records = all.flatMap((line) => line.records);
    let repeats = 0;
    for (const { runId, sourceId, seq } of records) {
      const id = `${runId}/${sourceId}/${seq}`;
      if (this.delivered.has(id)) repeats++;
      this.delivered.add(id);
    }
    for (const { runId, sourceId, firstSeq, lastSeq } of all.flatMap((line) => line.losses))
      for (let seq = firstSeq; seq <= lastSeq; seq++) this.reported.add(`${runId}/${sourceId}/${seq}`);
    const life = { records: records.length, fromAbs: records[0].abs, toAbs: records[records.length - 1].abs, repeats };
    this.lives.push(life);
    return life;
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/*
 * Whoever is killed within a second of starting, again and again, must come through its ring all the same. Before the
 * settled place was saved soon, a life kept only what its first poll had brought, 40 records, whatever it read after
 * that: a reader without any work of its own read up to 1,200 records again in each life, and life 8 and 10 of ten
 * ended before the one ahead of them.
 */
describe(`a reader that is killed ${LIFE_MS} ms after its first batch, ${KILLS} times`, function () {
  this.timeout(600_000);
  let plc: Plc | undefined;
  let lives: Lives | undefined;

  afterEach(async () => {
    lives?.end();
    await plc?.stop();
  });

  for (const { commit, workMs } of [
    { commit: 'onSend', workMs: 0 },
    { commit: 'onSend', workMs: 30 },
    { commit: 'onAck', workMs: 30 }
  ] as const)
    it(
      `${commit}, ${workMs} ms a batch: each life ends further on, repeats stay within the published ` +
        'bound, the next life drains the ring',
      async () => {
        plc = await startPlc({ rate: 100, ringBytes: RING_BYTES, truthLimit: 1_000_000 });
        const { simulator } = plc;
        // Most of the ring is full when it is first seen.
        while (simulator.statistics().headAbs < 0.9 * RING_BYTES) simulator.command('burst', 100);
        lives = new Lives(plc, { ...SETTINGS, commit }, workMs);
        for (let kill = 0; kill < KILLS; kill++) await lives.live((_, sinceMs) => sinceMs >= LIFE_MS);
        simulator.command('stop-producer');
        simulator.command('high-water');
        const since = performance.now();
        await lives.live(({ state, lag }) => {
          if (performance.now() - since > 120_000) throw new Error('the ring was not drained');
          return state === 'idle' && lag === 0;
        });
        const all = lives.lives;
        console.log(
          all
            .map(
              ({ records, fromAbs, toAbs, repeats }, i) =>
                `      life ${i + 1}: ${records} records from ${fromAbs} to ${toAbs}, ${repeats} of them again`
            )
            .join('\n')
        );
        const faults: string[] = [];
        for (let i = 1; i < all.length; i++) {
          if (all[i].toAbs <= all[i - 1].toAbs) faults.push(`life ${i + 1} ended at ${all[i].toAbs}`);
          if (all[i].fromAbs <= all[i - 1].fromAbs) faults.push(`life ${i + 1} began at ${all[i].fromAbs} again`);
          if (all[i].repeats > REPEATS) faults.push(`life ${i + 1}: ${all[i].repeats} again, at most ${REPEATS}`);
        }
        should(faults).eql([]);
        const { delivered, reported } = lives;
        const missing = simulator
          .truth()
          .map(({ runId, sourceId, seq }) => `${runId}/${sourceId}/${seq}`)
          .filter((id) => !delivered.has(id) && !reported.has(id));
        should(missing).eql([]);
      }
    );
});
