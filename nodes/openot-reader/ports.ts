import type { NodeMessage } from 'node-red';
import type { Clock, Random, ReaderSettings, ReaderStatus, Store } from '../../lib/reader';
import type { Transport } from '../../lib/transport/transport';
import type { NodeRef, NodeTrouble, ReaderSession, SessionOptions, Wiring } from '../delivery';

/** What a reader node is made of. */
export interface ReaderNodePorts {
  /** A way to the ring of its own, for each session of the reader. */
  transport(): Transport;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Partial<ReaderSettings>;
  /** Opens a session (see nodes/delivery). */
  openSession(options: ReaderEvents): ReaderSession;
  /** Who takes what this reader sends, as the flows are deployed now; undefined while they are not. */
  wiring(): Wiring | undefined;
  /** What is read is kept by a recording: with nothing wired at all, that takes it. */
  readonly isRecorded: boolean;
  /** Ids of other readers that read this ring under the same stream name now. */
  twins(): string[];
  /** A node as people know it. */
  refOf(id: string): NodeRef;
  /** Why a node of ours cannot go on, where it said so. */
  troubleOf?(id: string): NodeTrouble | undefined;
  /** Sends a batch by the first output. */
  sendBatch(message: NodeMessage): void;
  /** Sends a status by the second output, and shows it. */
  onStatus(message: NodeMessage, status: ReaderStatus): void;
  onError(error: Error): void;
  /** Resolves when every delivery pending now has run. */
  deliveriesDone(): Promise<void>;
}

/** What a session tells its reader. */
export type ReaderEvents = Pick<
  SessionOptions,
  'settled' | 'onLost' | 'onRefused' | 'onRetry' | 'onStarted' | 'rejectPauseMs'
>;
