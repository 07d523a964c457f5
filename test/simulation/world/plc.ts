import { EventType, Flag, Slot, TlvType } from '../../../lib/wire';
import { Chance } from '../chance';
import { Life, Truth, TruthRecord } from './truth';
import { ControlBlock, recordBytes, Ring } from './writer';

/** Where a record's serial number stands, counted from its end: a slot of 4 bytes before the CRC. */
export const SERIAL_FROM_END = 8;
const SERIAL_KEY = 0x8001;
const NOT_ADVERTISED = '0000000000000000';
/** Bytes of a record that are stored without interruption. */
const PIECE = 32;

export interface Event {
  readonly sourceId: number;
  readonly eventTypeId: number;
  readonly slots: readonly Slot[];
  /** Written with a fault. */
  readonly spoiled?: boolean;
  readonly names?: TruthRecord['names'];
}

interface Advertised {
  readonly runId: bigint;
  readonly epochId: bigint;
  readonly definitionHash: string;
  readonly prevDefinitionHash: string;
  /** The epoch began earlier: a cold start alone begins no other one. */
  readonly goesOn?: boolean;
}

interface Pending {
  readonly record: TruthRecord;
  readonly encoded: Uint8Array;
  /** Set on LoggerStarted: what the control block names from this record on. */
  readonly opens: Advertised | undefined;
}

/** What a new life of the ring begins with. */
export interface LifeOptions {
  readonly capacity: number;
  readonly startAbs: number;
  /** Memory that was not cleared; zeros when absent. */
  readonly left?: Uint8Array;
}

/** A controller's memory, and the logger that writes it store by store in the producer order of docs/format.md 8. */
export class Plc {
  runId: bigint;
  epochId = 1n;
  definitionHash: string;
  prevDefinitionHash = NOT_ADVERTISED;
  clockSynced = true;
  /** The program stands still, perhaps inside an update. */
  frozen = false;
  /** Nanoseconds of the controller's own clock. */
  clockNs: () => bigint = () => 0n;
  readonly image = new ControlBlock();
  bufferId = 7;
  private writer!: Ring;
  private life!: Life;
  private seqs = new Map<number, number>();
  private pending: Pending[] = [];
  private under: Generator<void> | undefined;

  constructor(
    readonly truth: Truth,
    private readonly chance: Chance,
    first: LifeOptions & { runId: bigint; definitionHash: string }
  ) {
    this.runId = first.runId;
    this.definitionHash = first.definitionHash;
    this.begin(first);
  }

  get control(): Uint8Array {
    return this.image.bytes;
  }
  get ring(): Uint8Array {
    return this.writer.bytes;
  }
  get capacity(): number {
    return this.writer.capacity;
  }
  get headAbs(): number {
    return this.writer.headAbs;
  }
  get oldestAbs(): number {
    return this.writer.oldestAbs;
  }
  get lostCount(): number {
    return this.writer.lostCount;
  }
  get sources(): number[] {
    return [...this.seqs.keys()].filter((id) => id !== 0).sort((a, b) => a - b);
  }

  nextSeq(sourceId: number): number {
    return this.seqs.get(sourceId) ?? 0;
  }

  /** Another run: every source counts from 0. */
  newRun(): void {
    this.runId += 1n;
    this.seqs.clear();
  }

  /** The ring begins anew; what was not written yet is gone with the memory. */
  begin({ capacity, startAbs, left }: LifeOptions): void {
    const { truth } = this;
    if (truth.lives.length > 0) truth.life.endedAtOldest = this.writer.oldestAbs;
    this.pending = [];
    this.under = undefined;
    this.frozen = false;
    this.seqs.clear();
    this.life = new Life(truth.lives.length, capacity, this.bufferId, startAbs);
    truth.lives.push(this.life);
    const bytes = new Uint8Array(capacity);
    if (left !== undefined) bytes.set(left.subarray(0, capacity));
    this.writer = new Ring(bytes, startAbs);
    const { runId, epochId, definitionHash, prevDefinitionHash } = this;
    this.image.reset(this.bufferId, capacity, startAbs);
    this.image.u64('runId', runId);
    this.image.u64('epochId', epochId);
    this.image.hash('definitionHash', definitionHash);
    this.image.hash('prevDefinitionHash', prevDefinitionHash);
  }

  /** Logs an event; it is in the ring after the stores of `step`, or at once after `flush`. */
  emit(event: Event, opens?: Advertised): void {
    const { sourceId, eventTypeId, spoiled = false, names } = event;
    const seq = this.takeSeq(sourceId);
    const serial = this.truth.records.length;
    const flags = Flag.HasCrc | (this.clockSynced ? 0 : Flag.TimeUnsynced);
    const slots = [
      ...event.slots,
      {
        key: SERIAL_KEY,
        type: TlvType.UDInt,
        payload: Uint8Array.of(serial & 255, (serial >> 8) & 255, (serial >> 16) & 255, serial >>> 24)
      }
    ];
    const bytes = recordBytes({
      flags,
      sourceTimeNs: this.clockNs(),
      runId: this.runId,
      seq: BigInt(seq),
      sourceId,
      eventTypeId,
      slots
    });
    if (spoiled) this.spoil(bytes);
    const record = this.remember({
      sourceId,
      seq,
      eventTypeId,
      bytes,
      isSpoiled: spoiled,
      names,
      hash: opens?.definitionHash ?? this.definitionHash
    });
    this.pending.push({ record, encoded: bytes, opens });
  }

  /** Uses a seq up without writing a record. */
  drop(sourceId: number): number {
    const seq = this.takeSeq(sourceId);
    this.remember({
      sourceId,
      seq,
      eventTypeId: EventType.Message,
      bytes: new Uint8Array(0),
      isSpoiled: false,
      names: undefined,
      hash: this.definitionHash
    });
    return seq;
  }

  /** What LoggerStarted puts in force. */
  advertised(): Advertised {
    const { runId, epochId, definitionHash, prevDefinitionHash } = this;
    return { runId, epochId, definitionHash, prevDefinitionHash };
  }

  /** Does the next store. False when there is none. */
  step(): boolean {
    if (this.frozen) return false;
    if (this.under === undefined) {
      const next = this.pending.shift();
      if (next === undefined) return false;
      this.under = this.stores(next);
    }
    if (this.under.next().done) this.under = undefined;
    return true;
  }

  /** Writes what is waiting, but for the last `keep` records. */
  flush(keep = 0): void {
    if (this.frozen) return;
    const count = this.pending.length - keep;
    if (count < 0) return;
    if (this.under !== undefined) while (!this.under.next().done);
    this.under = undefined;
    for (let i = 0; i < count; i++) {
      const stores = this.stores(this.pending[i]);
      while (!stores.next().done);
    }
    this.pending.splice(0, count);
  }

  get isMidUpdate(): boolean {
    return this.under !== undefined;
  }

  private takeSeq(sourceId: number): number {
    const seq = this.nextSeq(sourceId);
    this.seqs.set(sourceId, seq + 1);
    return seq;
  }

  private remember(
    made: Pick<TruthRecord, 'seq' | 'eventTypeId' | 'bytes' | 'isSpoiled' | 'names' | 'hash'> & { sourceId: number }
  ): TruthRecord {
    const { life, truth } = this;
    const chain = life.chain(this.runId.toString(), made.sourceId);
    const { seq, eventTypeId, bytes, isSpoiled, names, hash } = made;
    const record: TruthRecord = {
      serial: truth.records.length,
      life,
      chain,
      seq,
      eventTypeId,
      hash,
      bytes,
      isSpoiled,
      names,
      abs: -1
    };
    truth.records.push(record);
    chain.records.push(record);
    return record;
  }

  /**
   * A record that is none: its CRC, its length or its sync is wrong. Never a zero in the first place, which would be a
   * wrap marker.
   */
  private spoil(bytes: Uint8Array): void {
    const { chance } = this;
    const kind = chance.below(3);
    if (kind === 0) bytes[8 + chance.below(bytes.length - 8)] ^= 1 << chance.below(8);
    else if (kind === 1) bytes[4] ^= 4 << chance.below(4);
    else bytes[chance.below(4)] ^= 0x80;
  }

  private *stores({ record, encoded, opens }: Pending): Generator<void> {
    const { image, writer } = this;
    image.tick();
    yield;
    const abs = writer.reserve(encoded.length);
    image.half('oldestAbs', 'low', writer.oldestAbs);
    yield;
    image.half('oldestAbs', 'high', writer.oldestAbs);
    yield;
    image.half('lostCount', 'low', writer.lostCount);
    image.half('lostCount', 'high', writer.lostCount);
    yield;
    writer.mark(abs);
    for (let at = 0; at < encoded.length; at += PIECE) {
      writer.store(abs + at, encoded.subarray(at, at + PIECE));
      yield;
    }
    writer.commit(abs, encoded.length);
    record.abs = abs;
    this.life.placed.push(record);
    if (opens !== undefined) yield* this.advertise(opens, abs);
    image.half('headAbs', 'low', writer.headAbs);
    yield;
    image.half('headAbs', 'high', writer.headAbs);
    yield;
    image.tick();
  }

  private *advertise(opens: Advertised, startAbs: number): Generator<void> {
    const { image } = this;
    image.u64('runId', opens.runId);
    yield;
    if (opens.goesOn === true) return;
    image.u64('epochId', opens.epochId);
    yield;
    image.u64('epochFirstAbs', BigInt(startAbs));
    yield;
    image.hash('definitionHash', opens.definitionHash);
    yield;
    image.hash('prevDefinitionHash', opens.prevDefinitionHash);
    yield;
  }
}
