import { Books, SeenBatch, Session } from '../books';
import { Life } from '../world/truth';
import { Checker } from './checker';

/**
 * A record keeps its identity (stream, incarnation, run, source, seq, position), whoever hands it on and how often: an
 * incarnation is one life of the ring, and one life is one incarnation.
 */
export function idsChecker(books: Books): Checker {
  const { alarm, lifeOf } = books;
  let stream: string | undefined;
  /** Incarnation under which records of a life were processed first, in the present life of the state. */
  const numberOf = new Map<Life, number>();
  return {
    started: ({ checkpoint, lease }: Session) => {
      if (checkpoint === undefined || lease === undefined || lease.incarnation === checkpoint.incarnation) return;
      // A ring that began anew while batches of its former life were never settled: its records may come again, and as
      // nobody knows whether it began anew once more since, under another number.
      for (const [life, number] of numberOf) if (number > checkpoint.incarnation) numberOf.delete(life);
    },
    handedOn: (_session: Session, seen: SeenBatch) => {
      const { facts } = seen.batch;
      stream ??= facts.stream;
      if (facts.stream !== stream) alarm.raise('ids', `the stream is called ${facts.stream}, it was ${stream}`);
      if (seen.life === undefined) return;
      const { life, incarnation } = seen;
      const known = lifeOf.get(incarnation);
      if (known === undefined) books.lifeIs(incarnation, life);
      else if (known !== life)
        alarm.raise(
          'ids',
          `incarnation ${incarnation} was life ${known.index} of the ring, now it is life ${life.index}`
        );
      const number = numberOf.get(life);
      if (number === undefined) numberOf.set(life, incarnation);
      else if (number !== incarnation)
        alarm.raise(
          'ids',
          `life ${life.index} of the ring was incarnation ${number}, now it is incarnation ${incarnation}: ` +
            `${JSON.stringify(facts.notices[0])}`
        );
      if (facts.bufferId !== life.bufferId)
        alarm.raise('ids', `buffer id ${facts.bufferId} is given for a ring with ${life.bufferId}`);
    }
  };
}
