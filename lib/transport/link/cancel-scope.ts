import { TransportError } from '../transport';

/**
 * Waits that can be cancelled all at once, each with the same error. Not a race with one long-lived promise: that would
 * hold on to every wait there ever was.
 */
export class CancelScope {
  private readonly waiting = new Set<(error: TransportError) => void>();
  private error: TransportError | undefined;

  /** What the scope was cancelled with; undefined while it lasts. */
  get cancelled(): TransportError | undefined {
    return this.error;
  }

  /**
   * The outcome of `work`, which must not reject, or the error of a cancel that comes first. The work itself goes on.
   */
  orCancelled<T>(work: Promise<T>): Promise<T | TransportError> {
    if (this.error !== undefined) return Promise.resolve(this.error);
    return new Promise((resolve) => {
      this.waiting.add(resolve);
      void work.then((outcome) => {
        this.waiting.delete(resolve);
        resolve(outcome);
      });
    });
  }

  /** Ends every wait with this error, now and later. The first cancel counts. */
  cancel(error: TransportError): void {
    this.error ??= error;
    for (const resolve of this.waiting) resolve(this.error);
    this.waiting.clear();
  }
}
