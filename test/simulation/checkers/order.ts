import { Books, nameOf, SeenBatch, Session } from '../books';
import { Checker } from './checker';

interface Line {
  next: number | undefined;
}

/** What one reader is expected to hand on next. */
interface Expectation {
  lines: Map<string, Line>;
  incarnation: number;
  /** Run that was joined in the middle: up to it a source may begin anywhere. */
  joined: bigint | undefined;
  countsFromZero: boolean;
}

/**
 * Within one life of a reader each source of each run comes in ascending seqs, without a hole: what is missing is
 * reported
 * lost before the first record behind the gap, once.
 */
export function orderChecker(books: Books, isCountedFromZero: () => boolean): Checker {
  const { alarm } = books;
  const expected = new WeakMap<Session, Expectation>();
  const lineOf = ({ lines, joined, countsFromZero }: Expectation, runId: string, sourceId: number): Line => {
    const key = `${runId}/${sourceId}`;
    let line = lines.get(key);
    const isJoined = !countsFromZero || (joined !== undefined && BigInt(runId) <= joined);
    if (line === undefined) lines.set(key, (line = { next: isJoined ? undefined : 0 }));
    return line;
  };
  return {
    started: (session: Session) => {
      const { checkpoint } = session;
      const accounting = checkpoint?.accounting as
        { joined?: string; runs: { runId: string; sources: number[][] }[] } | undefined;
      const lines = new Map<string, Line>();
      for (const { runId, sources } of accounting?.runs ?? [])
        for (const [sourceId, , next] of sources) lines.set(`${runId}/${sourceId}`, { next });
      const joined = accounting?.joined === undefined ? undefined : BigInt(accounting.joined);
      expected.set(session, {
        lines,
        incarnation: checkpoint?.incarnation ?? 0,
        joined,
        countsFromZero: checkpoint !== undefined || isCountedFromZero()
      });
    },
    handedOn: (session: Session, seen: SeenBatch) => {
      const own = expected.get(session) as Expectation;
      if (seen.incarnation !== own.incarnation) {
        own.lines = new Map();
        own.countsFromZero = true;
        own.joined = undefined;
      }
      own.incarnation = seen.incarnation;
      for (const entry of seen.entries) {
        if (entry.kind === 'record') {
          const { record } = entry;
          const line = lineOf(own, record.chain.runId, record.chain.sourceId);
          if (line.next !== undefined && record.seq !== line.next)
            alarm.raise('order', `${nameOf(record)} came where seq ${line.next} was due`);
          line.next = record.seq + 1;
        } else if (entry.notice.kind === 'loss' && entry.notice.upgrade !== true) {
          const { runId, sourceId, firstSeq, lastSeq } = entry.notice;
          const line = lineOf(own, runId, sourceId);
          if (line.next !== undefined && firstSeq !== line.next)
            alarm.raise(
              'order',
              `seqs ${firstSeq} to ${lastSeq} of run ${runId} source ${sourceId} are reported lost where seq ` +
                `${line.next} was due`
            );
          line.next = lastSeq + 1;
        }
      }
    }
  };
}
