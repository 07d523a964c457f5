import { Checkpoints } from './checkpoints';
import { Clock, Store } from './ports';
import { decodeState, encodeState, StateResult, unreadable } from './state-image';
import { ReaderError } from './status';

/** Loads and saves the settled checkpoint, at most once in `intervalMs`. */
export class StateKeeper {
  private lastSaveMs = -Infinity;
  private failing = false;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly checkpoints: Checkpoints,
    private readonly intervalMs: number,
    private readonly onError: (error: ReaderError) => void
  ) {}

  /** The saved state, undefined where there never was one. */
  async load(): Promise<StateResult | { readonly ok: true; readonly state: undefined }> {
    try {
      const bytes = await this.store.load();
      return bytes === undefined ? { ok: true, state: undefined } : decodeState(bytes);
    } catch (error) {
      return unreadable(`it could not be read (${textOf(error)})`);
    }
  }

  /** Saves when something is settled and the interval has passed; milliseconds until it may be due, Infinity when nothing is. */
  async saveIfDue(): Promise<number> {
    if (!this.checkpoints.dirty) return Infinity;
    const due = this.lastSaveMs + this.intervalMs - this.clock.monotonicMs();
    if (due > 0) return due;
    await this.save();
    return this.checkpoints.dirty ? Math.max(1, this.intervalMs) : Infinity;
  }

  async save(): Promise<void> {
    const state = this.checkpoints.toSave();
    if (state === undefined || !this.checkpoints.dirty) return;
    this.lastSaveMs = this.clock.monotonicMs();
    try {
      await this.store.save(encodeState(state));
      this.checkpoints.saved(state);
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.onError({ code: 'OPENOT_STATE_NOT_SAVED', message: `the state of this reader could not be saved (${textOf(error)}): after a restart it would read again from the last saved one. Check space and rights of the user directory` });
      this.failing = true;
    }
  }

  async remove(): Promise<void> {
    try {
      await this.store.remove();
    } catch (error) {
      this.onError({ code: 'OPENOT_STATE_NOT_REMOVED', message: `the saved state of this reader could not be removed (${textOf(error)})` });
    }
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
