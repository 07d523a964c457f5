import type { SessionState } from './session';

/** Where a message with a token goes. */
export interface Destination {
  readonly id: string;
  /** A node of ours that reports to the tracker. */
  readonly ours: boolean;
  /** Not ours, but the wires from it lead to a node of ours. */
  readonly leadsBack: boolean;
  /** Ids of the nodes of ours that they lead to; absent: any. */
  readonly reaches?: ReadonlySet<string>;
  /** The way there forks: a later message may overtake an earlier one. */
  readonly forks?: boolean;
  /** Are the nodes of others on that way the same as when it was sent? */
  readonly isUnchanged?: () => boolean;
}

/** A node of others that has a batch, and since when. */
export interface Away {
  readonly to: Destination;
  readonly sinceMs: number;
}

/** A batch that its reader has handed on and that is not settled: where its messages are. */
export interface InFlightBatch {
  readonly token: string;
  readonly session: SessionState;
  readonly serial: number;
  /** Nodes of ours at work on it. */
  working: number;
  /** Deliveries whose turn has not come. */
  pending: number;
  /** By id: arrivals at nodes of ours that must still come. */
  readonly expected: Map<string, number>;
  /** By id: nodes of others that have it, whose wires lead back to ours, and since when. */
  readonly away: Map<string, Away>;
  /** It never arrives: its reader reads it again. */
  lost: boolean;
  /** Cancels the timer that runs while nothing happens with it. */
  cancelTimer?: () => void;
}
