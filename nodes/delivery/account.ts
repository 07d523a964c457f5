export interface Timers {
  /** Milliseconds from any fixed point. */
  now(): number;
  /** Calls back after `ms`; returns how to cancel. */
  after(ms: number, call: () => void): () => void;
  /** Calls back in a later turn of the event loop, after every delivery that is pending now. */
  nextTurn(call: () => void): void;
}

/** Where a message with a token goes. */
export interface Destination {
  readonly id: string;
  /** A node of ours that reports to the ledger. */
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

export interface Passing {
  readonly token: string;
  readonly account: AccountState;
  readonly serial: number;
  /** Nodes of ours at work on it. */
  working: number;
  /** Deliveries whose turn has not come. */
  pending: number;
  /** By id: arrivals at nodes of ours that must still come. */
  readonly expected: Map<string, number>;
  /** By id: nodes of others that have it, whose wires lead back to ours, and since when. */
  readonly away: Map<string, Away>;
  lost: boolean;
  cancelQuiet?: () => void;
}

/** One life of one reader. */
export interface Account {
  /** Opens a batch and returns its token `reader/boot/serial`. Serials rise. */
  begin(serial: number): string;
  /** Resolves true when a batch may be sent, false when the account is closed. */
  gate(): Promise<boolean>;
  /** No more batches: whoever waits at the gate is sent away. What is under way may still settle. */
  shut(): void;
  /** Forgets what is not settled. */
  close(): void;
}

/** What a reader hears of its batches. */
export interface AccountOptions {
  /** This batch and all before it are through. */
  readonly settled: (serial: number) => void;
  /** At least one never will be; read again. */
  readonly onLost: () => void;
  /** One counts as passed because the node of others with this id was silent for `LONGEST_MS`; once for it. */
  readonly onQuiet?: (id: string) => void;
  /** Only an acknowledgement settles, neither a delivery nor silence. */
  readonly awaitsAck?: boolean;
}

/**
 * What an acknowledgement of a batch would mean: it waits for one; it had one, or lies before one that had, or
 * is read again anyway; its reader
 * does not wait for any; no such reader lives, or it never sent that batch.
 */
export type Standing = 'open' | 'settled' | 'unasked' | 'unknown';

export interface AccountState extends Account, AccountOptions {
  /** In the order of their serials. */
  readonly open: Map<number, Passing>;
  /** The highest serial that was acknowledged. */
  acknowledged: number;
  /** The highest serial begun. */
  newest: number;
  isShut: boolean;
  isClosed: boolean;
  isLost: boolean;
}
