import { NOT_ADVERTISED, RingWriter } from '../ring';
import { encodeRecord, Flag, Slot } from '../wire';
import { Advertised, ControlImage } from './control-image';
import { PlcMemory } from './memory';
import { TruthLog } from './truth';

/** One event as a program logs it; seq, run id and time are the producer's. */
export interface ProducerEvent {
  readonly sourceId: number;
  readonly eventTypeId: number;
  readonly slots: readonly Slot[];
  /** Flags besides HasCrc and TimeUnsynced, which the producer sets itself. */
  readonly flags?: number;
}

/** A controller's ring, clock and identity. */
export interface ProducerOptions {
  /** Ring capacity; a multiple of 8. */
  readonly ringBytes: number;
  /** Nanoseconds since the Unix epoch: the controller's clock. */
  readonly clock: () => bigint;
  /** Carriage hash of the definition in force. */
  readonly definitionHash: string;
  readonly bufferId?: number;
  readonly runId?: bigint;
  readonly epochId?: bigint;
  /** Position of the first byte; near 2^32 to see a 64-bit position carry. */
  readonly startAbs?: number;
  /**
   * True: an update is done store by store, by `step()`, so that a copy can fall between two stores; `flush()`
   * does what is left. False: at once.
   */
  readonly stepped?: boolean;
  /** How many of its newest records the truth log keeps; 0 (the default) = none. */
  readonly truthLimit?: number;
}

/** Totals since the start. */
export interface ProducerCounters {
  /** Records written to the ring. */
  written: number;
  /** Records that the producer dropped before they reached the ring. */
  dropped: number;
  /** Bytes written, without gaps. */
  bytes: number;
}

/** Bytes of a record that are stored without interruption. */
const PIECE = 32;

interface PendingRecord {
  readonly encoded: Uint8Array;
  readonly sourceId: number;
  readonly seq: number;
  readonly runId: bigint;
  readonly eventTypeId: number;
  /** Set on LoggerStarted: what the control block advertises from this record on. */
  readonly opens?: Omit<Advertised, 'epochFirstAbs'>;
}

/**
 * The PLC's side: turns events into records and writes them into the ring, in the producer order of
 * docs/format.md 8. What it logs about itself is in lifecycle.ts.
 */
export class Producer implements PlcMemory {
  readonly ring: Uint8Array;
  readonly bufferId: number;
  readonly truth: TruthLog;
  readonly counters: ProducerCounters = { written: 0, dropped: 0, bytes: 0 };
  /** Logged events per source id, dropped ones included. */
  readonly produced = new Map<number, number>();
  /** What records are stamped with from now on; the control block follows when LoggerStarted is written. */
  runId: bigint;
  epochId: bigint;
  definitionHash: string;
  prevDefinitionHash = NOT_ADVERTISED;
  clockSynced = true;
  incarnation = 0;
  stepped: boolean;
  /** The controller stands still, maybe inside an update: no store is done until it is released. */
  frozen = false;

  private readonly image = new ControlImage();
  private writer: RingWriter;
  private nextSeqs = new Map<number, number>();
  private pending: PendingRecord[] = [];
  private under: Generator<void> | undefined;

  constructor(private readonly options: ProducerOptions) {
    if (options.ringBytes % 8 !== 0 || options.ringBytes < 256)
      throw new RangeError(`a ring has a multiple of 8 bytes, at least 256; found ${options.ringBytes}`);
    this.bufferId = options.bufferId ?? 1;
    this.runId = options.runId ?? 1n;
    this.epochId = options.epochId ?? 1n;
    this.definitionHash = options.definitionHash;
    this.stepped = options.stepped ?? false;
    this.truth = new TruthLog(options.truthLimit ?? 0);
    this.ring = new Uint8Array(options.ringBytes);
    this.writer = this.begin(options.startAbs ?? 0);
  }

  get control(): Uint8Array {
    return this.image.bytes;
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
  /** Records logged but not yet in the ring. */
  get waiting(): number {
    return this.pending.length + (this.under === undefined ? 0 : 1);
  }
  now(): bigint {
    return this.options.clock();
  }

  /** The seq that this source's next record gets. */
  nextSeq(sourceId: number): number {
    return this.nextSeqs.get(sourceId) ?? 0;
  }

  /** Ids of all sources that have a seq in this run, ascending, the logger (0) not among them. */
  knownSources(): number[] {
    return [...this.nextSeqs.keys()].filter((id) => id !== 0).sort((a, b) => a - b);
  }

  /** Makes a source known before its first record. */
  introduce(sourceId: number): void {
    if (!this.nextSeqs.has(sourceId)) this.nextSeqs.set(sourceId, 0);
  }

  /** Logs one event and returns its seq. The record is in the ring at once, or after the steps of `stepped`. */
  emit(event: ProducerEvent, opens?: Omit<Advertised, 'epochFirstAbs'>): number {
    const seq = this.takeSeq(event.sourceId);
    const flags = Flag.HasCrc | (event.flags ?? 0) | (this.clockSynced ? 0 : Flag.TimeUnsynced);
    const encoded = encodeRecord({
      flags,
      sourceTimeNs: this.now(),
      runId: this.runId,
      seq: BigInt(seq),
      sourceId: event.sourceId,
      eventTypeId: event.eventTypeId,
      slots: event.slots
    });
    if ('ok' in encoded) throw new RangeError(`event type ${event.eventTypeId} cannot be encoded: ${encoded.kind}`);
    this.pending.push({
      encoded,
      sourceId: event.sourceId,
      seq,
      runId: this.runId,
      eventTypeId: event.eventTypeId,
      opens
    });
    if (!this.stepped) this.flush();
    return seq;
  }

  /** Uses up a seq without writing a record: the producer had to drop the event. Returns the seq. */
  skip(event: ProducerEvent): number {
    const seq = this.takeSeq(event.sourceId);
    this.counters.dropped++;
    this.remember(-1, { sourceId: event.sourceId, seq, runId: this.runId, eventTypeId: event.eventTypeId });
    return seq;
  }

  /** Does the next store of the oldest update that is not finished. False when there is none. */
  step(): boolean {
    if (this.frozen) return false;
    if (this.under === undefined) {
      const next = this.pending.shift();
      if (next === undefined) return false;
      this.under = this.stores(next);
    }
    // The generator yields after every store; what follows its last yield is the seqlock's return to even.
    if (this.under.next().done) this.under = undefined;
    return true;
  }

  /** Finishes the update under way and the first `records` waiting ones; all of them when absent. */
  flush(records = Number.POSITIVE_INFINITY): void {
    if (this.frozen) return;
    if (this.under !== undefined) this.finish(this.under);
    this.under = undefined;
    const count = Math.min(records, this.pending.length);
    for (let i = 0; i < count; i++) this.finish(this.stores(this.pending[i]));
    if (count > 0) this.pending.splice(0, count);
  }

  /** Forgets seqs and raises the run id (docs/format.md 10): the caller logs LoggerStarted next. */
  newRun(): void {
    this.runId += 1n;
    this.restartSeqs();
  }

  /** All memory is lost: positions, seqs and bytes begin anew, the run id does not change. */
  loseMemory(): void {
    this.pending = [];
    this.under = undefined;
    this.frozen = false;
    this.ring.fill(0);
    this.prevDefinitionHash = NOT_ADVERTISED;
    this.incarnation++;
    this.restartSeqs();
    this.writer = this.begin(0);
  }

  private restartSeqs(): void {
    this.nextSeqs = new Map([...this.nextSeqs.keys()].map((id) => [id, 0]));
  }

  private begin(startAbs: number): RingWriter {
    const { runId, epochId, definitionHash, prevDefinitionHash } = this;
    this.image.reset(this.bufferId, this.ring.length, startAbs, {
      runId,
      epochId,
      epochFirstAbs: startAbs,
      definitionHash,
      prevDefinitionHash
    });
    return new RingWriter(this.ring.length, { startAbs, bytes: this.ring });
  }

  private takeSeq(sourceId: number): number {
    const seq = this.nextSeq(sourceId);
    this.nextSeqs.set(sourceId, seq + 1);
    this.produced.set(sourceId, (this.produced.get(sourceId) ?? 0) + 1);
    return seq;
  }

  private finish(stores: Generator<void>): void {
    while (!stores.next().done);
  }

  /**
   * One record in the producer order: seqlock odd; what is reclaimed (a reader that looks at oldest again after it
   * has read bytes must find them gone before they are overwritten); wrap marker and bytes; head; seqlock even.
   */
  private *stores(record: PendingRecord): Generator<void> {
    const { image, writer } = this;
    const { encoded } = record;
    image.tick();
    yield;
    const reserved = writer.reserve(encoded.length);
    if (!reserved.ok) throw new RangeError(`a record of ${encoded.length} bytes exceeds a ring of ${this.ring.length}`);
    image.position('oldestAbs', 'low', writer.oldestAbs);
    yield;
    image.position('oldestAbs', 'high', writer.oldestAbs);
    yield;
    image.position('lostCount', 'low', writer.lostCount);
    image.position('lostCount', 'high', writer.lostCount);
    yield;
    const phys = reserved.abs % this.ring.length;
    if (this.stepped) {
      if (reserved.abs !== writer.headAbs) this.ring[writer.headAbs % this.ring.length] = 0;
      for (let at = 0; at < encoded.length; at += PIECE) {
        this.ring.set(encoded.subarray(at, at + PIECE), phys + at);
        yield;
      }
    }
    writer.commit(encoded, { runId: record.runId, sourceId: record.sourceId, seq: BigInt(record.seq) });
    if (record.opens !== undefined) yield* this.advertise(record.opens, reserved.abs);
    image.position('headAbs', 'low', writer.headAbs);
    yield;
    image.position('headAbs', 'high', writer.headAbs);
    yield;
    this.counters.written++;
    this.counters.bytes += encoded.length;
    this.remember(reserved.abs, record);
    image.tick();
  }

  private *advertise(opens: Omit<Advertised, 'epochFirstAbs'>, startAbs: number): Generator<void> {
    this.image.advertise('runId', opens.runId);
    yield;
    this.image.advertise('epochId', opens.epochId);
    yield;
    this.image.advertise('epochFirstAbs', BigInt(startAbs));
    yield;
    this.image.hash('definitionHash', opens.definitionHash);
    yield;
    this.image.hash('prevDefinitionHash', opens.prevDefinitionHash);
    yield;
  }

  private remember(abs: number, record: { sourceId: number; seq: number; runId: bigint; eventTypeId: number }): void {
    if (this.truth.limit === 0) return;
    const { runId, sourceId, seq, eventTypeId } = record;
    this.truth.add({ incarnation: this.incarnation, runId, epochId: this.epochId, sourceId, seq, eventTypeId, abs });
  }
}
