import { StateFile } from '../../../lib/reader/progress/saved-state';
import { Alarm } from '../violation';

/** A state whose saving was confirmed survives whatever happens to the process and to the machine. */
export class DurableChecker {
  private confirmed: StateFile | undefined;

  constructor(private readonly alarm: Alarm) {}

  /** The reader was told that this state is saved. */
  saved(state: StateFile): void {
    this.confirmed = state;
  }

  /** The state was removed, or put back, by somebody who may. */
  replaced(): void {
    this.confirmed = undefined;
  }

  /** What a reader finds when it begins. */
  loaded(state: StateFile | undefined): void {
    const { confirmed } = this;
    if (confirmed === undefined) return;
    const was =
      `${confirmed.checkpoint.incarnation}/${confirmed.checkpoint.cursor} with a lease to ` + `${confirmed.lease.abs}`;
    if (state === undefined) return this.alarm.raise('durable', `the state ${was} was saved, and is gone`);
    const { checkpoint, lease } = state;
    const isOlder =
      checkpoint.incarnation < confirmed.checkpoint.incarnation ||
      (checkpoint.incarnation === confirmed.checkpoint.incarnation && checkpoint.cursor < confirmed.checkpoint.cursor);
    if (isOlder)
      this.alarm.raise(
        'durable',
        `the state ${was} was saved, found is ${checkpoint.incarnation}/${checkpoint.cursor} with a lease to ` +
          `${lease.abs}`
      );
  }
}
