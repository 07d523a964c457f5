import { Transport } from '../transport/transport';
import { Batch } from './batch';
import { Clock, Random, Store } from './ports';
import { ReaderSettings } from './settings';
import { ReaderError, ReaderStatus, StatusFacts } from './status';

/** What became of a command; nothing was changed where it is not ok. */
export type CommandOutcome = { readonly ok: true } | (ReaderError & { readonly ok: false });

/** Everything a reader is made of; nothing else reaches it. */
export interface ReaderParts {
  readonly transport: Transport;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Partial<ReaderSettings>;
  /**
   * Takes one batch; the next one waits until it resolves. A rejection stops reading until the reader is started anew.
   */
  readonly sink: (batch: Batch) => void | Promise<void>;
  /** At each change of state and every `statusIntervalMs`. Objects of their own, never changed afterwards. */
  readonly onStatus?: (status: ReaderStatus, facts: StatusFacts) => void;
  /** Once for each new trouble (not for each retry of it), for the log and for Catch nodes. */
  readonly onError?: (error: ReaderError) => void;
}

/** A running reader of one ring (docs/reader.md). All of it is called on one thread; nothing here rejects. */
export interface Reader {
  /** Begins to connect and read. Only once in a reader's life. */
  start(): void;
  /** Ends the poll under way, saves what is settled, closes the transport. Never rejects. */
  stop(): Promise<void>;
  /** Polls now, whatever the mode and also while paused: until nothing more is there. */
  read(): void;
  pause(): void;
  resume(): void;
  /** Nobody takes records: looks at the control block at every poll, reads no records and hands nothing on. */
  hold(): void;
  /**
   * Forgets the saved state and begins as at first contact (`startFrom`): the way out of an unreadable state. Refused
   * while another uses the state.
   */
  forget(): Promise<CommandOutcome>;
  /**
   * Goes on at a position between oldest and head, or at one of them: forward as a skipped range (notice), backward so
   * that records come again. `reason` of the notice, default OPENOT_SEEK. What was handed on and not settled is
   * forgotten. Also the way out of an unreadable state.
   * Waits for the link; nothing is changed where the answer is not ok.
   */
  seek(to: number | 'oldest' | 'newest', reason?: string): Promise<CommandOutcome>;
  /** The batch with this serial and all before it have been passed on: the saved checkpoint may move past them. */
  settle(serial: number): void;
  status(): ReaderStatus;
  statusFacts(): StatusFacts;
}
