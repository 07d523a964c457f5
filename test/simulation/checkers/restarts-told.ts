import { Books, SeenBatch, Session } from '../books';
import { Checker } from './checker';

/** Who has a record of a new life of the ring was told before it that the ring began anew, whatever was killed. */
export function restartsToldChecker({ alarm }: Books): Checker {
  const told = new Set<number>([0]);
  return {
    processed: (_session: Session, { incarnation, entries, batch }: SeenBatch) => {
      for (const entry of entries) {
        if (entry.kind === 'notice' && entry.notice.kind === 'incarnation') told.add(entry.notice.to);
        else if (entry.kind === 'record' && !told.has(incarnation))
          alarm.raise(
            'restarts-told',
            `batch ${batch.serial} has records of incarnation ${incarnation}, and nothing said that the ring began anew`
          );
      }
    }
  };
}
