import { KnownEpoch, Snapshot } from '../ring/snapshot';
import { Notice, Segment } from './items';

/**
 * Why counting of seqs begins where it does (docs/format.md 26). `first-contact`: the ring was read from its oldest
 * record on, so every source counts from 0. `newest` and `seek`: in the middle. `resumed`: the ring began anew under
 * the reader's last record, and each source goes on where it was.
 */
export const BEGAN_CAUSES = ['first-contact', 'newest', 'seek', 'resumed'] as const;

/** Where counting of seqs began. */
export interface Began {
  readonly cause: (typeof BEGAN_CAUSES)[number];
  readonly incarnation: number;
  readonly abs: number;
  /** The run in force then, decimal text. */
  readonly runId: string;
}

/** `msg.openot`: what every node keeps and hands on beside the payload (docs/design.md 3). */
export interface StreamFacts {
  /** Name of the stream, frozen at first contact. */
  stream: string;
  /** Counter of the ring's restarts, from 0; part of a record's identity. */
  incarnation: number;
  bufferId: number;
  snapshot: Snapshot;
  /** Known starts of epochs, ascending. */
  epochs: KnownEpoch[];
  /** Decimal text, nanoseconds since the Unix epoch. */
  receiveTimeNs: string;
  /**
   * Where counting of seqs began, and why (docs/format.md 9): of every source from 0 at a `first-contact`, of those of
   * runs up to `runId` at their first record seen otherwise. Absent where it is not known any more.
   */
  began?: Began;
  /** Commit tokens; absent or empty where nothing waits for an acknowledgement. */
  commit?: string[];
}

/**
 * `msg.openot` of the reader's first output: the payload is whole, verified records back to back, wrap gaps removed.
 */
export interface BatchFacts extends StreamFacts {
  segments: Segment[];
  notices: Notice[];
}

/** Facts of a stream whose bytes came some other way than from a ring. */
export type LooseFacts = Partial<StreamFacts>;
