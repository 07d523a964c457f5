import { Books, Fate, nameOf, recordsNamed, SeenBatch, Session } from '../books';
import { Checker } from './checker';

/**
 * What was delivered is never called lost: `indeterminate` is the word for what a crash left open, and only for that.
 */
export function lossClassChecker(books: Books, wasUnclean: () => boolean, isOldState: () => boolean): Checker {
  const { alarm } = books;
  return {
    processed: (_session: Session, seen: SeenBatch) => {
      // A state that was put back from a backup knows nothing of what was delivered since.
      if (isOldState()) return;
      for (const entry of seen.entries) {
        if (entry.kind === 'record') {
          if ((books.fateOf(entry.record.serial) & Fate.lost) !== 0)
            alarm.raise('loss-class', `${nameOf(entry.record)} was delivered after it was reported lost`);
        } else if (entry.notice.kind === 'loss') {
          const { notice } = entry;
          if (notice.class === 'indeterminate' && !wasUnclean())
            alarm.raise(
              'loss-class',
              `no reader was stopped with anything open, and yet it is said: ${JSON.stringify(notice)}`
            );
          if (notice.class === 'indeterminate') continue;
          books.whenLifeIs(seen.incarnation, (life) => {
            for (const record of recordsNamed(life, notice) ?? [])
              if ((books.fateOf(record.serial) & Fate.processed) !== 0)
                alarm.raise(
                  'loss-class',
                  `${nameOf(record)} was delivered and is reported lost: ${JSON.stringify(notice)}`
                );
          });
        }
      }
    }
  };
}
