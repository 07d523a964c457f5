import { AckStatus, firstReadAgain } from './session';
import type { Sessions } from './sessions';
import type { Timers } from './timers';

/** Milliseconds until a batch is read again that what stores it refused, where its reader says nothing else. */
export const REJECTED_MS = 5000;

/** What an openot-ack asks and reports, and what nodes ask that keep something until a batch is settled. */
export interface Acknowledgements {
  /** What an acknowledgement of this batch of this session (`reader/boot`) would mean. */
  ackStatus(session: string, serial: number): AckStatus;
  /**
   * Is this batch of this session, with all before it, through for good, so that its reader does not read it again? Not
   * where the session has ended: nobody knows then how far its last checkpoint went.
   */
  isSettled(session: string, serial: number): boolean;
  /** An openot-ack says that this batch and all before it are where they belong. Returns how many batches that are. */
  acknowledge(session: string, serial: number): number;
  /**
   * What stores the records failed with this batch. It and what follows are read again, after a pause: what fails once
   * fails again for a while. Until then nothing from it on is settled. False where that is known already.
   */
  reject(session: string, serial: number): boolean;
}

export interface AckPorts {
  readonly sessions: Sessions;
  readonly timers: Pick<Timers, 'after'>;
  /** Flows are between their stop and their start. */
  isStopping(): boolean;
  /** Makes the reader of this session read again. */
  reportLoss(session: string): void;
}

export function createAcknowledgements({ sessions, timers, isStopping, reportLoss }: AckPorts): Acknowledgements {
  return {
    ackStatus(id, serial) {
      const session = sessions.get(id);
      if (session === undefined || serial > session.newest) return 'unknown';
      if (session.awaitsAck !== true) return 'unasked';
      return serial > session.acknowledged && session.open.has(serial) && serial < firstReadAgain(session)
        ? 'open'
        : 'settled';
    },

    isSettled(id, serial) {
      const session = sessions.get(id);
      if (session === undefined || serial > session.newest) return false;
      const first = session.open.keys().next().value;
      return first === undefined || first > serial;
    },

    acknowledge(id, serial) {
      const session = sessions.get(id);
      if (session?.awaitsAck !== true || serial > session.newest || serial <= session.acknowledged) return 0;
      const end = Math.min(serial + 1, firstReadAgain(session));
      const covered = [...session.open.keys()].filter((open) => open > session.acknowledged && open < end).length;
      session.acknowledged = serial;
      // Whatever became of the other ways: this batch is where it belongs.
      const batch = session.open.get(serial);
      if (batch !== undefined) Object.assign(batch, { isTaken: true, disabled: undefined });
      // In a deploy's sweep a batch before this one may have been destroyed that nobody knows of yet.
      if (!isStopping() || session.isShut) sessions.settleAcknowledged(session);
      return covered;
    },

    reject(id, serial) {
      const session = sessions.get(id);
      const batch = session?.open.get(serial);
      if (session?.awaitsAck !== true || batch === undefined) return false;
      if (batch.lost || batch.refusal !== undefined) return false;
      batch.lost = true;
      if (session.isLost) return true;
      session.isLost = true;
      timers.after(session.rejectPauseMs?.() ?? REJECTED_MS, () => reportLoss(id));
      return true;
    }
  };
}
