import { Books, Fate, nameOf, recordsNamed, SeenBatch, Session } from '../books';
import { Life } from '../world/truth';
import { Checker } from './checker';

/** Where one reader is. */
interface Progress {
  /** The next record of this life that has not come. */
  place: { readonly life: Life; index: number } | undefined;
  /** Where it began, for as long as nobody knows which life that is of. */
  readonly from: { readonly incarnation: number; readonly abs: number } | undefined;
  /** Named since the last record. */
  covered: { readonly fromAbs: number; readonly toAbs: number }[];
}

/**
 * No silent loss. While reading: between two records that are handed on stands nothing that was not named (a lap, a
 * range
 * passed over). At rest: every record that was ever produced was delivered, reported lost or indeterminate, lies inside
 * a
 * reported lap or skipped range, or is of a life of the ring that was reported as ended.
 */
export function silentLossChecker(
  books: Books,
  facts: {
    isFirstContactOldest(): boolean;
    first(): { readonly abs: number; readonly life: number };
    /** The first record of all that is handed on stands here: what was overwritten before it is no loss. */
    begins(life: Life, abs: number): void;
  }
): Checker {
  const { alarm, truth } = books;
  const progress = new WeakMap<Session, Progress>();
  let hasBegun = false;

  const passed = (own: Progress, seen: SeenBatch, life: Life, index: number): void => {
    let { place } = own;
    if (!hasBegun && own.covered.length === 0 && life.index === facts.first().life && facts.isFirstContactOldest()) {
      facts.begins(life, life.placed[index].abs);
      if (place?.life === life) place.index = Math.max(place.index, life.indexAt(facts.first().abs));
    }
    hasBegun = true;
    // The first record of a life: all that stood before it has to be named, but for what was there before first
    // contact, and what was overwritten before the first record of all, also where a reader was started again between.
    if (place === undefined || place.life !== life) {
      const begun = life.index === facts.first().life ? facts.first().abs : 0;
      const isSame = own.from?.incarnation === seen.incarnation;
      const from = own.from === undefined ? begun : isSame ? Math.max(own.from.abs, begun) : 0;
      place = own.place = { life, index: life.indexAt(from) };
    }
    for (; place.index < index; place.index++) {
      const { abs } = life.placed[place.index];
      if (!own.covered.some(({ fromAbs, toAbs }) => abs >= fromAbs && abs < toAbs))
        alarm.raise(
          'silent-loss',
          `${nameOf(life.placed[place.index])} at position ${abs} was passed silently: incarnation ` +
            `${seen.incarnation} goes on at ${life.placed[index].abs}`
        );
    }
    place.index = index + 1;
    own.covered = [];
  };

  return {
    started: (session: Session) => {
      const { checkpoint } = session;
      const from =
        checkpoint === undefined ? undefined : { incarnation: checkpoint.incarnation, abs: checkpoint.cursor };
      const life = from === undefined ? undefined : books.lifeOf.get(from.incarnation);
      progress.set(session, {
        covered: [],
        place: life === undefined || from === undefined ? undefined : { life, index: life.indexAt(from.abs) },
        from
      });
    },
    handedOn: (session: Session, seen: SeenBatch) => {
      const own = progress.get(session) as Progress;
      for (const entry of seen.entries) {
        if (entry.kind === 'record') passed(own, seen, entry.record.life, entry.record.life.indexAt(entry.record.abs));
        else if (entry.notice.kind === 'lap' || entry.notice.kind === 'skipped') own.covered.push(entry.notice);
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
          if (![...books.lifeOf.values()].includes(present))
            alarm.raise(
              'silent-loss',
              `${nameOf(record)}: its life of the ring is over, and no later incarnation was reported`
            );
          continue;
        }
        const isBefore = record.abs < facts.first().abs && record.life.index === facts.first().life;
        if (isBefore && (record.abs >= 0 || !facts.isFirstContactOldest())) continue;
        // Never written: only a later record of its source can show that (docs/format.md 9).
        if (
          record.abs < 0 &&
          !record.chain.records
            .slice(record.seq + 1)
            .some((later) => (books.fateOf(later.serial) & Fate.processed) !== 0)
        )
          continue;
        alarm.raise('silent-loss', `${nameOf(record)} at position ${record.abs} was neither delivered nor reported`);
        return;
      }
    }
  };
}

function markNamed(books: Books, incarnation: number, notice: SeenBatch['batch']['facts']['notices'][number]): void {
  if (notice.kind === 'loss') {
    const fate = notice.class === 'indeterminate' ? Fate.indeterminate : Fate.lost;
    books.whenLifeIs(incarnation, (life) =>
      recordsNamed(life, notice)?.forEach(({ serial }) => books.mark(serial, fate))
    );
  } else if (notice.kind === 'lap' || notice.kind === 'skipped') {
    const fate = notice.kind === 'lap' ? Fate.lapped : Fate.skipped;
    books.whenLifeIs(incarnation, (life) => {
      for (let i = life.indexAt(notice.fromAbs); i < life.placed.length && life.placed[i].abs < notice.toAbs; i++)
        books.mark(life.placed[i].serial, fate);
    });
  }
}
