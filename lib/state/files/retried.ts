import { pause } from '../../base/system';

/** What Windows and its shares say of a file that a scanner or an indexer has open for a moment. */
const PASSING = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** Milliseconds before each further try: a third of a second in all. */
const PAUSES_MS = [10, 20, 40, 80, 160];

/** The outcome of `work`, tried again soon where it failed for a reason that may pass; then its error. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      if (!PASSING.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    await pause(pauseMs);
  }
  return work();
}
