import { ReaderParts } from '../api';
import { AckWatch } from '../progress/ack-watch';
import { Checkpoints } from '../progress/checkpoints';
import { StateKeeper } from '../progress/lease';
import { ReaderSettings, withDefaults } from '../settings';
import { ReaderError } from '../status';
import { Attendance } from './attendance';
import { Commands } from './commands';
import { Lifecycle } from './lifecycle';
import { Pacer } from './pacing';
import { RingPoll } from './ring-poll';
import { StandingTrouble } from './standing';
import { StatusBoard } from './status-board';

/** Until something wakes the loop. */
export const NEVER_MS = 2 ** 31 - 1;

/** What all files of the loop work on: the parts of one reader, what it is doing, and its books. */
export class ReaderCore {
  readonly settings: ReaderSettings;
  readonly life = new Lifecycle();
  readonly checkpoints = new Checkpoints();
  /** Commands that wait for their turn between two polls. */
  readonly commands = new Commands();
  readonly board: StatusBoard;
  readonly keeper: StateKeeper;
  readonly pacer: Pacer;
  readonly acks: AckWatch;
  readonly attendance: Attendance;
  /** Another one after each `forget`. */
  ring: RingPoll;
  private readonly standing: StandingTrouble;

  constructor(readonly parts: ReaderParts) {
    this.settings = withDefaults(parts.settings);
    this.pacer = new Pacer(parts.clock, () => this.chores());
    this.board = new StatusBoard(parts.clock, this.settings, parts.onStatus, parts.onError);
    const report = (error: ReaderError): void => this.board.report(error);
    this.keeper = new StateKeeper(parts.store, parts.clock, this.checkpoints, this.settings.saveIntervalMs, report);
    this.acks = new AckWatch(this.settings, this.checkpoints, report);
    this.standing = new StandingTrouble(this.board, this.acks, this.keeper);
    this.attendance = new Attendance(parts.clock, (ms) => {
      this.board.silent(ms);
      this.reportIfDue();
    });
    this.ring = this.newRing();
  }

  /** A ring of which nothing is known. */
  newRing(firstIncarnation = 0): RingPoll {
    const { transport, clock } = this.parts;
    return new RingPoll({
      transport,
      settings: this.settings,
      pause: (ms) => this.pacer.pause(ms),
      nowNs: () => clock.nowNs(),
      nowMs: () => clock.monotonicMs(),
      totals: this.board.totals,
      looks: this.board.looks,
      checkpoints: this.checkpoints,
      firstIncarnation,
      onError: (error) => this.board.report(error)
    });
  }

  nowMs(): number {
    return this.parts.clock.monotonicMs();
  }

  /** Reports the status when that is due; milliseconds until it is due again. */
  reportIfDue(): number {
    return this.board.reportIfDue(this.ring, this.checkpoints.inFlight);
  }

  /** Nothing is wrong with the link; perhaps with what stands behind or before it. */
  setHealthy(state: 'reading' | 'idle' | 'waiting', detail = ''): void {
    this.standing.setHealthy(state, detail, this.ring, this.nowMs());
  }

  /** Nothing is begun any more, and no waiting goes on. */
  halt(): void {
    this.life.now('stop');
    this.pacer.stop();
    this.attendance.end();
  }

  /** Stops by itself, for good. */
  giveUp(error: ReaderError): void {
    this.board.fail('failed', error);
    this.halt();
    this.reportIfDue();
  }

  /** Saves and reports what is due; the milliseconds until one of them is due again. */
  async chores(): Promise<number> {
    const save = await this.keeper.saveIfDue();
    const acks = this.acks.due(this.nowMs());
    this.standing.show();
    return Math.min(save, acks, this.reportIfDue());
  }
}
