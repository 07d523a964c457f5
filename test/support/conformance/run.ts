import { RingWriter } from '../../../lib/ring';
import { LossItem } from '../../../lib/stream';
import { RingRecord } from './read-ring';
import { LossAccounting } from '../../../lib/loss';
import { LiveConsumer } from './live-consumer';
import { ExpectedRecord, Oracle, Violation } from './oracles';

export interface SourceLine {
  readonly runId: bigint;
  readonly sourceId: number;
  readonly expected: number;
  readonly delivered: number;
  readonly lost: number;
}

/** What a conformance run found. */
export interface RunReport {
  readonly records: RingRecord[];
  readonly losses: LossItem[];
  readonly violations: Violation[];
  readonly sources: SourceLine[];
  readonly polls: number;
  readonly lappedBatches: number;
  readonly retries: number;
  readonly rejected: number;
  readonly headAbs: number;
  readonly oldestAbs: number;
  readonly lostCount: number;
}

/** Reads a ring to its head after all was written, in at most 8 polls, and accounts for every record. */
export function readAll(writer: RingWriter, expected: readonly ExpectedRecord[], oracle: Oracle): RunReport {
  const consumer = new LiveConsumer({
    bytes: writer.bytes,
    control: () => ({ headAbs: writer.headAbs, oldestAbs: writer.oldestAbs }),
    oldest: () => writer.oldestAbs
  });
  const accounting = new LossAccounting();
  const records: RingRecord[] = [];
  const losses: LossItem[] = [];
  const violations: Violation[] = [];
  let polls = 0;
  while (polls < 8 && (polls === 0 || consumer.cursor !== writer.headAbs)) {
    for (const delivered of consumer.poll().records) {
      violations.push(...oracle.observe(delivered));
      const result = accounting.account(delivered.record);
      if (!result.ok) throw new Error(result.code);
      losses.push(...result.losses);
      records.push(delivered);
    }
    polls++;
  }
  return {
    records,
    losses,
    violations,
    polls,
    sources: linesOf(expected, accounting),
    lappedBatches: consumer.lappedBatches,
    retries: consumer.retries,
    rejected: consumer.rejected,
    headAbs: writer.headAbs,
    oldestAbs: writer.oldestAbs,
    lostCount: writer.lostCount
  };
}

function linesOf(expected: readonly ExpectedRecord[], accounting: LossAccounting): SourceLine[] {
  const lines = new Map<string, SourceLine>();
  for (const { runId, sourceId } of expected) {
    const known = lines.get(`${runId}/${sourceId}`)?.expected ?? 0;
    lines.set(`${runId}/${sourceId}`, {
      runId,
      sourceId,
      expected: known + 1,
      delivered: accounting.delivered(runId, sourceId),
      lost: accounting.lost(runId, sourceId)
    });
  }
  return [...lines.values()];
}

/** The first thing that makes a run fail, in the order of docs/format.md 9, or undefined when it passes. */
export function whyFailed(
  report: RunReport,
  demands: { readonly minHead?: number; readonly pressure?: boolean; readonly pollErrors?: number } = {}
): string | undefined {
  if (report.sources.reduce((sum, line) => sum + line.delivered, 0) <= 0) return 'nothing delivered';
  if (demands.minHead !== undefined && report.headAbs <= demands.minHead) return 'head too low';
  if (demands.pressure === true && report.lostCount <= 0) return 'no pressure';
  if (report.rejected !== 0) return 'records rejected';
  if ((demands.pollErrors ?? 0) !== 0) return 'poll errors';
  if (report.violations.length !== 0) return `oracle: ${report.violations[0].kind}`;
  const open = report.sources.find((line) => line.delivered + line.lost !== line.expected);
  return open === undefined
    ? undefined
    : `source ${open.sourceId}: ${open.delivered} + ${open.lost} is not ${open.expected}`;
}
