import { Transport } from '../../transport/transport';
import { Checkpoints } from '../progress/checkpoints';
import { ReaderSettings } from '../settings';
import { LookCounters, ReaderError, ReaderTotals } from '../status';

/** A position that cannot be gone to. */
export interface SeekRefusal {
  readonly kind: 'outside';
  readonly error: ReaderError;
}

/** What the polls of one ring are made of. */
export interface PollParts {
  readonly transport: Transport;
  readonly settings: ReaderSettings;
  readonly pause: (ms: number) => Promise<void>;
  readonly nowNs: () => bigint;
  readonly nowMs: () => number;
  readonly totals: ReaderTotals;
  readonly looks: LookCounters;
  readonly checkpoints: Checkpoints;
  /** Number of the incarnation that a first contact begins: none that was given out before. */
  readonly firstIncarnation: number;
  readonly onError: (error: ReaderError) => void;
}
