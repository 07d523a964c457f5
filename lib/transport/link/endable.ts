import { TransportError } from '../transport';

/**
 * Waits that can be ended all at once, each with the same error. Not a race with one long-lived promise: that would
 * hold on to every wait there ever was.
 */
export class Endable {
  private readonly waiting = new Set<(error: TransportError) => void>();
  private error: TransportError | undefined;

  /** The outcome of `work`, which must not reject, or the error of an end that comes first. The work itself goes on. */
  until<T>(work: Promise<T>): Promise<T | TransportError> {
    if (this.error !== undefined) return Promise.resolve(this.error);
    return new Promise((resolve) => {
      this.waiting.add(resolve);
      void work.then((outcome) => {
        this.waiting.delete(resolve);
        resolve(outcome);
      });
    });
  }

  /** What it was ended with; undefined while it lasts. */
  get end(): TransportError | undefined {
    return this.error;
  }

  /** The first end counts. */
  endWith(error: TransportError): void {
    this.error ??= error;
    for (const resolve of this.waiting) resolve(this.error);
    this.waiting.clear();
  }
}
