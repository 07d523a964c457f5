import { encodeControlBlock, RingWriter } from '../../../lib/ring';
import { Slot } from '../../../lib/wire';
import { encoded } from '../../support/records';

/** A controller's memory, driven by a test: one record at a time, in the producer order of docs/format.md 8. */
export class FakePlc {
  writer: RingWriter;
  seqlock = 0;
  bufferId = 7;
  runId = 1n;
  epochId = 1n;
  epochFirstAbs: bigint;
  capacityShown: number;
  lostOffset = 0;
  definitionHash = '1111111111111111';
  prevDefinitionHash = '0000000000000000';
  /** Replaces the 88 bytes where a test wants something else there. */
  control: Uint8Array | undefined;
  timeNs = 1_000_000_000n;
  private readonly seqs = new Map<string, number>();

  constructor(
    readonly capacity: number,
    readonly startAbs = 0
  ) {
    this.writer = new RingWriter(capacity, { startAbs });
    this.capacityShown = capacity;
    this.epochFirstAbs = BigInt(startAbs);
  }

  nextSeq(sourceId: number): number {
    return this.seqs.get(`${this.runId}/${sourceId}`) ?? 0;
  }

  setSeq(sourceId: number, seq: number): void {
    this.seqs.set(`${this.runId}/${sourceId}`, seq);
  }

  /** Writes one record; its absolute start. */
  append(sourceId = 1, options: { slots?: Slot[]; seq?: number; eventTypeId?: number } = {}): number {
    const stores = this.stores(sourceId, options);
    for (const store of stores.steps) store();
    return stores.abs();
  }

  /** The same as single stores, for tests that look in between. */
  stores(
    sourceId = 1,
    options: { slots?: Slot[]; seq?: number; eventTypeId?: number } = {}
  ): { steps: (() => void)[]; abs: () => number } {
    const seq = options.seq ?? this.nextSeq(sourceId);
    this.setSeq(sourceId, seq + 1);
    this.timeNs += 1_000_000n;
    const bytes = encoded({
      sourceId,
      seq,
      runId: this.runId,
      timeNs: this.timeNs,
      slots: options.slots,
      eventTypeId: options.eventTypeId
    });
    let at = -1;
    const steps = [
      () => {
        this.seqlock++;
      },
      () => {
        const reserved = this.writer.reserve(bytes.length);
        if (!reserved.ok) throw new Error(reserved.kind);
        at = reserved.abs;
      },
      () => this.writer.commit(bytes, { runId: this.runId, sourceId, seq: BigInt(seq) }),
      () => {
        this.seqlock++;
      }
    ];
    return { steps, abs: () => at };
  }

  fill(count: number, sourceId = 1): void {
    for (let i = 0; i < count; i++) this.append(sourceId);
  }

  /** A restart with volatile memory: positions begin again. */
  powerCycle(runId = this.runId): void {
    this.writer = new RingWriter(this.capacity, { startAbs: 0 });
    this.runId = runId;
    this.seqs.clear();
    this.seqlock = 0;
    this.epochFirstAbs = 0n;
  }

  controlBytes(): Uint8Array {
    if (this.control !== undefined) return this.control.slice();
    return encodeControlBlock({
      version: 2,
      caps: 0,
      bufferId: this.bufferId,
      capacity: this.capacityShown,
      seqlock: this.seqlock >>> 0,
      headAbs: BigInt(this.writer.headAbs),
      oldestAbs: BigInt(this.writer.oldestAbs),
      lostCount: BigInt(this.writer.lostCount + this.lostOffset),
      runId: this.runId,
      epochId: this.epochId,
      epochFirstAbs: this.epochFirstAbs,
      definitionHash: this.definitionHash,
      prevDefinitionHash: this.prevDefinitionHash
    });
  }

  ringBytes(offset: number, length: number): Uint8Array {
    return this.writer.bytes.slice(offset, offset + length);
  }
}
