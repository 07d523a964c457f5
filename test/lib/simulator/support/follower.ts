import { LossAccounting } from '../../../../lib/loss';
import { decodeControlBlock, snapshotOf, Snapshot, visitWindow } from '../../../../lib/ring';
import { PlcMemory } from '../../../../lib/simulator';
import { RecordView } from '../../../../lib/wire';
import { flatWindow } from '../../../support/flat-window';

/** One record as it was read. */
export interface ReadRecord {
  readonly abs: number;
  readonly record: RecordView;
}

/**
 * A reader of a ring that nobody writes to while it looks: reads on from where it stood, and accounts for what it
 * missed.
 */
export class Follower {
  readonly records: ReadRecord[] = [];
  readonly accounting = new LossAccounting();
  readonly lossItems: { sourceId: number; firstSeq: number; lastSeq: number; basis: string }[] = [];
  laps = 0;
  cursor: number;

  constructor(
    private readonly memory: PlcMemory,
    cursor = 0
  ) {
    this.cursor = cursor;
  }

  snapshot(): Snapshot {
    const block = decodeControlBlock(this.memory.control);
    if (!block.ok) throw new Error(`control block: ${block.kind}`);
    const snapshot = snapshotOf(block);
    if ('ok' in snapshot) throw new Error(snapshot.field);
    return snapshot;
  }

  /** Reads all there is; returns the records new to it. */
  read(): ReadRecord[] {
    const { headAbs, oldestAbs } = this.snapshot();
    if (this.cursor < oldestAbs) {
      this.laps++;
      this.cursor = oldestAbs;
    }
    const bytes = flatWindow(this.memory.ring, this.cursor, headAbs);
    const found: ReadRecord[] = [];
    const end = visitWindow(
      { bytes, fromAbs: this.cursor, headAbs, capacity: this.memory.ring.length },
      (abs, record) => {
        const outcome = this.accounting.account(record);
        if (!outcome.ok || outcome.kind === 'repeat') throw new Error(`record at ${abs} is not new data`);
        this.lossItems.push(...outcome.losses.filter((loss) => loss.upgrade === undefined));
        found.push({ abs, record });
      }
    );
    if (end.stop !== undefined) throw new Error(`stopped at ${end.nextAbs}: ${JSON.stringify(end.stop)}`);
    if (end.nextAbs !== headAbs) throw new Error(`ended at ${end.nextAbs} instead of head ${headAbs}`);
    this.cursor = headAbs;
    this.records.push(...found);
    return found;
  }
}

/** A record in one line, to compare with truth. */
export function line(of: {
  abs: number;
  runId: bigint;
  sourceId: number;
  seq: number | bigint;
  eventTypeId: number;
}): string {
  return `${of.abs} ${of.runId}/${of.sourceId}/${of.seq} ${of.eventTypeId}`;
}

export function lineOf({ abs, record }: ReadRecord): string {
  return line({
    abs,
    runId: record.runId,
    sourceId: record.sourceId,
    seq: record.seq,
    eventTypeId: record.eventTypeId
  });
}
