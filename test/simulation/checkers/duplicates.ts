import { Books, Fate, nameOf, SeenBatch, Session } from '../books';
import { Checker } from './checker';

/**
 * Duplicates come only from a restart, only from behind the checkpoint that was loaded, and not more of them than the
 * ring
 * holds; a reader hands nothing on twice.
 */
export function duplicatesChecker(books: Books): Checker {
  const { alarm } = books;
  const again = new WeakMap<Session, number>();
  return {
    handedOn: (session: Session, seen: SeenBatch) => {
      const { checkpoint, number, limits } = session;
      for (const entry of seen.entries) {
        if (entry.kind !== 'record') continue;
        const { record } = entry;
        if (books.handedOnBy(record.serial) === number)
          alarm.raise('duplicates', `${nameOf(record)} was handed on twice by one reader`);
        books.handedOn(record.serial, number);
        if (
          checkpoint !== undefined &&
          (seen.incarnation < checkpoint.incarnation ||
            (seen.incarnation === checkpoint.incarnation && record.abs < checkpoint.cursor))
        )
          alarm.raise(
            'duplicates',
            `${nameOf(record)} at position ${record.abs} stands before the saved checkpoint ` +
              `${checkpoint.incarnation}/${checkpoint.cursor}`
          );
        if ((books.fateOf(record.serial) & Fate.processed) === 0) continue;
        const count = (again.get(session) ?? 0) + 1;
        again.set(session, count);
        if (count > limits.maxInFlight * limits.maxRecords + record.life.capacity / 44)
          alarm.raise('duplicates', `${count} records came again after one restart`);
      }
    }
  };
}
