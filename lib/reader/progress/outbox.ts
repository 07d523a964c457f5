import { NoticeItem } from '../../ring';
import { Batch } from '../batch';
import { BatchBuilder } from './batch-builder';
import { Checkpoints } from './checkpoints';
import { PlausibleLook } from '../observe/control-sample';
import { Memory } from '../judge/ring-position';
import { ReaderTotals } from '../status';

/** Batches whose clock skew is kept. */
const SKEWS = 32;

/** What polls gathered: closed into batches, counted, with the checkpoint after each. */
export class Outbox {
  /** Batches to be handed on, in order. */
  readonly batches: Batch[] = [];
  readonly builder = new BatchBuilder();
  /** Milliseconds between the source time of the newest record and its receipt, per batch, the recent ones. */
  readonly skews: number[] = [];
  /** Of the window that the records come from. */
  receiveTimeNs = 0n;

  constructor(
    private readonly totals: ReaderTotals,
    private readonly checkpoints: Checkpoints,
    private readonly maxInFlight: number
  ) {}

  note(item: NoticeItem, beforeAbs: number): void {
    this.builder.note(item, beforeAbs);
  }

  /** Nothing is gathered and nothing waits to be handed on. */
  get isEmpty(): boolean {
    return this.builder.isEmpty && this.batches.length === 0;
  }

  /** Closes the batch, if there is anything in it; false when no further one may be begun before some are settled. */
  flush(memory: Memory, latest: PlausibleLook): boolean {
    const { builder, totals, checkpoints } = this;
    if (builder.isEmpty) return true;
    totals.records += builder.records;
    totals.bytes += builder.bytes;
    const newest = builder.newestTimeNs;
    if (newest !== undefined) {
      this.skews.push(Number((this.receiveTimeNs - newest) / 1000n) / 1000);
      if (this.skews.length > SKEWS) this.skews.shift();
    }
    const serial = checkpoints.add(memory.toSaved());
    const context = {
      stream: memory.stream,
      incarnation: memory.incarnation,
      bufferId: memory.bufferId,
      snapshot: latest.snapshot,
      epochs: memory.epochs.known(),
      receiveTimeNs: this.receiveTimeNs
    };
    const batch = builder.build(serial, context);
    for (const notice of batch.facts.notices) {
      if (notice.kind !== 'loss' || notice.upgrade === true) continue;
      totals.lost += notice.count;
      if (notice.class === 'indeterminate') totals.indeterminate += notice.count;
    }
    this.batches.push(batch);
    return checkpoints.inFlight < this.maxInFlight;
  }
}
