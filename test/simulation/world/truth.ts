/*
 * What was really produced, kept outside of everything that is tested: a record is known again by the serial number in
 * its last slot, and by all of its bytes.
 */

/** One record that the program made. */
export interface TruthRecord {
  /** Its place in `Truth.records`. */
  readonly serial: number;
  /** Counts the times at which the ring began anew. */
  readonly life: Life;
  readonly chain: Chain;
  readonly seq: number;
  readonly eventTypeId: number;
  /** Carriage hash of the definition in force. */
  readonly hash: string;
  /** As they stand in the ring; empty where the program dropped the record. */
  readonly bytes: Uint8Array;
  /** Written with a fault: no reader can hand it on. */
  readonly isSpoiled: boolean;
  /** Seqs that the record names as dropped. */
  readonly names?: { readonly first: number; readonly last: number };
  /** Absolute position; -1 until it has one, for ever where the program dropped the record. */
  abs: number;
}

/** All records of one source in one run of one life, by seq. */
export class Chain {
  readonly records: TruthRecord[] = [];

  constructor(
    readonly life: Life,
    readonly runId: string,
    readonly sourceId: number
  ) {}

  toString(): string {
    return `life ${this.life.index} run ${this.runId} source ${this.sourceId}`;
  }
}

/** The ring from one beginning to the next. */
export class Life {
  /** Written records, ascending by position. */
  readonly placed: TruthRecord[] = [];
  readonly chains = new Map<string, Chain>();
  /** Start of the oldest record that the ring retained at the end; undefined while it lasts. */
  endedAtOldest: number | undefined;

  constructor(
    readonly index: number,
    readonly capacity: number,
    readonly bufferId: number,
    readonly startAbs: number
  ) {}

  chain(runId: string, sourceId: number): Chain {
    const key = `${runId}/${sourceId}`;
    let chain = this.chains.get(key);
    if (chain === undefined) this.chains.set(key, (chain = new Chain(this, runId, sourceId)));
    return chain;
  }

  /** Index in `placed` of the first record at or after `abs`. */
  indexAt(abs: number): number {
    let low = 0;
    let high = this.placed.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.placed[middle].abs < abs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class Truth {
  readonly records: TruthRecord[] = [];
  readonly lives: Life[] = [];

  get life(): Life {
    return this.lives[this.lives.length - 1];
  }
}
