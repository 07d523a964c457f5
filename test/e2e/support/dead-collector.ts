import should from 'should';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptedReceiver } from '../../lib/otlp/support/scripted-receiver';
import { Collector } from './otlp-outage';
import { catchTo, chain } from './flows';
import { Plc, startPlc } from './plc';
import { until } from './process';
import { FlowNode, Runtime } from './runtime';
import { makeUserDirectory, removeUserDirectory } from './user-directory';

/** What is known of one run in which a collector was dead. */
export interface DeadRun {
  /** Rows in the database and lines in the file when it died, and when it came back. */
  readonly before: readonly [number, number];
  readonly meanwhile: readonly [number, number];
  /** The statuses of the reader and of openot-otlp at the end of the outage. */
  readonly reader: string;
  readonly otlp: string;
  readonly produced: number;
  /** Of the produced records, how many each branch has, and how many of these more than once. */
  readonly have: readonly { readonly records: number; readonly twice: number }[];
  /** What Catch nodes heard: the codes, each once per error. */
  readonly errors: readonly string[];
}

/** A function node that stores the uids of documents, each row after a moment, as a database does. */
function rows(id: string, path: string, delayMs: number): FlowNode {
  return {
    id,
    type: 'function',
    z: 'tab',
    name: id,
    outputs: 0,
    timeout: 0,
    noerr: 0,
    initialize: '',
    finalize: '',
    libs: [],
    x: 900,
    y: 80,
    wires: [],
    func: `
      const uids = msg.payload.filter(({ kind }) => kind === 'event').map(({ provenance, seq }) =>
        ['test', provenance.incarnation ?? 0, provenance.runId, provenance.source.id, seq].join('/') + '\\n');
      const write = () => { global.get('fs').appendFileSync(${JSON.stringify(path)}, uids.join('')); node.done(); };
      ${delayMs} > 0 ? setTimeout(write, ${delayMs}) : write();`
  };
}

/**
 * One reader with three branches (a database, a file, OpenTelemetry) whose collector is killed for `deadMs` and until
 * `isFelt` says that it shows, then comes back; runs until everything that was produced has arrived.
 */
export async function runDeadCollector(
  whenAway: 'wait' | 'bestEffort',
  rate: number,
  deadMs: number,
  isFelt: (reader: string, newRows: number) => boolean
): Promise<DeadRun> {
  const plc = await startPlc({ rate, ringBytes: 1 << 20, truthLimit: 1_000_000 });
  const receiver = await ScriptedReceiver.start();
  const collector = new Collector(receiver);
  const userDir = await makeUserDirectory();
  let runtime: Runtime | undefined;
  const linesOf = (name: string): string[] =>
    existsSync(join(userDir, name)) ? readFileSync(join(userDir, name), 'utf8').split('\n').slice(0, -1) : [];
  const counts = (): [number, number] => [linesOf('rows').length, linesOf('lines').length];
  try {
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(nodesOf(plc, receiver.url, userDir, whenAway)));
    runtime = await Runtime.start(userDir);
    const status = (id: string): string => runtime!.comms.status.get(id)?.text ?? '';
    const context = (): string =>
      `${status('reader')} | ${status('otlp')} | rows ${String(counts())} | stored ${collector.stored.size}\n` +
      runtime!.log.slice(-2000);
    // What came before Node-RED ran is read in large batches.
    const isCaughtUp = (): boolean => {
      const least = plc.simulator.statistics().written - rate;
      return Math.min(collector.stored.size, ...counts()) > Math.max(0, least);
    };
    await until('the records until now', isCaughtUp, context);

    await receiver.kill();
    const before = counts();
    const endMs = Date.now() + deadMs;
    await until(
      'what the outage does',
      () => Date.now() >= endMs && isFelt(status('reader'), counts()[0] - before[0]),
      context,
      deadMs + 120_000
    );
    const meanwhile = counts();
    const [reader, otlp] = [status('reader'), status('otlp')];
    await receiver.start();
    plc.simulator.command('stop-producer');
    const { written } = plc.simulator.statistics();
    const produced = new Set(
      plc.simulator.truth().map(({ runId, sourceId, seq }) => `test/0/${runId}/${sourceId}/${seq}`)
    );
    should(produced.size).equal(written);
    const of = (uids: readonly string[]): { records: number; twice: number } => {
      const own = uids.filter((uid) => produced.has(uid));
      const records = new Set(own).size;
      return { records, twice: own.length - records };
    };
    const have = (): { records: number; twice: number }[] => [
      of(linesOf('rows')),
      of(linesOf('lines')),
      of([...collector.stored].flatMap(([uid, times]) => Array<string>(times).fill(uid)))
    ];
    await until('everything in every branch', () => have().every(({ records }) => records === written), context);
    const errors = linesOf('errors').map((line) => line.split(' ')[0]);
    return { before, meanwhile, reader, otlp, produced: written, have: have(), errors };
  } finally {
    runtime?.kill();
    await receiver.kill();
    await plc.stop();
    await removeUserDirectory(userDir);
  }
}

function nodesOf(plc: Plc, collector: string, userDir: string, whenAway: string): FlowNode[] {
  return [
    ...chain({
      endpoint: plc.endpointUrl,
      controlNode: plc.controlNodeId,
      ringNode: plc.ringNodeIds.join('\n'),
      definition: { source: 'json', json: plc.simulator.definitionText() },
      reader: { commit: 'onSend', maxInFlight: '16', statusInterval: '500' },
      doc: { profile: 'enriched', format: 'object' },
      after: [['otel', 'database', 'file']]
    }),
    rows('database', join(userDir, 'rows'), 5),
    rows('file', join(userDir, 'lines'), 0),
    {
      id: 'otel',
      type: 'openot-otel',
      z: 'tab',
      name: '',
      x: 500,
      y: 300,
      maxAge: '100',
      wires: [['otlp'], ['otlp'], ['otlp']]
    },
    {
      id: 'otlp',
      type: 'openot-otlp',
      z: 'tab',
      name: 'collector',
      endpoint: collector,
      compression: 'gzip',
      timeout: '5000',
      whenAway,
      x: 600,
      y: 300,
      wires: [[], []]
    },
    ...catchTo(join(userDir, 'errors'))
  ];
}
