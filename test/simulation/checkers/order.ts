import { Books, nameOf, SeenBatch, Session } from '../books';
import { Checker } from './checker';

interface Line {
  next: number | undefined;
}

/**
 * Within one life of a reader each source of each run comes in ascending seqs, without a hole: what is missing is reported
 * lost before the first record behind the gap, once.
 */
export function orderChecker(books: Books, isCountedFromZero: () => boolean): Checker {
  const { alarm } = books;
  let lines = new Map<string, Line>();
  let incarnation = -1;
  /** Run that was joined in the middle: up to it a source may begin anywhere. */
  let joined: bigint | undefined;
  let counts = true;
  const lineOf = (runId: string, sourceId: number): Line => {
    const key = `${runId}/${sourceId}`;
    let line = lines.get(key);
    const isJoined = !counts || (joined !== undefined && BigInt(runId) <= joined);
    if (line === undefined) lines.set(key, (line = { next: isJoined ? undefined : 0 }));
    return line;
  };
  return {
    started: ({ checkpoint }: Session) => {
      lines = new Map();
      incarnation = checkpoint?.incarnation ?? 0;
      counts = checkpoint !== undefined || isCountedFromZero();
      const accounting = checkpoint?.accounting as { joined?: string; runs: { runId: string; sources: number[][] }[] } | undefined;
      joined = accounting?.joined === undefined ? undefined : BigInt(accounting.joined);
      for (const { runId, sources } of accounting?.runs ?? []) for (const [sourceId, , next] of sources) lines.set(`${runId}/${sourceId}`, { next });
    },
    handedOn: (_session: Session, seen: SeenBatch) => {
      if (seen.incarnation !== incarnation) {
        lines = new Map();
        counts = true;
        joined = undefined;
      }
      incarnation = seen.incarnation;
      for (const entry of seen.entries) {
        if (entry.kind === 'record') {
          const { record } = entry;
          const line = lineOf(record.chain.runId, record.chain.sourceId);
          if (line.next !== undefined && record.seq !== line.next) alarm.raise('order', `${nameOf(record)} came where seq ${line.next} was due`);
          line.next = record.seq + 1;
        } else if (entry.notice.kind === 'loss' && entry.notice.upgrade !== true) {
          const { runId, sourceId, firstSeq, lastSeq } = entry.notice;
          const line = lineOf(runId, sourceId);
          if (line.next !== undefined && firstSeq !== line.next) alarm.raise('order', `seqs ${firstSeq} to ${lastSeq} of run ${runId} source ${sourceId} are reported lost where seq ${line.next} was due`);
          line.next = lastSeq + 1;
        }
      }
    }
  };
}
