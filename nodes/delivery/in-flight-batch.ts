import type { NodeRef } from './deployed';
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
  /** Something of it has come back to a node of ours. */
  isBack?: true;
}

/** Why a node of ours does not take a batch. */
export interface Refusal {
  readonly node: NodeRef;
  readonly code: string;
  readonly message: string;
}

/** A batch that its reader has handed on and that is not settled: where its messages are. */
export interface InFlightBatch {
  readonly token: string;
  readonly session: SessionState;
  readonly serial: number;
  /** Nodes of ours at work on it: by id, messages of it, and since when. */
  readonly working: Map<string, { count: number; readonly sinceMs: number }>;
  /** Deliveries whose turn has not come. */
  pending: number;
  /** By id: arrivals at nodes of ours that must still come. */
  readonly expected: Map<string, number>;
  /** By id: nodes of others that have it, whose wires lead back to ours, and since when. */
  readonly away: Map<string, Away>;
  /** `_msgid` of the messages that carry it. */
  messageId?: string;
  /** It has come to somebody: a node of others, or one of ours at which the way of documents ends. */
  isTaken: boolean;
  /** A node of ours sent it, and nobody was there. */
  isAdrift: boolean;
  /** A node of ours on its way that does not run. */
  disabled?: NodeRef;
  /** A node of ours does not take it as it is. */
  refusal?: Refusal;
  /** It never arrives: its reader reads it again. */
  lost: boolean;
  /** Cancels the timer that runs while nothing happens with it. */
  cancelTimer?: () => void;
}

/** Nothing is to come of it any more: nobody works on it, and no delivery or arrival is outstanding. */
export const isAtRest = ({ working, pending, expected, away }: InFlightBatch): boolean =>
  working.size === 0 &&
  pending === 0 &&
  expected.size === 0 &&
  [...away.values()].every(({ isBack }) => isBack === true);

/** It is at rest and cannot be settled: nobody has taken it, or a node of ours on its way does not run. */
export function isStranded(batch: InFlightBatch): boolean {
  const { session, isTaken, isAdrift, disabled } = batch;
  if (!isAtRest(batch)) return false;
  // Where acknowledgements are awaited, one that is on no wire any more may be in a message that a join node keeps.
  return disabled !== undefined || (!isTaken && (isAdrift || session.awaitsAck !== true));
}

/** It is not settled by an acknowledgement of a later one: it is read again. */
export const isReadAgain = (batch: InFlightBatch): boolean =>
  batch.lost || batch.refusal !== undefined || isStranded(batch);
