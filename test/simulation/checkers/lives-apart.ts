import { Books, SeenBatch, Session } from '../books';
import { Checker } from './checker';

/**
 * Nothing of a new life of the ring leaves the reader while a batch of the former one is on its way, unless that was
 * waited for as long as an acknowledgement may take (docs/reader.md, row 2): what a kill leaves open is of one life.
 */
export function livesApartChecker(
  { alarm }: Books,
  at: { readonly nowMs: () => number; readonly ackTimeoutMs: number }
): Checker {
  const onTheWay = new Map<Session, Map<number, { readonly incarnation: number; readonly sinceMs: number }>>();
  return {
    handedOn: (session: Session, { batch: { serial }, incarnation }: SeenBatch) => {
      const mine = onTheWay.get(session) ?? new Map<number, { incarnation: number; sinceMs: number }>();
      onTheWay.set(session, mine);
      // The time is over when the oldest one was waited for long enough.
      const oldest = [...mine].find(([, of]) => of.incarnation < incarnation);
      if (oldest !== undefined) {
        const [earlier, of] = oldest;
        const waitedMs = at.nowMs() - of.sinceMs;
        if (waitedMs < at.ackTimeoutMs)
          alarm.raise(
            'lives-apart',
            `batch ${serial} of incarnation ${incarnation} left while batch ${earlier} of incarnation ` +
              `${of.incarnation} was on its way, for ${waitedMs.toFixed(0)} of ${at.ackTimeoutMs} ms`
          );
      }
      mine.set(serial, { incarnation, sinceMs: at.nowMs() });
    },
    // It stands for all before it.
    settled: (session: Session, serial: number) => {
      const mine = onTheWay.get(session);
      for (const earlier of [...(mine?.keys() ?? [])]) if (earlier <= serial) mine?.delete(earlier);
    }
  };
}
