import { BatchFacts, NoticeItem } from '../../stream';
import { Batch } from '../batch';
import { BatchDraft } from '../judge/gathering';
import { ReaderTotals } from '../status';
import { Checkpoints } from './checkpoints';

/** Batches whose clock skew is kept. */
const SKEWS = 32;

/** What polls brought: batches to be handed on, in order, counted, with the checkpoint after each. */
export class Outbox {
  readonly batches: Batch[] = [];
  /** Milliseconds between the source time of the newest record and its receipt, per batch, the recent ones. */
  readonly skews: number[] = [];

  constructor(
    private readonly totals: ReaderTotals,
    private readonly checkpoints: Checkpoints
  ) {}

  /** Takes a batch: each byte of it is copied once, here. */
  add(draft: BatchDraft, receiveTimeNs: bigint): void {
    const { totals } = this;
    totals.records += draft.records;
    totals.bytes += draft.bytes;
    if (draft.newestTimeNs !== undefined) {
      this.skews.push(Number((receiveTimeNs - draft.newestTimeNs) / 1000n) / 1000);
      if (this.skews.length > SKEWS) this.skews.shift();
    }
    for (const notice of draft.notices) this.count(notice);
    this.batches.push(built(draft, this.checkpoints.add(draft.state), receiveTimeNs));
  }

  private count(notice: NoticeItem): void {
    const { totals } = this;
    if (notice.kind === 'incarnation') totals.incarnations++;
    else if (notice.kind === 'lap') totals.laps++;
    // Told to go on elsewhere is not passed over.
    else if (notice.kind === 'skipped' && notice.reason !== 'OPENOT_SEEK') totals.skipped++;
    else if (notice.kind === 'loss' && notice.upgrade !== true) {
      if (notice.class === 'before-contact') totals.beforeContact += notice.count;
      else totals.lost += notice.count;
      if (notice.class === 'indeterminate') totals.indeterminate += notice.count;
    }
  }
}

function built(draft: BatchDraft, serial: number, receiveTimeNs: bigint): Batch {
  // Not from the pool: whoever keeps or clones the payload would keep or clone its neighbours.
  const payload = Buffer.alloc(draft.bytes);
  let at = 0;
  for (const { bytes, start, end } of draft.stretches) {
    payload.set(bytes.subarray(start, end), at);
    at += end - start;
  }
  const facts: BatchFacts = {
    stream: draft.state.stream,
    incarnation: draft.incarnation,
    bufferId: draft.state.bufferId,
    snapshot: { ...draft.snapshot },
    epochs: draft.epochs,
    receiveTimeNs: receiveTimeNs.toString(),
    ...(draft.state.began === undefined ? {} : { began: draft.state.began }),
    segments: draft.segments,
    notices: draft.notices
  };
  return { serial, payload, facts, records: draft.records };
}
