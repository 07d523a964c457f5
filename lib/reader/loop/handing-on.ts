import { errorText } from '../../base';
import { Batch } from '../batch';
import { ReaderCore } from './core';

/** Milliseconds between two tries to save what must be saved before the next batch. */
const SAVE_RETRY_MS = 1000;

/** Hands on what polls brought, in order, each batch only once a saved lease covers it. */
export class HandingOn {
  private endSink: (() => void) | undefined;

  constructor(private readonly core: ReaderCore) {}

  /** Hands on what waits, until a command comes or the reader stops. */
  async all(): Promise<void> {
    const { batches } = this.core.ring.outbox;
    // One that could not be handed on keeps its place: a command comes first.
    while (batches.length > 0 && !this.core.life.isStopped && (await this.handOn(batches[0]))) batches.shift();
  }

  /** Waits no more for the sink. */
  end(): void {
    this.endSink?.();
  }

  /** False when it could not be handed on now. */
  private async handOn(batch: Batch): Promise<boolean> {
    const { life, checkpoints, parts, board } = this.core;
    // Settled before it was handed on: nobody waits for it.
    const state = checkpoints.stateAfter(batch.serial);
    if (state === undefined) return true;
    // Stopped while the state was saved: a sink that is called now would never be told to end.
    if (!(await this.covered(batch)) || life.isStopped) return false;
    const stopped = new Promise<void>((resolve) => {
      this.endSink = resolve;
    });
    try {
      await Promise.race([Promise.resolve(parts.sink(batch)), stopped]);
      board.sourceTimes.handedOn(state);
    } catch (error) {
      // Not settled, so read again after the next start; going on would hand on what follows without it.
      this.core.giveUp({
        code: 'OPENOT_READER_SINK',
        message: `a batch could not be handed on: ${errorText(error)}`
      });
    }
    return true;
  }

  /** What is handed on must be covered by a saved lease: what a crash then leaves open is known. */
  private async covered({ serial }: Batch): Promise<boolean> {
    const { life, checkpoints, keeper, commands, board, pacer } = this.core;
    const reach = checkpoints.stateAfter(serial);
    while (reach !== undefined && !life.isStopped && keeper.lost === undefined && !commands.waiting) {
      const error = await keeper.cover(reach);
      if (error === true) return true;
      board.trouble('waiting', error);
      await pacer.wait(SAVE_RETRY_MS);
    }
    return false;
  }
}
