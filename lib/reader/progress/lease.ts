import { errorText } from '../../base';
import { Checkpoints } from './checkpoints';
import { Clock, LockLost, LockOutcome, Store } from '../ports';
import { decodeState, encodeState, Lease, SavedState, StateFile, StateResult, unreadable } from './saved-state';
import { ReaderError } from '../status';
import { asFar, covers, isBeyond, oneRingAhead, Reach } from './reach';

/** A settled state that lies so much of a ring beyond the saved one is saved soon. */
const FAR_PARTS = 8;
/** How soon, milliseconds. */
const SOON_MS = 100;

/**
 * Locks, loads and saves the settled checkpoint, at most once in `intervalMs`, and the lease ahead of what is handed
 * on.
 */
export class StateKeeper {
  /** Another took the state over: this reader must end. */
  lost: ReaderError | undefined;
  private lastSaveMs = -Infinity;
  /** When the checkpoint was saved last that is in the file, and how far it reaches; this life of the reader only. */
  private lastMoveMs = -Infinity;
  private savedReach: Reach | undefined;
  /** Why the state could not be saved when that was tried last. */
  failure: ReaderError | undefined;
  /** As the file says. */
  private lease: Lease | undefined;
  /** The furthest that is known to have been handed on, by this life of the reader or those before. */
  private handed: Reach | undefined;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly checkpoints: Checkpoints,
    private readonly intervalMs: number,
    private readonly onError: (error: ReaderError) => void
  ) {}

  /** Asks to be the only user of the state. */
  async lock(): Promise<LockOutcome | (ReaderError & { readonly ok: false })> {
    try {
      return await this.store.lock();
    } catch (error) {
      const message =
        `the state of this reader could not be locked (${errorText(error)}), so nothing is read; tried again every ` +
        'second. Check space and rights of the folder openot under the user directory';
      return { ok: false, code: 'OPENOT_STATE_LOCK_FAILED', message };
    }
  }

  async unlock(): Promise<void> {
    try {
      await this.store.unlock();
    } catch {
      // It is taken over when nobody touches it any more.
    }
  }

  /** The saved state, undefined where there never was one. */
  async load(): Promise<StateResult | { readonly ok: true; readonly state: undefined }> {
    try {
      const bytes = await this.store.load();
      const result = bytes === undefined ? { ok: true as const, state: undefined } : decodeState(bytes);
      if (result.ok && result.state !== undefined) this.goesOn(result.state);
      return result;
    } catch (error) {
      return unreadable(`it could not be read (${errorText(error)})`);
    }
  }

  private goesOn({ checkpoint, lease }: StateFile): void {
    this.lease = lease;
    this.savedReach = checkpoint;
    const { incarnation, reached, fingerprint } = lease;
    this.handed = { incarnation, cursor: reached, capacity: checkpoint.capacity, fingerprint };
    // What the old lease allowed stays open in every state from now on, until the cursor has passed it.
    const doubtUntil =
      incarnation === checkpoint.incarnation ? Math.max(lease.abs, checkpoint.doubtUntil ?? 0) : checkpoint.doubtUntil;
    const state = { ...checkpoint, ...(doubtUntil === undefined ? {} : { doubtUntil }) };
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
      const error = await this.checkLock();
      if (error !== undefined) return error;
    }
    if (this.handed === undefined || isBeyond(reach, this.handed)) this.handed = reach;
    return true;
  }

  /** A save would find out by itself: who took the lock does not know of what is handed on after it. */
  private async checkLock(): Promise<ReaderError | undefined> {
    try {
      if ((await this.store.isMine?.()) !== false) return undefined;
      throw new LockLost('another process took its lock');
    } catch (thrown) {
      this.noteLost(thrown);
      return (
        this.lost ?? {
          code: 'OPENOT_STATE_LOCK_FAILED',
          message:
            `the lock of this reader's state could not be looked at (${errorText(thrown)}), so nothing is handed ` +
            'on until it can be'
        }
      );
    }
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
    try {
      await this.store.remove();
      this.lease = this.handed = this.failure = undefined;
      return undefined;
    } catch (thrown) {
      this.noteLost(thrown);
      const error: ReaderError = {
        code: 'OPENOT_STATE_NOT_REMOVED',
        message: `the saved state of this reader could not be removed (${errorText(thrown)})`
      };
      this.onError(error);
      return error;
    }
  }

  private async write(checkpoint: SavedState, lease: Lease): Promise<ReaderError | undefined> {
    this.lastSaveMs = this.clock.monotonicMs();
    try {
      await this.store.save(encodeState({ checkpoint, lease }));
      this.checkpoints.saved(checkpoint);
      if (this.savedReach === undefined || isBeyond(checkpoint, this.savedReach)) this.lastMoveMs = this.lastSaveMs;
      this.savedReach = checkpoint;
      this.lease = lease;
      this.failure = undefined;
      return undefined;
    } catch (thrown) {
      this.noteLost(thrown);
      const error = this.lost ?? {
        code: 'OPENOT_STATE_NOT_SAVED',
        message:
          `the state of this reader could not be saved (${errorText(thrown)}): after a restart it would read again ` +
          'from the last saved one, and at most one ring is handed on until it can be. Check space and rights of ' +
          'the user directory'
      };
      if (this.failure === undefined) this.onError(error);
      this.failure = error;
      return error;
    }
  }

  private noteLost(thrown: unknown): void {
    if (thrown instanceof LockLost)
      this.lost = {
        code: thrown.code,
        message:
          `this reader stopped: ${thrown.message}, so another reader goes on from its state. Two runtimes must not ` +
          'share a user directory'
      };
  }
}
