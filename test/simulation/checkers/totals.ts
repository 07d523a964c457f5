import { Reader, ReaderTotals } from '../../../lib/reader';
import { Books, SeenBatch, Session } from '../books';
import { Checker } from './checker';

/** The totals of the status are the sums of what this reader handed on. */
export function totalsChecker(
  books: Books,
  last: () => { readonly reader: Reader; readonly session: Session }
): Checker {
  const sumsOf = new WeakMap<Session, ReaderTotals>();
  return {
    started: (session: Session) =>
      void sumsOf.set(session, {
        records: 0,
        bytes: 0,
        lost: 0,
        indeterminate: 0,
        beforeContact: 0,
        laps: 0,
        skipped: 0,
        incarnations: 0
      }),
    handedOn: (session: Session, seen: SeenBatch) => {
      const sums = sumsOf.get(session) as ReaderTotals;
      sums.records += seen.records;
      sums.bytes += seen.batch.payload.length;
      for (const entry of seen.entries) {
        if (entry.kind === 'record') continue;
        const { notice } = entry;
        if (notice.kind === 'lap') sums.laps++;
        else if (notice.kind === 'skipped') sums.skipped++;
        else if (notice.kind === 'incarnation') sums.incarnations++;
        else if (notice.upgrade !== true) {
          if (notice.class === 'before-contact') sums.beforeContact += notice.count;
          else sums.lost += notice.count;
          if (notice.class === 'indeterminate') sums.indeterminate += notice.count;
        }
      }
    },
    atRest: () => {
      const { reader, session } = last();
      const { totals } = reader.status();
      for (const [name, sum] of Object.entries(sumsOf.get(session) as ReaderTotals)) {
        if (totals[name as keyof typeof totals] !== sum)
          books.alarm.raise(
            'totals',
            `the status says ${name} ${totals[name as keyof typeof totals]}, handed on were ${sum}`
          );
      }
    }
  };
}
