import { AckWatch } from '../progress/ack-watch';
import { StateKeeper } from '../progress/lease';
import { UNCONFIRMED } from './look-troubles';
import { RingPoll } from './ring-poll';
import { StatusBoard } from './status-board';

/**
 * Standing trouble: the link and the ring are well, and still something is wrong behind or before the reader.
 * Acknowledgements are missing, the state cannot be saved, the controller is silent.
 */
export class StandingTrouble {
  /** The controller is silent: said once. */
  private silent = false;

  constructor(
    private readonly board: StatusBoard,
    private readonly acks: AckWatch,
    private readonly keeper: StateKeeper
  ) {}

  /** The ring could be read: shows the state, or what stands against it. */
  setHealthy(state: 'reading' | 'idle' | 'waiting', detail: string, ring: RingPoll, nowMs: number): void {
    const silence = state === 'idle' ? ring.silence(nowMs) : undefined;
    if (silence !== undefined && !this.silent) this.board.report(silence);
    this.silent = silence !== undefined;
    const trouble = this.acks.trouble ?? this.keeper.failure ?? silence ?? (ring.unconfirmed ? UNCONFIRMED : undefined);
    if (trouble !== undefined) this.board.trouble(state, trouble);
    else this.board.set(state, detail);
  }

  /** What is wrong behind the reader is shown also while nothing is read. */
  show(): void {
    const { state, code } = this.board;
    if (state !== 'idle' && state !== 'paused' && state !== 'waiting') return;
    const trouble = this.acks.trouble ?? this.keeper.failure;
    if (trouble !== undefined) this.board.trouble(state, trouble);
    else if (code === 'OPENOT_ACK_TIMEOUT' || code === 'OPENOT_STATE_NOT_SAVED') this.board.set(state, '');
  }
}
