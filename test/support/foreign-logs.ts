import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentOf, type LogContent, runPoll, type LogError, decodeLogRecords } from '../../lib/logobject';
import { type LogAnswer, type LogCall, LogStore, Producer, startOpcuaServer } from '../../lib/simulator';
import { createOpcuaConnection, createOpcuaLogs } from '../../lib/transport/opcua';
import { bytesOf, loadVectors, type Vector } from '../lib/logobject/support/vectors';
import { keyAtHand } from './key-at-hand';
import { COLLECT_ALL } from './log-settings';

const NAMESPACE = 'urn:openot:simulator';
/** Nothing is handed on before the end. */
const SETTINGS = { ...COLLECT_ALL, takeAfter: 1_000_000 };

/** A log whose pages are bytes that a foreign encoder made, sent as they are. */
class ForeignLog extends LogStore {
  constructor(private readonly bodies: readonly Uint8Array[]) {
    super();
  }

  override getRecords({ continuationPoint }: LogCall): LogAnswer {
    const at = continuationPoint === null || continuationPoint.length === 0 ? 0 : continuationPoint[0];
    const point = at + 1 < this.bodies.length ? Buffer.of(at + 1) : null;
    return { ok: true, records: [], body: this.bodies[at], continuationPoint: point };
  }
}

/** A server with a log for every vector, named like it. */
export async function serveForeignLogs(): Promise<{ readonly endpointUrl: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'openot-foreign-'));
  const server = await startOpcuaServer({
    producer: new Producer({ ringBytes: 4096, clock: () => 1n, definitionHash: '00112233445566aa' }),
    port: 0,
    pkiFolder: keyAtHand(folder),
    logs: loadVectors().map(({ name, bodies }) => ({ name, store: new ForeignLog(bodies.map(bytesOf)) }))
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { endpointUrl: server.endpointUrl, stop };
}

/** What was read of a log: its records, why some may be missing, and what was warned of. */
export interface ForeignReading {
  readonly contents: readonly LogContent[];
  readonly verdicts: readonly string[];
  readonly warnings: readonly string[];
}

/** Reads all of them over a real connection, as a collector does. */
export async function readForeignLogs(endpoint: string): Promise<Record<string, ForeignReading | LogError>> {
  const pkiFolder = mkdtempSync(join(tmpdir(), 'openot-foreign-client-'));
  const connection = createOpcuaConnection({ endpoint, pkiFolder: keyAtHand(pkiFolder) });
  const readings: Record<string, ForeignReading | LogError> = {};
  for (const { name } of loadVectors()) {
    const logs = createOpcuaLogs(connection);
    const warnings: string[] = [];
    const opened = await logs.open([`nsu=${NAMESPACE};s=${name}`], ({ code }) => warnings.push(code));
    if (!opened.ok) throw new Error(opened.message);
    const run = await runPoll(opened.logs[0].port, undefined, SETTINGS, async () => undefined);
    readings[name] = run.ok
      ? {
          contents: run.outcome.records.map(({ content }) => content),
          verdicts: run.outcome.gaps.map(({ verdict }) => verdict),
          warnings
        }
      : run;
    await logs.close();
  }
  await connection.destroy();
  rmSync(pkiFolder, { recursive: true, force: true });
  return readings;
}

/** The records of a vector by the decoder alone, in the order of their Times, and whether its bytes end in none. */
export function expectedOf(
  { bodies }: Vector,
  namespaces: readonly string[]
): Pick<ForeignReading, 'contents' | 'verdicts'> {
  const decoded = bodies.map((body) => decodeLogRecords(bytesOf(body)));
  const records = decoded.flatMap((page) => (page.ok ? page.records : page.detail.records));
  return {
    contents: records
      .sort((a, b) => (a.ticks < b.ticks ? -1 : a.ticks > b.ticks ? 1 : 0))
      .map((record) => contentOf(record, namespaces)),
    verdicts: decoded.filter(({ ok }) => !ok).map(() => 'unreadable')
  };
}
