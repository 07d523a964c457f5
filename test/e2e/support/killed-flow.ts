import { ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plc } from './plc';
import { sleep, until } from './process';
import { FlowNode, freePort } from './runtime';
import { root, toolchain } from './toolchain';

/** Of the reader, small: the bound for duplicates is made of them. */
export const MAX_IN_FLIGHT = 4;
export const MAX_RECORDS = 100;

const TAIL_BYTES = 1 << 18;
/** A runtime on a machine that does much else starts in minutes: this is for one that never does. */
const SLOW_MS = 900_000;

/** One line of the file, as far as it is needed to count. */
interface Line {
  readonly kind: 'event' | 'loss' | 'placeholder';
  readonly provenance: { readonly runId: number | string; readonly source: { readonly id: number } };
  readonly seq: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly class: 'lost' | 'indeterminate' | 'before-contact';
}

/** What stands in the file after all lives of the runtime, held against what the controller wrote. */
export interface KillSums {
  readonly produced: number;
  readonly delivered: number;
  readonly duplicates: number;
  /** The most that one life wrote of what earlier ones had written. */
  readonly duplicatesOfOneKill: number;
  readonly lost: number;
  /** Reported as such, and how many of them were delivered after all. */
  readonly indeterminate: number;
  readonly indeterminateDelivered: number;
  readonly silent: string[];
  readonly invented: string[];
  readonly lostAndDelivered: string[];
  /**
   * In one and the same life. A kill lets what was not acknowledged come again, reports too, and what was lost then may
   * be open now.
   */
  readonly reportedTwice: string[];
  /** Lines cut off by a kill: the next life's first line stands behind them. */
  readonly torn: number;
  /** Neither a document nor one that was cut off. */
  readonly broken: string[];
}

/** What was said of a seq that did not come. */
interface Report {
  /** The last one to say it. */
  readonly life: number;
  /** Some life was sure of it. */
  readonly isLost: boolean;
  readonly isRepeated: boolean;
}

/**
 * The example flow "Nothing lost: acknowledged into a file", reading a controller outside its process, whose runtime is
 * killed again and again. The file it writes is all that is looked at.
 */
export class KilledFlow {
  private readonly path: string;
  private readonly sizes: number[] = [];
  private child: ChildProcess | undefined;
  log = '';

  constructor(
    private readonly userDir: string,
    private readonly plc: Plc,
    /** What else is in the flow. */
    changed: (flow: readonly FlowNode[]) => readonly FlowNode[] = (flow) => flow
  ) {
    this.path = join(userDir, 'events.ndjson');
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(changed(this.flow())));
  }

  /** Bytes written so far. */
  get size(): number {
    return existsSync(this.path) ? statSync(this.path).size : 0;
  }

  get isRunning(): boolean {
    return this.child !== undefined;
  }

  /** Starts a runtime and does not wait for it. */
  async start(): Promise<void> {
    const tools = await toolchain();
    const port = await freePort();
    const child = spawn(tools.node, [tools.redJs, '-u', this.userDir], {
      cwd: this.userDir,
      env: { ...process.env, ...tools.env, OPENOT_TEST_PORT: String(port), NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe']
    });
    process.setMaxListeners(0);
    process.on('exit', () => child.kill('SIGKILL'));
    this.log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.log += chunk));
    this.child = child;
  }

  /** Waits until the flows of this life have started, however long its runtime takes. */
  startsFlows(): Promise<void> {
    return this.comesTo('the runtime to start its flows', () => this.log.includes('Started flows'));
  }

  /** Waits until this life has written something. */
  async writes(): Promise<void> {
    const before = this.size;
    await this.startsFlows();
    await this.comesTo('the flow to write', () => this.size > before);
  }

  private async comesTo(what: string, isThere: () => boolean): Promise<void> {
    await until(
      what,
      () => {
        if (this.child?.exitCode !== null) throw new Error(`the runtime has ended by itself\n${this.log}`);
        return isThere();
      },
      () => this.log,
      SLOW_MS
    );
  }

  /** `kill -9`, and nothing else. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
    this.sizes.push(this.size);
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.child = undefined;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  /** Waits until the last life has written all that there is to write; the controller must have stopped. */
  async rests(): Promise<void> {
    const { runId, sourceId, seq } = this.plc.simulator.truth().at(-1)!;
    const last = `${runId}/${sourceId}/${seq}`;
    await until(
      'the newest record',
      () => this.tail().has(last),
      () =>
        `${this.plc.simulator.statistics().written} written, ${this.read().delivered.size} ` +
        `delivered\n${this.log.slice(-3000)}`,
      SLOW_MS
    );
  }

  /**
   * What the end of the file holds. To parse all of it again and again would keep this process busy, in which the
   * controller answers its reader.
   */
  private tail(): ReadonlySet<string> {
    const length = Math.min(this.size, TAIL_BYTES);
    const bytes = Buffer.alloc(length);
    const file = openSync(this.path, 'r');
    readSync(file, bytes, 0, length, this.size - length);
    closeSync(file);
    const found = [...bytes.toString().matchAll(/^\{"kind":"(?:event|placeholder)".*\}$/gm)];
    return new Set(
      found
        .map(([line]) => JSON.parse(line) as Line)
        .map(({ provenance: { runId, source }, seq }) => `${runId}/${source.id}/${seq}`)
    );
  }

  sums(): KillSums {
    const truth = this.plc.simulator.truth();
    const { written } = this.plc.simulator.statistics();
    if (truth.length !== written) throw new Error(`the truth holds ${truth.length} of ${written} records`);
    const ids = new Set(truth.map(({ runId, sourceId, seq }) => `${runId}/${sourceId}/${seq}`));
    const { delivered, reported, torn, broken, duplicatesOfOneKill } = this.read();
    const lost = [...reported].filter(([, { isLost }]) => isLost).map(([id]) => id);
    const open = [...reported].filter(([, { isLost }]) => !isLost).map(([id]) => id);
    return {
      produced: ids.size,
      delivered: delivered.size,
      duplicates: [...delivered.values()].reduce((sum, times) => sum + times - 1, 0),
      duplicatesOfOneKill,
      lost: lost.length,
      indeterminate: open.length,
      indeterminateDelivered: open.filter((id) => delivered.has(id)).length,
      silent: [...ids].filter((id) => !delivered.has(id) && !reported.has(id)),
      invented: [...delivered.keys(), ...reported.keys()].filter((id) => !ids.has(id)),
      lostAndDelivered: lost.filter((id) => delivered.has(id)),
      reportedTwice: [...reported].filter(([, { isRepeated }]) => isRepeated).map(([id]) => id),
      torn,
      broken
    };
  }

  private read(): {
    delivered: Map<string, number>;
    reported: Map<string, Report>;
    torn: number;
    broken: string[];
    duplicatesOfOneKill: number;
  } {
    const delivered = new Map<string, number>();
    const reported = new Map<string, Report>();
    const broken: string[] = [];
    let torn = 0;
    /** By life. */
    const again = new Map<number, number>();
    const bytes = existsSync(this.path) ? readFileSync(this.path) : Buffer.alloc(0);
    let at = 0;
    for (const text of bytes.toString('utf8').split('\n')) {
      const life = this.sizes.filter((size) => size <= at).length;
      at += Buffer.byteLength(text) + 1;
      if (text === '') continue;
      const line = documentOf(text);
      if (line === undefined) {
        // The last one may be under way.
        if (at <= bytes.length) broken.push(text.slice(0, 200));
        else torn++;
        continue;
      }
      if (line.isBehindTorn) torn++;
      const { kind, provenance, seq, firstSeq, lastSeq } = line.document;
      const source = `${provenance.runId}/${provenance.source.id}`;
      if (kind !== 'loss') {
        const id = `${source}/${seq}`;
        if (delivered.has(id)) again.set(life, (again.get(life) ?? 0) + 1);
        delivered.set(id, (delivered.get(id) ?? 0) + 1);
        continue;
      }
      for (let lostSeq = firstSeq; lostSeq <= lastSeq; lostSeq++) {
        const id = `${source}/${lostSeq}`;
        const known = reported.get(id);
        const isLost = line.document.class !== 'indeterminate';
        reported.set(id, {
          life,
          isLost: isLost || known?.isLost === true,
          isRepeated: known !== undefined && (known.isRepeated || known.life === life)
        });
      }
    }
    return { delivered, reported, torn, broken, duplicatesOfOneKill: Math.max(0, ...again.values()) };
  }

  /** The example as it is shipped, without its own controller, its buttons and its debug nodes. */
  private flow(): FlowNode[] {
    const folder = join(root, 'examples');
    const file = readdirSync(folder).find((name) => name.startsWith('05'))!;
    const example = JSON.parse(readFileSync(join(folder, file), 'utf8')) as FlowNode[];
    const kept = example.filter(
      ({ type }) =>
        ['tab', 'file', 'catch'].includes(type) || (type.startsWith('openot-') && type !== 'openot-simulator')
    );
    const ids = new Set(kept.map(({ id }) => id));
    return kept.map((node) => ({
      ...node,
      ...this.changed(node),
      ...(Array.isArray(node.wires)
        ? { wires: (node.wires as string[][]).map((ends) => ends.filter((id) => ids.has(id))) }
        : {})
    }));
  }

  private changed({ type }: FlowNode): Partial<FlowNode> {
    const { plc } = this;
    switch (type) {
      case 'openot-opcua':
        return { endpoint: plc.endpointUrl };
      case 'openot-definition':
        return { json: plc.simulator.definitionText() };
      case 'openot-reader':
        return {
          controlNode: plc.controlNodeId,
          ringNode: plc.ringNodeIds.join('\n'),
          interval: '50',
          maxRecords: String(MAX_RECORDS),
          maxInFlight: String(MAX_IN_FLIGHT)
        };
      case 'openot-doc':
        return { profile: 'enriched' };
      case 'file':
        // Still an expression: with a fixed name the node keeps the file open and does not tell what it could not
        // write.
        return { filename: JSON.stringify(this.path), filenameType: 'jsonata' };
      default:
        return {};
    }
  }
}

/**
 * The document of a line; behind a line that a kill cut off, the next life's first one follows without a line break.
 */
function documentOf(text: string): { document: Line; isBehindTorn: boolean } | undefined {
  for (let at = 0; at >= 0; at = text.indexOf('{"kind":', at + 1)) {
    try {
      return { document: JSON.parse(text.slice(at)) as Line, isBehindTorn: at > 0 };
    } catch {
      // Cut off before that place, perhaps.
    }
  }
  return undefined;
}

/** Lets the last life write all that there is, once every source has had its last word, and stops it in order. */
export async function finish(flow: KilledFlow, plc: Plc): Promise<KillSums> {
  await flow.start();
  await flow.writes();
  // What was lost before it becomes known.
  plc.simulator.command('high-water');
  // The logger's own last word: a heartbeat.
  await sleep(700);
  plc.simulator.command('stop-producer');
  await flow.rests();
  await flow.stop();
  return flow.sums();
}

/** The published bound for what comes twice after one kill (docs/reader.md). */
export const duplicatesBound = (ringBytes: number): number => MAX_IN_FLIGHT * MAX_RECORDS + Math.floor(ringBytes / 44);

/** What must never be, with a few of those that are. */
export function faultsOf(sums: KillSums): string[] {
  const { silent, invented, lostAndDelivered, reportedTwice, broken } = sums;
  return Object.entries({ silent, invented, lostAndDelivered, reportedTwice, broken })
    .filter(([, found]) => found.length > 0)
    .map(([what, found]) => `${what}: ${found.length}, ${found.slice(0, 20).join(' ')}`);
}

/** For the log. */
export function killLine(sums: KillSums): string {
  const {
    produced,
    delivered,
    duplicates,
    duplicatesOfOneKill,
    lost,
    indeterminate,
    indeterminateDelivered,
    silent,
    invented,
    torn
  } = sums;
  return (
    `produced ${produced}, delivered ${delivered}, duplicates ${duplicates} (most after one kill ` +
    `${duplicatesOfOneKill}), lost ${lost}, indeterminate ${indeterminate} (of them delivered ` +
    `${indeterminateDelivered}), silently lost ${silent.length}, invented ${invented.length}, lines cut off ${torn}`
  );
}
