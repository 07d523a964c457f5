import { Books, recordsNamed, SeenBatch, Session } from '../books';
import { Life } from '../world/truth';
import { Checker } from './checker';

/**
 * Nothing is said that is not so. (Records are held against the truth byte by byte where batches are read.) A loss
 * names
 * seqs that were produced; a lap names places that are overwritten, with the number of records that stood there; a
 * skipped
 * range holds a record that was written with a fault, and nothing else.
 */
export function inventedChecker(books: Books): Checker {
  const { alarm } = books;
  const lap = (life: Life, fromAbs: number, toAbs: number): void => {
    if (toAbs > books.oldestOf(life))
      alarm.raise(
        'invented',
        `a lap to position ${toAbs} of life ${life.index}, of which everything from ${books.oldestOf(life)} on ` +
          'is still there'
      );
    if (fromAbs > toAbs) alarm.raise('invented', `a lap from ${fromAbs} back to ${toAbs}`);
  };
  const skipped = (life: Life, fromAbs: number, toAbs: number): void => {
    let isSpoiled = false;
    for (let i = life.indexAt(fromAbs); i < life.placed.length && life.placed[i].abs < toAbs; i++) {
      const record = life.placed[i];
      if (record.isSpoiled) isSpoiled = true;
      else
        alarm.raise(
          'invented',
          `positions ${fromAbs} to ${toAbs} of life ${life.index} were passed over, and with them the good ` +
            `record at ${record.abs}`
        );
    }
    if (!isSpoiled)
      alarm.raise(
        'invented',
        `positions ${fromAbs} to ${toAbs} of life ${life.index} were passed over, and nothing is wrong there`
      );
  };
  return {
    handedOn: (_session: Session, seen: SeenBatch) => {
      for (const entry of seen.entries) {
        if (entry.kind === 'record') continue;
        const { notice } = entry;
        if (notice.kind === 'loss') {
          books.whenLifeIs(seen.incarnation, (life) => {
            if (recordsNamed(life, notice) === undefined || notice.count !== notice.lastSeq - notice.firstSeq + 1)
              alarm.raise('invented', `a loss of seqs that were never produced: ${JSON.stringify(notice)}`);
          });
        } else if (notice.kind === 'lap')
          books.whenLifeIs(seen.incarnation, (life) => lap(life, notice.fromAbs, notice.toAbs));
        else if (notice.kind === 'skipped' && notice.reason !== 'OPENOT_SEEK')
          books.whenLifeIs(seen.incarnation, (life) => skipped(life, notice.fromAbs, notice.toAbs));
        else if (notice.kind === 'incarnation' && notice.to !== seen.incarnation)
          alarm.raise('invented', `a notice of incarnation ${notice.to} in a batch of ${seen.incarnation}`);
      }
    }
  };
}
