import { Books, Fate, nameOf, recordsNamed, SeenBatch, Session } from '../books';
import { Life } from '../world/truth';
import { Checker } from './checker';

/**
 * No silent loss. While reading: between two records that are handed on stands nothing that was not named (a lap, a range
 * passed over). At rest: every record that was ever produced was delivered, reported lost or indeterminate, lies inside a
 * reported lap or skipped range, or is of a life of the ring that was reported as ended.
 */
export function silentLossChecker(books: Books, facts: { isFirstContactOldest(): boolean; firstOldestAbs(): number }): Checker {
  const { alarm, truth } = books;
  /** Where the reader is: the next record of this life that has not come. */
  let place: { readonly life: Life; index: number } | undefined;
  let covered: { fromAbs: number; toAbs: number }[] = [];
  const isCovered = (abs: number): boolean => covered.some(({ fromAbs, toAbs }) => abs >= fromAbs && abs < toAbs);

  const passed = (seen: SeenBatch, life: Life, index: number): void => {
    if (place === undefined || place.life !== life) {
      // The first record of a life, where all that stood before it has to be named or gone.
      const from = covered.length > 0 ? covered[0].fromAbs : books.oldestOf(life);
      place = { life, index: life.indexAt(Math.min(from, life.placed[index].abs)) };
    }
    for (; place.index < index; place.index++) {
      const record = life.placed[place.index];
      if (!isCovered(record.abs)) alarm.raise('silent-loss', `${nameOf(record)} at position ${record.abs} was passed silently: incarnation ${seen.incarnation} goes on at ${life.placed[index].abs}`);
    }
    place.index = index + 1;
    covered = [];
  };

  return {
    started: ({ checkpoint }: Session) => {
      covered = [];
      const life = checkpoint === undefined ? undefined : books.lifeOf.get(checkpoint.incarnation);
      place = life === undefined || checkpoint === undefined ? undefined : { life, index: life.indexAt(checkpoint.cursor) };
    },
    handedOn: (_session: Session, seen: SeenBatch) => {
      for (const entry of seen.entries) {
        if (entry.kind === 'record') passed(seen, entry.record.life, entry.record.life.indexAt(entry.record.abs));
        else if (entry.notice.kind === 'lap' || entry.notice.kind === 'skipped') covered.push(entry.notice);
      }
    },
    processed: (_session: Session, seen: SeenBatch) => {
      for (const entry of seen.entries) {
        if (entry.kind === 'record') books.mark(entry.record.serial, Fate.processed);
        else markNamed(books, seen.incarnation, entry.notice);
      }
    },
    atRest: () => {
      books.guessLives();
      const present = truth.life;
      for (const record of truth.records) {
        if (books.fateOf(record.serial) !== 0) continue;
        // Of a life that is over: its end was reported, since another one is known as a later incarnation.
        if (record.life !== present) {
          if (![...books.lifeOf.values()].includes(present)) alarm.raise('silent-loss', `${nameOf(record)}: its life of the ring is over, and no later incarnation was reported`);
          continue;
        }
        const isBefore = record.abs < facts.firstOldestAbs() && record.life.index === 0;
        if (isBefore && (record.abs >= 0 || !facts.isFirstContactOldest())) continue;
        // Never written: only a later record of its source can show that (docs/format.md 9).
        if (record.abs < 0 && !record.chain.records.slice(record.seq + 1).some((later) => (books.fateOf(later.serial) & Fate.processed) !== 0)) continue;
        alarm.raise('silent-loss', `${nameOf(record)} at position ${record.abs} was neither delivered nor reported`);
        return;
      }
    }
  };
}

function markNamed(books: Books, incarnation: number, notice: SeenBatch['batch']['facts']['notices'][number]): void {
  if (notice.kind === 'loss') {
    const fate = notice.class === 'lost' ? Fate.lost : Fate.indeterminate;
    books.whenLifeIs(incarnation, (life) => recordsNamed(life, notice)?.forEach(({ serial }) => books.mark(serial, fate)));
  } else if (notice.kind === 'lap' || notice.kind === 'skipped') {
    const fate = notice.kind === 'lap' ? Fate.lapped : Fate.skipped;
    books.whenLifeIs(incarnation, (life) => {
      for (let i = life.indexAt(notice.fromAbs); i < life.placed.length && life.placed[i].abs < notice.toAbs; i++) books.mark(life.placed[i].serial, fate);
    });
  }
}
