/** A limit in real time. The pure rooms must not import it. */
import { errorOf } from './text';

/** Thrown when a call did not answer in time. */
export class DeadlineError extends Error {
  constructor(what: string, ms: number) {
    super(`${what} did not answer within ${ms} ms`);
  }
}

/** The outcome of `work`, or a DeadlineError after `ms`. The work goes on; its late outcome is dropped. */
export function withDeadline<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineError(what, ms)), ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(errorOf(error));
      }
    );
  });
}
