import { RingFacts, Transport, TransportError } from '../transport/transport';
import { Batch } from './batch';
import { BatchBuilder } from './batch-builder';
import { Checkpoints } from './checkpoints';
import { ChunkSize } from './chunk';
import { harvest, HarvestBounds, HarvestEnd, Trouble } from './harvest';
import { isPlausible, Look, PlausibleLook, sameImage, takeLook } from './look';
import { LookKeeper, LookOutcome } from './look-keeper';
import { Memory } from './memory';
import { RestartWatch } from './restart-watch';
import { RingReads } from './ring-reads';
import { ReaderSettings, RETRY_PAUSES_MS } from './settings';
import { searchRecord } from './skip';
import { isStray } from './stray';
import { LookCounters, ReaderError, ReaderTotals } from './status';
import { FlatWindow } from './window';

/** What one poll came to, and so when the next one is due. */
export type PollEnd =
  /** Nothing more is there. */
  | { readonly kind: 'idle' }
  /** There is more: go on at once. */
  | { readonly kind: 'more' }
  /** The same again after a short pause. */
  | { readonly kind: 'soon'; readonly ms: number }
  /** As many batches as allowed are on their way. */
  | { readonly kind: 'full' }
  /** The seqlock stays odd. */
  | { readonly kind: 'updating'; readonly frozen: boolean; readonly seqlock: number }
  /** No image could be believed; no reason to hurry. */
  | { readonly kind: 'unstable' }
  /** Something that a person has to change. */
  | { readonly kind: 'refused'; readonly error: ReaderError }
  | { readonly kind: 'failed'; readonly error: TransportError };

type Accepted = Extract<LookOutcome, { kind: 'accepted' }>;

export interface PollParts {
  readonly transport: Transport;
  readonly settings: ReaderSettings;
  readonly pause: (ms: number) => Promise<void>;
  readonly nowNs: () => bigint;
  readonly totals: ReaderTotals;
  readonly looks: LookCounters;
  readonly checkpoints: Checkpoints;
  readonly onError: (error: ReaderError) => void;
}

/** One ring, poll after poll: looks, window, records, and what to do where they cannot be had. Batches wait in `out`. */
export class RingPoll {
  /** Batches to be handed on, in order. */
  readonly out: Batch[] = [];
  memory: Memory | undefined;
  /** Image that the last batch or status speaks of. */
  latest: PlausibleLook | undefined;
  /** Milliseconds between the source time of the newest record and its receipt, per batch, the recent ones. */
  readonly skews: number[] = [];
  private facts: RingFacts | undefined;
  private readonly reads: RingReads;
  private readonly keeper: LookKeeper;
  private readonly chunk: ChunkSize;
  private readonly restarts = new RestartWatch();
  private readonly builder = new BatchBuilder();
  /** A place that did not check, and how often it was read. */
  private trouble: { abs: number; times: number } | undefined;
  /** A search for the next record behind a place that cannot be read. */
  private search: { fromAbs: number; abs: number; trouble: Trouble } | undefined;
  private mustCheckFingerprint = false;
  private receiveTimeNs = 0n;
  /** lostCount of the image accepted before this poll's: what a lap counts from. */
  private lostCountBefore = 0;

  constructor(private readonly parts: PollParts) {
    this.reads = new RingReads(parts.transport, parts.looks);
    this.keeper = new LookKeeper({ readControl: () => this.reads.control(), pause: parts.pause }, parts.looks, parts.settings.maxLooks);
    this.chunk = new ChunkSize(parts.settings);
  }

  /** Goes on from a saved state. */
  resume(memory: Memory): void {
    this.memory = memory;
    this.keeper.last = this.latest = memory.image;
  }

  /** The transport was connected anew: the ring must show that it is still the one we know. */
  connected(facts: RingFacts): void {
    this.facts = facts;
    this.chunk.reset();
    this.mustCheckFingerprint = true;
  }

  async poll(): Promise<PollEnd> {
    this.parts.looks.polls++;
    const memory = this.memory;
    if (memory === undefined) return this.firstContact();
    const fromAbs = this.search?.abs ?? memory.cursor;
    const read = await this.reads.window(fromAbs, this.chunk.window, memory.capacity, this.chunk.perRead, this.parts.settings.verify === 'sameCall');
    if (!read.ok) return this.readFailed(read);
    this.receiveTimeNs = this.parts.nowNs();
    const first = read.looks[0];
    // The one Read of a quiet ring: an image known already needs no second look when there is nothing to verify.
    if (this.isQuiet(first, memory)) return { kind: 'idle' };
    const tail = await this.readTailAgain(memory, read.window, read.looks);
    if (typeof tail === 'object') return this.readFailed(tail);
    const outcome = await this.keeper.settle(read.looks);
    if (outcome.kind !== 'accepted') return this.notAccepted(outcome);
    const size = this.checkSize(outcome.base);
    if (size !== undefined) return { kind: 'refused', error: size };
    const verdict = this.restarts.judge(outcome.base, memory, outcome.confirmed, outcome.monotonic);
    if (verdict.kind === 'wait') return { kind: 'soon', ms: RETRY_PAUSES_MS[1] };
    if (verdict.kind === 'restart') return this.beginAnew(memory, outcome.base, verdict.reason);
    if (this.mustCheckFingerprint) {
      const other = await this.checkFingerprint(memory);
      if (other === 'unknown') return { kind: 'soon', ms: RETRY_PAUSES_MS[1] };
      if (typeof other === 'object') return this.readFailed(other);
      this.mustCheckFingerprint = false;
      if (other === 'differs') return this.beginAnew(memory, outcome.base, 'fingerprint', true);
    }
    // Under `corrected` the older image was wrong: nothing it said may be trusted.
    const trustedHead = verdict.kind === 'corrected' ? memory.cursor : (this.keeper.last ?? outcome.base).snapshot.headAbs;
    this.accept(memory, outcome, verdict.kind === 'corrected');
    return this.take(memory, read.window, outcome, { ...boundsOf(first, outcome, trustedHead), tailIsFresh: tail });
  }

  /**
   * Where the end of the ring lies among bytes that may be older than their head, the confirming look brings the last
   * part of the lap once more: a zero byte that is still there after the next lap's beginning was read marks a real gap.
   * The same number of Reads. False where there is no such place, or it is too long for one Read.
   */
  private async readTailAgain(memory: Memory, window: FlatWindow, looks: Look[]): Promise<boolean | TransportError> {
    const { last } = this.keeper;
    const [first] = looks;
    if (last === undefined || !isPlausible(first) || first.bufferId !== memory.bufferId || first.snapshot.bufferBytes !== memory.capacity) return false;
    const fromAbs = Math.max(last.snapshot.headAbs, window.fromAbs);
    const lapEnd = fromAbs - (fromAbs % memory.capacity) + memory.capacity;
    const length = lapEnd - fromAbs;
    if (first.snapshot.headAbs <= lapEnd || window.endAbs <= lapEnd || length > this.chunk.perRead || length === memory.capacity) return false;
    const again = await this.reads.window(fromAbs, length, memory.capacity, this.chunk.perRead, false);
    if (!again.ok) return again;
    looks.push(...again.looks);
    window.replace(fromAbs, again.window.from(fromAbs));
    return true;
  }

  private isQuiet(first: Look, memory: Memory): boolean {
    const { last } = this.keeper;
    if (last === undefined || !sameImage(first, last) || this.mustCheckFingerprint) return false;
    return memory.cursor >= last.snapshot.headAbs && this.search === undefined;
  }

  private readFailed(error: TransportError): PollEnd {
    if (error.remedy === 'smaller' && this.chunk.tooLarge()) return { kind: 'more' };
    return { kind: 'failed', error };
  }

  private notAccepted(outcome: Exclude<LookOutcome, Accepted>): PollEnd {
    if (outcome.kind === 'failed') return this.readFailed(outcome.error);
    if (outcome.kind === 'invalid') return { kind: 'refused', error: outcome.error };
    return outcome;
  }

  private checkSize(base: PlausibleLook): ReaderError | undefined {
    const ringBytes = this.facts?.ringBytes;
    const capacity = base.snapshot.bufferBytes;
    const granularity = this.facts?.granularity ?? 1;
    if (ringBytes === undefined || (ringBytes >= capacity && ringBytes - capacity < granularity)) return undefined;
    const message = `the control block says that the ring has ${capacity} bytes, the ring that was configured has ${ringBytes}: check that control block and ring belong together, and that all nodes of the ring are listed, in order`;
    return { code: 'OPENOT_RING_SIZE', message };
  }

  private accept(memory: Memory, outcome: Accepted, corrected: boolean): void {
    this.lostCountBefore = (this.keeper.last ?? outcome.base).snapshot.lostCount;
    this.keeper.last = this.latest = outcome.base;
    if (outcome.confirmed || corrected) memory.image = outcome.base;
    if (outcome.confirmed) memory.epochs.observeSnapshot(outcome.base.snapshot);
  }

  /** No saved state: where the ring stands now is where reading begins. */
  private async firstContact(): Promise<PollEnd> {
    const read = await this.reads.control();
    if (!read.ok) return this.readFailed(read);
    const outcome = await this.keeper.settle([takeLook(read.bytes)]);
    if (outcome.kind !== 'accepted') return this.notAccepted(outcome);
    const size = this.checkSize(outcome.base);
    if (size !== undefined) return { kind: 'refused', error: size };
    const { settings, checkpoints } = this.parts;
    const { snapshot } = outcome.base;
    const memory = new Memory(settings.stream === '' ? `${settings.host}/${outcome.base.bufferId}` : settings.stream, outcome.base);
    memory.cursor = settings.startFrom === 'newest' ? snapshot.headAbs : snapshot.oldestAbs;
    if (settings.startFrom === 'newest') memory.accounting.startAt(outcome.base.runId);
    this.memory = memory;
    this.mustCheckFingerprint = false;
    this.accept(memory, outcome, false);
    // Saved at once: a restart must not choose another newest record to begin at.
    checkpoints.begin(memory.toSaved());
    return memory.cursor < snapshot.headAbs ? { kind: 'more' } : { kind: 'idle' };
  }

  private async take(memory: Memory, window: FlatWindow, outcome: Accepted, bounds: HarvestBounds): Promise<PollEnd> {
    if (outcome.base.snapshot.oldestAbs > memory.cursor) this.lap(memory, outcome.base);
    // An unproven oldest may be too high by a torn byte: it forbids, but it does not move the cursor.
    if (outcome.oldestAbs > memory.cursor) return this.end({ kind: 'more' });
    if (memory.cursor >= bounds.headAbs && this.search === undefined) return this.end({ kind: memory.cursor < outcome.base.snapshot.headAbs ? 'more' : 'idle' });
    if (this.search !== undefined) return this.end(this.continueSearch(memory, window, bounds));
    if (memory.cursor < window.fromAbs || memory.cursor >= window.endAbs) return this.end({ kind: 'more' });
    const before = memory.cursor;
    const result = harvest(memory, window, bounds, this.builder, this.parts.settings, () => this.flush(memory));
    if (memory.cursor !== before) this.trouble = undefined;
    return this.end(await this.after(memory, window, outcome, bounds, result));
  }

  private async after(memory: Memory, window: FlatWindow, outcome: Accepted, bounds: HarvestBounds, result: HarvestEnd): Promise<PollEnd> {
    const head = outcome.base.snapshot.headAbs;
    switch (result.kind) {
      case 'full':
        return { kind: 'full' };
      case 'held':
        return { kind: 'more' };
      case 'trouble':
        return this.again(memory, window, bounds, result.trouble, outcome);
      case 'end':
        if (result.needed !== undefined) this.chunk.needs(result.needed);
        if (window.endAbs < head) this.chunk.behind();
        else this.chunk.caughtUp(Math.max(0, head - window.fromAbs));
        if (memory.cursor >= head) return { kind: 'idle' };
        if (result.needed === undefined && window.endAbs >= bounds.headAbs && memory.cursor < bounds.trustedHead) return this.again(memory, window, bounds, beyondHead(memory.cursor), outcome);
        return { kind: 'more' };
    }
  }

  /** A place that does not check: torn or stale bytes pass when read again; what stays is passed over, once and aloud. */
  private async again(memory: Memory, window: FlatWindow, bounds: HarvestBounds, trouble: Trouble, outcome: Accepted): Promise<PollEnd> {
    const times = this.trouble?.abs === trouble.abs ? this.trouble.times + 1 : 1;
    this.trouble = { abs: trouble.abs, times };
    this.parts.looks.reread++;
    if (times <= this.parts.settings.maxRereads) return { kind: 'soon', ms: RETRY_PAUSES_MS[Math.min(times, RETRY_PAUSES_MS.length) - 1] };
    this.trouble = undefined;
    if (trouble.notNew !== undefined && trouble.reason === 'OPENOT_SEQ_WENT_BACK' && !isStray(memory, trouble)) {
      return this.beginAnew(memory, outcome.base, 'seq');
    }
    this.search = { fromAbs: memory.cursor, abs: trouble.abs, trouble };
    return this.continueSearch(memory, window, bounds);
  }

  private continueSearch(memory: Memory, window: FlatWindow, bounds: HarvestBounds): PollEnd {
    const search = this.search as { fromAbs: number; abs: number; trouble: Trouble };
    const headAbs = Math.min(bounds.headAbs, bounds.trustedHead);
    if (search.abs < window.fromAbs || search.abs >= window.endAbs) return { kind: 'more' };
    const result = searchRecord(memory, window, search.abs, headAbs);
    if (!result.found && result.abs < headAbs) {
      search.abs = result.abs;
      this.chunk.needs(this.parts.settings.maxChunk);
      return { kind: 'more' };
    }
    this.search = undefined;
    this.parts.totals.skipped++;
    this.builder.note({ kind: 'skipped', fromAbs: search.fromAbs, toAbs: result.abs, reason: search.trouble.reason }, result.abs);
    const message = `positions ${search.fromAbs} to ${result.abs} of ${memory.stream} could not be read as records after ${this.parts.settings.maxRereads} repeated reads and were passed over: ${search.trouble.message}`;
    this.parts.onError({ code: 'OPENOT_RING_SKIPPED', message });
    memory.cursor = result.abs;
    memory.epochs.gap();
    return { kind: 'more' };
  }

  private lap(memory: Memory, base: PlausibleLook): void {
    const { oldestAbs, lostCount } = base.snapshot;
    this.parts.totals.laps++;
    this.builder.note({ kind: 'lap', fromAbs: memory.cursor, toAbs: oldestAbs, lostCountDelta: Math.max(0, lostCount - this.lostCountBefore) }, oldestAbs);
    memory.cursor = oldestAbs;
    memory.epochs.gap();
    this.trouble = this.search = undefined;
  }

  /** The ring began anew. Where the last record handed on still stands in it, nothing before it is handed on again. */
  private async beginAnew(memory: Memory, base: PlausibleLook, reason: string, differs = false): Promise<PollEnd> {
    const sameRing = base.bufferId === memory.bufferId && base.snapshot.bufferBytes === memory.capacity && base.snapshot.headAbs >= memory.cursor;
    const known = !differs && sameRing ? await this.checkFingerprint(memory) : 'differs';
    if (known === 'unknown') return { kind: 'soon', ms: RETRY_PAUSES_MS[1] };
    if (typeof known === 'object') return this.readFailed(known);
    const stays = known === 'same' && memory.fingerprint !== undefined;
    const cursor = stays ? memory.cursor : base.snapshot.oldestAbs;
    const from = memory.incarnation;
    memory.beginAnew(base, cursor);
    if (stays) memory.accounting.startAt(base.runId);
    this.trouble = this.search = undefined;
    this.mustCheckFingerprint = false;
    this.parts.totals.incarnations++;
    this.builder.note({ kind: 'incarnation', from, to: memory.incarnation, reason }, cursor);
    this.keeper.last = this.latest = base;
    memory.epochs.observeSnapshot(base.snapshot);
    return this.end({ kind: 'more' });
  }

  /** `same` also where it cannot be told: no record was handed on yet, or it was overwritten since. */
  private async checkFingerprint(memory: Memory): Promise<'same' | 'differs' | 'unknown' | TransportError> {
    const { fingerprint } = memory;
    if (fingerprint === undefined) return 'same';
    for (let times = 0; times < 3; times++) {
      const found = await this.reads.crcAt(fingerprint, memory.capacity);
      if (!found.ok) return found;
      if (found.crc === fingerprint.crc) return 'same';
      const look = await this.reads.control();
      if (!look.ok) return look;
      const outcome = await this.keeper.settle([takeLook(look.bytes)]);
      if (outcome.kind === 'failed') return outcome.error;
      if (outcome.kind !== 'accepted') return 'unknown';
      if (outcome.base.snapshot.oldestAbs > fingerprint.abs) return 'same';
      await this.parts.pause(RETRY_PAUSES_MS[times]);
    }
    return 'differs';
  }

  /** What was gathered goes out with the poll, also where it is only notices. */
  private end(end: PollEnd): PollEnd {
    const { memory } = this;
    if (memory !== undefined && !this.builder.isEmpty) this.flush(memory);
    return end;
  }

  /** Closes the batch; false when no further one may be begun before some are settled. */
  private flush(memory: Memory): boolean {
    const { checkpoints, totals, settings } = this.parts;
    const { builder, latest } = this;
    if (latest === undefined) return true;
    totals.records += builder.records;
    totals.bytes += builder.bytes;
    const newest = builder.newestTimeNs;
    if (newest !== undefined) {
      this.skews.push(Number((this.receiveTimeNs - newest) / 1000n) / 1000);
      if (this.skews.length > 32) this.skews.shift();
    }
    const serial = checkpoints.add(memory.toSaved());
    const context = { stream: memory.stream, incarnation: memory.incarnation, bufferId: memory.bufferId, snapshot: latest.snapshot, epochs: memory.epochs.known(), receiveTimeNs: this.receiveTimeNs };
    const batch = builder.build(serial, context);
    for (const notice of batch.facts.notices) {
      if (notice.kind !== 'loss' || notice.upgrade === true) continue;
      totals.lost += notice.count;
      if (notice.class === 'indeterminate') totals.indeterminate += notice.count;
    }
    this.out.push(batch);
    return checkpoints.inFlight < settings.maxInFlight;
  }
}

/** Up to where the bytes of the window may be taken for records. */
function boundsOf(first: Look, outcome: Accepted, trustedHead: number): Omit<HarvestBounds, 'tailIsFresh'> {
  const head = outcome.base.snapshot.headAbs;
  if (outcome.index === 0) return { headAbs: head, trustedHead: Math.min(trustedHead, head) };
  // The look that came with the window was not proven, but it stands between two that were taken.
  const own = isPlausible(first) ? first.snapshot.headAbs : trustedHead;
  const headAbs = own >= trustedHead && own <= head ? own : Math.min(trustedHead, head);
  return { headAbs, trustedHead: Math.min(trustedHead, headAbs) };
}

const beyondHead = (abs: number): Trouble => ({ abs, reason: 'OPENOT_RING_RECORD_BEYOND_HEAD', message: `the record at position ${abs} would end beyond head` });
