import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  entriesOf,
  LogSource,
  parseVkey,
  readCheckpoint,
  readEntry,
  VerifyReport,
  verifyArchive
} from '../../../lib/archive';
import { decodeRecord } from '../../../lib/wire';
import type { Plc } from './plc';
import type { FlowNode } from './runtime';

const ORIGIN = 'plant.example/killed';

/** Puts an archive behind the reader of a flow; what leaves its second output is kept in a file outside of it. */
export const withArchive =
  (userDir: string) =>
  (flow: readonly FlowNode[]): FlowNode[] => {
    const reader = flow.find(({ type }) => type === 'openot-reader');
    if (reader === undefined) throw new Error('the flow has no reader');
    const [behind, status] = reader.wires as string[][];
    const { z } = reader;
    return [
      ...flow.map((node) => (node === reader ? { ...node, wires: [['archive'], status] } : node)),
      {
        id: 'archive',
        type: 'openot-archive',
        z,
        folder: join(userDir, 'evidence'),
        origin: ORIGIN,
        checkpointInterval: '1000',
        flushDelay: '50',
        wires: [behind, ['sent']]
      },
      {
        id: 'sent',
        type: 'file',
        z,
        filename: join(userDir, 'sent.txt'),
        filenameType: 'str',
        appendNewline: false,
        createDir: false,
        overwriteFile: 'false',
        encoding: 'none',
        wires: [[]]
      }
    ];
  };

/** What an archive holds after all lives of its runtime, against what the controller wrote. */
export interface ArchiveSums {
  readonly report: VerifyReport;
  /** Checkpoints that left the node, whole ones. */
  readonly sent: number;
  readonly produced: number;
  readonly stored: number;
  readonly declaredLost: number;
  /** Neither stored nor declared; stored twice; stored and never written. */
  readonly silent: readonly string[];
  readonly twice: readonly string[];
  readonly invented: readonly string[];
}

/** Verifies the archive with its key and every checkpoint that was sent, and counts what is in it. */
export async function archiveSums(userDir: string, plc: Plc): Promise<ArchiveSums> {
  const folder = join(userDir, 'evidence');
  const source: LogSource = {
    read: (path) => {
      const at = join(folder, path);
      return Promise.resolve(existsSync(at) && statSync(at).isFile() ? readFileSync(at) : undefined);
    }
  };
  const key = parseVkey(readFileSync(join(userDir, 'openot', 'keys', 'archive.vkey'), 'utf8'));
  if (!key.ok) throw new Error(key.message);
  // A kill may cut the last one that a life wrote: the next one stands behind it.
  const text = readFileSync(join(userDir, 'sent.txt'), 'utf8');
  const since = text.match(/plant\.example\/killed\n[0-9]+\n[^\n]+\n\n— [^\n]+\n/gu) ?? [];
  const report = await verifyArchive(source, { keys: [key.verifier], since });
  const stored = new Map<string, number>();
  const lost = new Set<string>();
  const checkpoint = readCheckpoint((await source.read('checkpoint')) ?? '');
  for await (const { bytes } of entriesOf(source, checkpoint.ok ? checkpoint.checkpoint.size : 0)) {
    const read = readEntry(bytes);
    if (!read.ok) throw new Error(read.message);
    const { entry } = read;
    if (entry.kind === 'loss')
      for (let seq = entry.firstSeq; seq <= entry.lastSeq; seq++) lost.add(`${entry.runId}/${entry.sourceId}/${seq}`);
    if (entry.kind !== 'record') continue;
    const record = decodeRecord(Buffer.from(entry.bytes ?? '', 'base64'));
    if (!record.ok) throw new Error(record.kind);
    const id = `${record.runId}/${record.sourceId}/${record.safeSeq}`;
    stored.set(id, (stored.get(id) ?? 0) + 1);
  }
  const ids = new Set(plc.simulator.truth().map(({ runId, sourceId, seq }) => `${runId}/${sourceId}/${seq}`));
  return {
    report,
    sent: since.length,
    produced: ids.size,
    stored: stored.size,
    declaredLost: [...lost].filter((id) => ids.has(id) && !stored.has(id)).length,
    silent: [...ids].filter((id) => !stored.has(id) && !lost.has(id)),
    twice: [...stored].filter(([, times]) => times > 1).map(([id]) => id),
    invented: [...stored.keys()].filter((id) => !ids.has(id))
  };
}

/** For the log. */
export const archiveLine = ({ report, sent, produced, stored, declaredLost, silent, twice }: ArchiveSums): string =>
  `archive of ${report.size} entries: produced ${produced}, stored ${stored}, declared lost ${declaredLost}, silent ` +
  `${silent.length}, twice ${twice.length}; ${report.since.length} of ${sent} checkpoints that were sent are prefixes`;
