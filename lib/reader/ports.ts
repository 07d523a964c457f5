/** What the reader's state machine is given, so that the fault simulator can own all of it. */

export type { Clock, Random } from '../base';
export { LockLost } from '../state';
export type { LockOutcome, Store } from '../state';
