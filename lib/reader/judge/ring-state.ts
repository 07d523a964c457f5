import { PlausibleSample } from '../observe/control-sample';
import { AcceptedControl } from '../observe/seqlock';
import { AnchorCheck } from './anchor';
import { HeadHistory } from './head-history';
import { RecordSearch } from './record-search';
import { RestartDoubt } from './restart';
import { RingPosition } from './ring-position';
import { Streak } from './streak';

/**
 * What a reader knows of its ring between two polls. A value: each decision makes the next one, nothing in it is ever
 * changed, and every suspicion stands in `doubts`, so that forgetting it is leaving it out.
 */
export type RingState = Unknown | Following | Ending;

/** No saved state, and the ring was not seen yet. */
export interface Unknown {
  readonly phase: 'unknown';
  /** Number of the incarnation that a first contact begins: none that was given out before. */
  readonly firstIncarnation: number;
}

/** The ring is read, record by record. */
export interface Following {
  readonly phase: 'following';
  readonly position: RingPosition;
  /** The control block accepted last, confirmed or not; `position.image` is the one confirmed last. */
  readonly last: PlausibleSample;
  readonly doubts: Doubts;
  readonly trust: Trust;
  /** Since the link came up, the last record handed on was seen to stand. */
  readonly wasAnchored: boolean;
  /**
   * A lap passed over the last record's place before it was seen to stand: whether this is the same ring was not
   * proven.
   */
  readonly lappedOutOfSight: boolean;
  /** A search for the next record behind a place that cannot be read. */
  readonly search?: RecordSearch;
  /** What was learnt at places that could not be read. */
  readonly learnt: Learnt;
  readonly heads: HeadHistory;
  /** Bytes that were overwritten while the last window was read. */
  readonly evicted: number;
  /** Since when a saved state is gone on from, monotonic milliseconds. */
  readonly resumedMs: number;
}

/** The ring began anew; it waits until the batches of its former life are settled, or were waited for long enough. */
export interface Ending {
  readonly phase: 'ending';
  readonly following: Following;
  readonly next: NewIncarnation;
  /** They have been waited for long enough. */
  readonly isDrained: boolean;
}

/** How the next incarnation was noticed. */
export interface NewIncarnation {
  readonly control: AcceptedControl;
  readonly reason: string;
  readonly anchor: AnchorCheck;
}

/** What is suspected, poll after poll, until it is decided or does not show any more. Absent = not suspected. */
export interface Doubts {
  /** The control block says something that only falls when a ring begins anew. */
  readonly restart?: RestartDoubt;
  /** Another record stands where the last one handed on should stand. */
  readonly anchor?: AnchorDoubt;
  /** Nothing can be handed on at the cursor. */
  readonly place?: Streak;
}

/** Another record stands where the last one handed on should stand. */
export interface AnchorDoubt {
  readonly streak: Streak;
  /** Of the control block that it was seen under last. */
  readonly seqlock: number;
  /**
   * No old control block explains it, or the ring was out of sight: it decides when its place is overwritten, and is
   * saved with the state.
   */
  readonly isUnexplained: boolean;
}

/**
 * What the last record handed on proves. anchored: where it stands, the bytes are of this lap. sinceLap: there was a
 * lap at `sinceMs`, and what was handed on since may come out of an old copy; it proves little until the last record is
 * seen to stand `rereadMs` later.
 */
export type Trust = { readonly kind: 'anchored' } | { readonly kind: 'sinceLap'; readonly sinceMs: number };

/** One (run, source) and the seq that was expected of it. */
export interface SeqChain {
  readonly runId: bigint;
  readonly sourceId: number;
  readonly expected: number;
}

/** What readings of a bad place taught, for the next one. */
export interface Learnt {
  /** Source of the last record passed over as a repeat: when it repeats again, its seqs began anew. */
  readonly repeated?: SeqChain;
  /** Place behind which the last reading showed that these bytes are of this lap. */
  readonly provenAbs?: number;
}

/** Nothing is suspected. */
export const NO_DOUBTS: Readonly<Doubts> = {};
/** The last record handed on proves what follows it. */
export const ANCHORED: Trust = { kind: 'anchored' };
