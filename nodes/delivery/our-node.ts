import type { NodeMessage } from 'node-red';

/** What a node of ours is for the batches that come to it. */
export interface OurNode {
  /** Outputs by which records and documents leave: where one of them is wired, the others need not be. */
  readonly outputs: readonly number[];
  /** The way of documents ends here. sink: only where nothing is wired behind it. ack: always. */
  readonly end?: 'sink' | 'ack';
}

/** One that gives on by its first output what it gets. */
export const PASSES_ON: OurNode = { outputs: [0] };

/** A node of ours as it takes part in delivery: what it is for batches, and whether any come to it. */
export type PortOptions = Partial<OurNode> & {
  readonly receives?: boolean;
  /** Is this a message that belongs to a batch, so that `msg.openot` must stand in it? Absent: every message is. */
  readonly needsFacts?: (message: NodeMessage) => boolean;
};
