import { Books, Fate, nameOf, recordsNamed, SeenBatch, Session } from '../books';
import { Checker } from './checker';

/**
 * At rest the reports are the truth: of every source that can still speak, a record was either delivered or reported
 * lost,
 * never neither, and both only where it is called indeterminate. Within one life of a reader a seq is reported at most
 * once.
 */
export function reportsChecker(
  books: Books,
  facts: { isJoined(runId: string): boolean; runId(): string; isOldState(): boolean }
): Checker {
  const { alarm, truth } = books;
  const reported = new WeakMap<Session, Set<number>>();
  return {
    started: (session: Session) => void reported.set(session, new Set()),
    handedOn: (session: Session, seen: SeenBatch) => {
      for (const entry of seen.entries) {
        if (entry.kind !== 'notice' || entry.notice.kind !== 'loss' || entry.notice.upgrade === true) continue;
        const { notice } = entry;
        const own = reported.get(session) as Set<number>;
        books.whenLifeIs(seen.incarnation, (life) => {
          for (const record of recordsNamed(life, notice) ?? []) {
            if (own.has(record.serial)) alarm.raise('reports', `${nameOf(record)} is reported lost twice`);
            own.add(record.serial);
          }
        });
      }
    },
    atRest: () => {
      for (const chain of truth.life.chains.values()) {
        if (chain.runId !== facts.runId()) continue;
        const isJoined = facts.isJoined(chain.runId);
        for (const record of chain.records) {
          const fate = books.fateOf(record.serial);
          const isDelivered = (fate & Fate.processed) !== 0;
          // In the run that was joined each source counts from its first record; what was passed over before that is in
          // a lap.
          if (!isDelivered && !isJoined && (fate & (Fate.lost | Fate.indeterminate)) === 0)
            alarm.raise(
              'reports',
              `${nameOf(record)} at position ${record.abs} was not delivered, and no loss names it`
            );
          if (isDelivered && (fate & Fate.lost) !== 0 && !facts.isOldState())
            alarm.raise('reports', `${nameOf(record)} was delivered and reported lost`);
        }
      }
    }
  };
}
