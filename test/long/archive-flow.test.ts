import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { LogSource, verifyArchive } from '../../lib/archive';
import { chain } from '../e2e/support/flows';
import { Plc, startPlc } from '../e2e/support/plc';
import { addProbe, probe } from '../e2e/support/probe';
import { sleep, until } from '../e2e/support/process';
import { FlowNode, Runtime } from '../e2e/support/runtime';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';
import { isFlat, Memory } from './support/memory';

const SECONDS = Number(process.env.OPENOT_SECONDS ?? 600);
const RATE = 500;
const SAMPLE_MS = 5_000;
const CHECKPOINT_MS = 10_000;

/** What came until now, and how long some records took from the controller's clock to here, in ms. */
interface Arrived {
  readonly records: number;
  readonly latencies: readonly number[];
}

/** Runs in Node-RED: writes a line of what arrived into a file each few seconds. */
const measure = (path: string): string => `
const now = Date.now();
const kept = context.get('kept') ?? { records: 0, latencies: [], told: now };
for (const { kind, provenance: { sourceTimeNs } } of msg.payload) {
  if (kind === 'loss') continue;
  kept.records++;
  if (sourceTimeNs !== undefined && kept.records % 10 === 0)
    kept.latencies.push(now - Number(BigInt(sourceTimeNs) / 1000000n));
}
if (now - kept.told >= ${SAMPLE_MS}) {
  const { records, latencies } = kept;
  global.get('fs').appendFileSync(${JSON.stringify(path)}, JSON.stringify({ records, latencies }) + '\\n');
  kept.told = now;
  kept.latencies = [];
}
context.set('kept', kept);
`;

/** One runtime, and what it has used. */
interface Measured {
  readonly runtime: Runtime;
  readonly folder: string;
  readonly memory: Memory;
  /** What had arrived, and processor milliseconds, when the measurement began and ended. */
  readonly marks: { readonly records: number; readonly cpuMs: number; readonly nowMs: number }[];
}

const arrivedIn = (folder: string): Arrived[] => {
  const path = join(folder, 'arrived.ndjson');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Arrived);
};

/** Two runtimes read one controller at the same time: one flow with an archive behind its reader, one without. */
describe(`An archive at ${RATE} events/s for ${SECONDS} s with a checkpoint each ${CHECKPOINT_MS / 1000} s`, function () {
  this.timeout(SECONDS * 1000 + 3_600_000);
  let plc: Plc | undefined;
  const all: Measured[] = [];

  after(async () => {
    for (const { runtime } of all) runtime.kill();
    await plc?.stop();
    for (const { folder } of all) await removeUserDirectory(folder);
  });

  function flow(made: Plc, folder: string, hasArchive: boolean): FlowNode[] {
    const nodes = chain({
      endpoint: made.endpointUrl,
      controlNode: made.controlNodeId,
      ringNode: made.ringNodeIds.join('\n'),
      definition: { json: made.simulator.definitionText() },
      doc: { profile: 'enriched', format: 'object' },
      ...(hasArchive ? { reader: { wires: [['archive'], []] } } : {}),
      after: [['measure']]
    });
    const func = measure(join(folder, 'arrived.ndjson'));
    nodes.push({ id: 'measure', type: 'function', z: 'tab', func, outputs: 0, libs: [], wires: [] });
    if (hasArchive)
      nodes.push({
        id: 'archive',
        type: 'openot-archive',
        z: 'tab',
        folder: join(folder, 'evidence'),
        checkpointInterval: String(CHECKPOINT_MS),
        wires: [['decoder'], []]
      });
    return nodes;
  }

  async function started(hasArchive: boolean): Promise<Measured> {
    const folder = await makeUserDirectory();
    addProbe(folder);
    const runtime = await Runtime.start(folder);
    await runtime.deploy(flow(plc as Plc, folder, hasArchive));
    return { runtime, folder, memory: new Memory(), marks: [] };
  }

  async function mark({ runtime, folder, marks, memory }: Measured): Promise<void> {
    const { cpuMs, rss, heapUsed } = await probe(runtime);
    marks.push({ records: arrivedIn(folder).at(-1)?.records ?? 0, cpuMs, nowMs: performance.now() });
    memory.add(rss, heapUsed);
  }

  it('keeps its memory, and its log holds all that was handed on; what it costs is printed', async () => {
    plc = await startPlc({ rate: RATE, ringBytes: 1 << 22 });
    plc.simulator.command('stop-producer');
    for (const hasArchive of [false, true]) all.push(await started(hasArchive));
    plc.simulator.command('start-producer');
    for (const { runtime, folder } of all)
      await until(
        'records',
        () => arrivedIn(folder).length > 3,
        () => runtime.log
      );
    const begun = all.map(({ folder }) => arrivedIn(folder).length);
    for (let at = 0; at < SECONDS; at += SAMPLE_MS / 1000) {
      for (const one of all) await mark(one);
      await sleep(SAMPLE_MS);
    }
    const costs = all.map((one, i) => costOf(one, arrivedIn(one.folder).slice(begun[i])));
    for (const [i, name] of ['without archive', 'with archive'].entries())
      console.log(`      ${name.padEnd(16)} ${costs[i].line}; ${all[i].memory.line()}`);
    console.log(`      processor time of a record: ${(costs[1].cpuUs / costs[0].cpuUs).toFixed(2)} of that without`);
    for (const { runtime } of all) should(runtime.complaints()).eql([]);
    should(all.filter(({ memory }) => !isFlat(memory)).map(({ memory }) => memory.line())).eql([]);
    const { runtime, folder } = all[1];
    await runtime.stop();
    const source: LogSource = {
      read: (path) => {
        const at = join(folder, 'evidence', path);
        return Promise.resolve(existsSync(at) ? readFileSync(at) : undefined);
      }
    };
    const report = await verifyArchive(source);
    should(report.findings).eql([]);
    should(report.streams.map(({ records }) => records >= arrivedIn(folder).at(-1)!.records)).eql([true]);
  });
});

function costOf({ marks }: Measured, arrived: readonly Arrived[]): { line: string; cpuUs: number } {
  const [first, last] = [marks[0], marks[marks.length - 1]];
  const records = last.records - first.records;
  const cpuMs = last.cpuMs - first.cpuMs;
  const ms = last.nowMs - first.nowMs;
  const latencies = arrived.flatMap((one) => one.latencies).sort((a, b) => a - b);
  const at = (part: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))];
  const cpuUs = (cpuMs * 1000) / records;
  const line =
    `${Math.round((records * 1000) / ms)} records/s, ${((cpuMs / ms) * 100).toFixed(1)} % of a core, ` +
    `${cpuUs.toFixed(0)} us a record; latency ms: median ${at(0.5)}, 95 % ${at(0.95)}, 99 % ${at(0.99)}, most ${at(1)}`;
  return { line, cpuUs };
}
