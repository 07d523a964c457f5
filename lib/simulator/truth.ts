/** What became of one record that a producer made: what a test compares a reader's findings with. */
export interface TruthRecord {
  /** Counts the power cycles before it. */
  readonly incarnation: number;
  readonly runId: bigint;
  readonly epochId: bigint;
  readonly sourceId: number;
  readonly seq: number;
  readonly eventTypeId: number;
  /** Absolute position, or -1 for a record that the producer itself dropped. */
  readonly abs: number;
}

/** The newest records of a producer, at most `limit`. */
export class TruthLog {
  private entries: TruthRecord[] = [];

  constructor(readonly limit: number) {}

  add(record: TruthRecord): void {
    this.entries.push(record);
    // Twice the limit before the older half goes: one move per `limit` records.
    if (this.entries.length >= 2 * this.limit) this.entries = this.entries.slice(-this.limit);
  }

  /** Oldest first. */
  all(): readonly TruthRecord[] {
    return this.entries.slice(-this.limit);
  }
}
