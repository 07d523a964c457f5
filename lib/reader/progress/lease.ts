import { Checkpoints } from './checkpoints';
import { Clock, LockOutcome, Store } from '../ports';
import { Keeper, KeeperCode } from '../../state';
import { decodeState, encodeState, Lease, SavedState, StateFile, StateResult, unreadable } from './saved-state';
import { ReaderError } from '../status';
import { asFar, covers, isBeyond, oneRingAhead, Reach } from './reach';

/** A settled state that lies so much of a ring beyond the saved one is saved soon. */
const FAR_PARTS = 8;
/** How soon, milliseconds. */
const SOON_MS = 100;

const MESSAGES: Readonly<Record<KeeperCode, (cause: string) => string>> = {
  OPENOT_STATE_LOCKED: (cause) =>
    `this reader stopped: ${cause}, so another reader goes on from its state. ` +
    'Two runtimes must not share a user directory',
  OPENOT_STATE_LOCK_FAILED: (cause) =>
    `the state of this reader could not be locked (${cause}), so nothing is read; tried again every second. ` +
    'Check space and rights of the folder openot under the user directory',
  OPENOT_STATE_UNREADABLE: (cause) => unreadable(cause).message,
  OPENOT_STATE_NOT_SAVED: (cause) =>
    `the state of this reader could not be saved (${cause}): after a restart it would read again from the last saved ` +
    'one, and at most one ring is handed on until it can be. Check space and rights of the user directory',
  OPENOT_STATE_NOT_REMOVED: (cause) => `the saved state of this reader could not be removed (${cause})`
};

/**
 * Locks, loads and saves the settled checkpoint, at most once in `intervalMs`, and the lease ahead of what is handed
 * on.
 */
export class StateKeeper {
  private readonly keeper: Keeper<StateFile>;
  private lastSaveMs = -Infinity;
  /** When the checkpoint was saved last that is in the file, and how far it reaches; this life of the reader only. */
  private lastMoveMs = -Infinity;
  private savedReach: Reach | undefined;
  /** As the file says. */
  private lease: Lease | undefined;
  /** The furthest that is known to have been handed on, by this life of the reader or those before. */
  private handed: Reach | undefined;

  constructor(
    store: Store,
    private readonly clock: Clock,
    private readonly checkpoints: Checkpoints,
    private readonly intervalMs: number,
    onError: (error: ReaderError) => void
  ) {
    this.keeper = new Keeper({
      store,
      encode: encodeState,
      decode: decodeState,
      messages: MESSAGES,
      report: onError
    });
  }

  /** Another took the state over: this reader must end. */
  get lost(): ReaderError | undefined {
    return this.keeper.lost;
  }

  /** Why the state could not be saved when that was tried last. */
  get failure(): ReaderError | undefined {
    return this.keeper.trouble;
  }

  /** Asks to be the only user of the state. */
  lock(): Promise<LockOutcome | (ReaderError & { readonly ok: false })> {
    return this.keeper.lock();
  }

  unlock(): Promise<void> {
    return this.keeper.unlock();
  }

  /** The saved state, undefined where there never was one. */
  async load(): Promise<StateResult | { readonly ok: true; readonly state: undefined }> {
    const loaded = await this.keeper.load();
    if (loaded.ok && loaded.state !== undefined) this.goesOn(loaded.state);
    return loaded as StateResult;
  }

  private goesOn({ checkpoint, lease }: StateFile): void {
    this.lease = lease;
    this.savedReach = checkpoint;
    const { incarnation, reached, fingerprint } = lease;
    this.handed = { incarnation, cursor: reached, capacity: checkpoint.capacity, fingerprint };
    // What the old lease allowed stays open in every state from now on, until the cursor has passed it.
    const maybeDeliveredBelow =
      incarnation === checkpoint.incarnation
        ? Math.max(lease.abs, checkpoint.maybeDeliveredBelow ?? 0)
        : checkpoint.maybeDeliveredBelow;
    const state = { ...checkpoint, ...(maybeDeliveredBelow === undefined ? {} : { maybeDeliveredBelow }) };
    this.checkpoints.begin(state);
    this.checkpoints.saved(state);
  }

  /**
   * Must be true before a batch that reaches so far is handed on: a state that says so is saved. The error when it
   * cannot be.
   */
  async cover(reach: Reach): Promise<true | ReaderError> {
    if (!covers(this.lease, reach)) {
      const state = this.checkpoints.toSave();
      const error = state === undefined ? undefined : await this.write(state, oneRingAhead(reach));
      if (error !== undefined) return error;
    } else {
      // A save finds out by itself; who took the lock does not know of what is handed on after it.
      const error = await this.keeper.checkLock();
      if (error !== undefined) return error;
    }
    if (this.handed === undefined || isBeyond(reach, this.handed)) this.handed = reach;
    return true;
  }

  /**
   * Saves when something is settled and the interval has passed; milliseconds until it may be due, Infinity when
   * nothing is.
   */
  async saveIfDue(): Promise<number> {
    if (!this.checkpoints.dirty) return Infinity;
    const state = this.checkpoints.toSave();
    const due = state === undefined ? 0 : this.dueMs(state) - this.clock.monotonicMs();
    if (due > 0) return due;
    if (state !== undefined) await this.write(state, oneRingAhead(this.furthest(state)));
    return this.checkpoints.dirty ? Math.max(1, this.intervalMs) : Infinity;
  }

  /**
   * When the state is to be saved, monotonic milliseconds. The first one that a life of the reader settles at once, and
   * soon where it is far beyond the saved one: a reader that is killed again and again must come further each time.
   */
  private dueMs(state: Reach): number {
    if (this.failure !== undefined) return this.lastSaveMs + this.intervalMs;
    const saved = this.savedReach;
    const isFar =
      saved === undefined ||
      saved.incarnation !== state.incarnation ||
      state.cursor - saved.cursor >= state.capacity / FAR_PARTS;
    return this.lastMoveMs + (isFar ? Math.min(SOON_MS, this.intervalMs) : this.intervalMs);
  }

  /** At a clean stop: the lease says how far things really came. */
  async saveLast(): Promise<void> {
    const state = this.checkpoints.toSave();
    if (state === undefined) return;
    const lease = asFar(this.furthest(state));
    if (!this.checkpoints.dirty && this.lease?.incarnation === lease.incarnation && this.lease.abs === lease.abs)
      return;
    await this.write(state, lease);
  }

  /**
   * A state may be ahead of all that was handed on: an incarnation that has begun, and of which nothing was read yet.
   */
  private furthest(state: Reach): Reach {
    return this.handed === undefined || isBeyond(state, this.handed) ? state : this.handed;
  }

  /** The error when it could not be removed. */
  async remove(): Promise<ReaderError | undefined> {
    const error = await this.keeper.remove();
    if (error === undefined) this.lease = this.handed = undefined;
    return error;
  }

  private async write(checkpoint: SavedState, lease: Lease): Promise<ReaderError | undefined> {
    this.lastSaveMs = this.clock.monotonicMs();
    const error = await this.keeper.save({ checkpoint, lease });
    if (error !== undefined) return error;
    this.checkpoints.saved(checkpoint);
    if (this.savedReach === undefined || isBeyond(checkpoint, this.savedReach)) this.lastMoveMs = this.lastSaveMs;
    this.savedReach = checkpoint;
    this.lease = lease;
    return undefined;
  }
}
