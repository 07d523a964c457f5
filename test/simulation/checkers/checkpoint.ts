import { SavedState } from '../../../lib/reader/progress/saved-state';
import { Books, nameOf } from '../books';
import { Life } from '../world/truth';
import { Checker } from './checker';

/**
 * A checkpoint is never ahead of what is safe: everything that stands before it in the ring, and every seq that it
 * counts
 * as done, was processed behind the reader, or named in a notice that was.
 */
export function checkpointChecker(books: Books, isBeforeFirstContact: (abs: number, life: Life) => boolean): Checker {
  const { alarm } = books;
  let upTo: { readonly life: Life; index: number } | undefined;
  const done = new Map<string, number>();
  return {
    saved: (checkpoint: SavedState) => {
      const life = books.lifeOf.get(checkpoint.incarnation);
      if (life === undefined) return;
      if (upTo?.life !== life) {
        upTo = { life, index: 0 };
        done.clear();
      }
      // What is still to be handed on is in the state itself.
      const pending = checkpoint.pending ?? [];
      const isPending = (abs: number): boolean =>
        pending.some((notice) => notice.kind === 'lap' && abs >= notice.fromAbs && abs < notice.toAbs);
      for (; upTo.index < life.placed.length && life.placed[upTo.index].abs < checkpoint.cursor; upTo.index++) {
        const record = life.placed[upTo.index];
        if (isPending(record.abs)) break;
        if (books.fateOf(record.serial) === 0 && !isBeforeFirstContact(record.abs, life)) {
          alarm.raise(
            'checkpoint',
            `the checkpoint ${checkpoint.incarnation}/${checkpoint.cursor} was saved, but ${nameOf(record)} at ` +
              `position ${record.abs} was neither processed nor named`
          );
          return;
        }
      }
      const { runs } = checkpoint.accounting as { runs: { runId: string; sources: number[][] }[] };
      for (const { runId, sources } of runs) {
        for (const [sourceId, base, next] of sources) {
          const key = `${runId}/${sourceId}`;
          const chain = life.chains.get(key);
          if (chain === undefined || next > chain.records.length) {
            alarm.raise(
              'checkpoint',
              `the checkpoint counts seqs of run ${runId} source ${sourceId} up to ${next}, of which ` +
                `${chain?.records.length ?? 0} were produced`
            );
            return;
          }
          for (let seq = Math.max(base, done.get(key) ?? 0); seq < next; seq++) {
            if (books.fateOf(chain.records[seq].serial) === 0)
              alarm.raise(
                'checkpoint',
                `the checkpoint counts ${nameOf(chain.records[seq])} as done, but it was neither processed nor named`
              );
          }
          done.set(key, next);
        }
      }
    }
  };
}
