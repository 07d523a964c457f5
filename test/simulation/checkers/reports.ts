import { Books, Fate, nameOf, recordsNamed, SeenBatch, Session } from '../books';
import { Checker } from './checker';

/**
 * At rest the reports are the truth: of every source that can still speak, a record was either delivered or reported lost,
 * never neither, and both only where it is called indeterminate. Within one life of a reader a seq is reported at most once.
 */
export function reportsChecker(books: Books, facts: { isJoined(runId: string): boolean; runId(): string }): Checker {
  const { alarm, truth } = books;
  let reported = new Set<number>();
  return {
    started: () => {
      reported = new Set();
    },
    forgotten: () => {
      reported = new Set();
    },
    handedOn: (_session: Session, seen: SeenBatch) => {
      for (const entry of seen.entries) {
        if (entry.kind !== 'notice' || entry.notice.kind !== 'loss' || entry.notice.upgrade === true) continue;
        const { notice } = entry;
        books.whenLifeIs(seen.incarnation, (life) => {
          for (const record of recordsNamed(life, notice) ?? []) {
            if (reported.has(record.serial)) alarm.raise('reports', `${nameOf(record)} is reported lost twice`);
            reported.add(record.serial);
          }
        });
      }
    },
    atRest: () => {
      for (const chain of truth.life.chains.values()) {
        if (chain.runId !== facts.runId()) continue;
        let isSeen = !facts.isJoined(chain.runId);
        for (const record of chain.records) {
          const fate = books.fateOf(record.serial);
          const isDelivered = (fate & Fate.processed) !== 0;
          isSeen ||= isDelivered;
          if (!isSeen) continue;
          if (!isDelivered && (fate & (Fate.lost | Fate.indeterminate)) === 0) alarm.raise('reports', `${nameOf(record)} at position ${record.abs} was not delivered, and no loss names it`);
          if (isDelivered && (fate & Fate.lost) !== 0) alarm.raise('reports', `${nameOf(record)} was delivered and reported lost`);
        }
      }
    }
  };
}
