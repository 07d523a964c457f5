import { SavedState } from './saved-state';

/**
 * The states after the batches that are on their way. Only what has been settled is ever saved, so that after a
 * crash or a stop the unsettled batches are read again: at least once to whatever settles.
 */
export class Checkpoints {
  private readonly queue: { serial: number; state: SavedState }[] = [];
  private lastSerial = 0;
  private settledState: SavedState | undefined;
  private savedState: SavedState | undefined;
  private isSuspected = false;

  /** Batches handed on and not yet settled. */
  get inFlight(): number {
    return this.queue.length;
  }

  /** True when the settled checkpoint has moved since it was last saved. */
  get dirty(): boolean {
    return this.settledState !== undefined && this.settledState !== this.savedState;
  }

  /** The next batch's serial, with the state after it. */
  add(state: SavedState): number {
    this.queue.push({ serial: ++this.lastSerial, state });
    return this.lastSerial;
  }

  /** The state after a batch that is not settled yet. */
  stateAfter(serial: number): SavedState | undefined {
    return this.queue.find((entry) => entry.serial === serial)?.state;
  }

  /** This batch and all before it are settled. False when that is nothing new. */
  settle(serial: number): boolean {
    let moved = false;
    while (this.queue.length > 0 && this.queue[0].serial <= serial) {
      this.settledState = this.marked((this.queue.shift() as { state: SavedState }).state);
      moved = true;
    }
    return moved;
  }

  /** A state that stands on no batch: first contact. Only while nothing is in flight. */
  begin(state: SavedState): void {
    if (this.queue.length === 0) this.settledState = this.marked(state);
  }

  /**
   * The ring looks like another one, or does not any more: saved with whatever state, so that a reader that is started
   * anew does not forget what it has seen.
   */
  suspect(isSuspected: boolean): void {
    if (isSuspected === this.isSuspected) return;
    this.isSuspected = isSuspected;
    if (this.settledState !== undefined) this.settledState = this.marked(this.settledState);
  }

  private marked(state: SavedState): SavedState {
    const { anchorDiffers, ...rest } = state;
    if ((anchorDiffers === true) === this.isSuspected) return state;
    return this.isSuspected ? { ...rest, anchorDiffers: true } : rest;
  }

  /** What is to be saved now. */
  toSave(): SavedState | undefined {
    return this.settledState;
  }

  saved(state: SavedState): void {
    this.savedState = state;
  }

  clear(): void {
    this.queue.length = 0;
    this.settledState = this.savedState = undefined;
  }
}
