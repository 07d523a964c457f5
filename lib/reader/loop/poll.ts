import { NoticeItem } from '../../ring';
import { RingFacts, TransportError } from '../../transport/transport';
import { anchorOf, Standing, standingOf } from '../judge/anchor';
import { boundsOf } from '../judge/bounds';
import { ChunkSize } from '../observe/read-size';
import { harvest, HarvestBounds, HarvestEnd, Trouble } from '../judge/accept-records';
import { Heads } from '../judge/head-history';
import { HeartbeatWatch } from './heartbeat';
import { overwrittenSince } from '../judge/overwritten-records';
import { isPlausible, Look, PlausibleLook, sameImage, takeLook } from '../observe/control-sample';
import { LookKeeper, LookOutcome } from '../observe/seqlock';
import { Memory } from '../judge/ring-position';
import { Outbox } from '../progress/outbox';
import { Patience, TOLD_AFTER_MS } from '../judge/streak';
import { PollEnd } from './poll-end';
import { PollParts, SeekRefusal } from './poll-parts';
import {
  beyondHead,
  notReadable,
  oldBytes,
  seekOutside,
  seekRestarting,
  seekUnsaved,
  strangeBytes,
  wentBack,
  wrongSize
} from '../judge/troubles';
import { RestartWatch, signOfRestart } from '../judge/restart';
import { RingReads, Wanted, WindowRead } from '../observe/ring-reads';
import { Search } from '../judge/record-search';
import { RETRY_PAUSES_MS } from '../settings';
import { ReaderError } from '../status';
import { TroubleJudge } from '../judge/bad-record';
import { lapTail, wantedAfter } from '../observe/read-plan';
import { FlatWindow, sameBytes } from '../observe/window';

type Accepted = Extract<LookOutcome, { kind: 'accepted' }>;

/** Polls in which another record must stand in the last one's place, before that is believed. */
const STRANGE_POLLS = 4;
/** Reads in a row that bring less than was asked for, before the control block is looked at alone. */
const SHORT_READS = 2;

/**
 * Polls in a row that may come no further before there is a pause: the look of the next one may be all that was
 * missing.
 */
const FRUITLESS_POLLS = 2;

/**
 * One ring, poll after poll: looks, window, records, and what to do where they cannot be had. Batches wait in `outbox`.
 */
export class RingPoll {
  readonly outbox: Outbox;
  memory: Memory | undefined;
  /** Image that the last batch or status speaks of. */
  latest: PlausibleLook | undefined;
  private facts: RingFacts | undefined;
  private readonly reads: RingReads;
  private readonly keeper: LookKeeper;
  private readonly chunk: ChunkSize;
  private readonly heads: Heads;
  private readonly restarts: RestartWatch;
  private readonly troubles: TroubleJudge;
  /** Another record stands where the last one should stand. */
  private readonly strange = new Patience();
  /** Polls that asked for more and came no further. */
  private readonly fruitless = new Patience();
  /**
   * Since a lap: what was handed on after it stands on no anchor of its own until it stood for as long as a copy may be
   * old.
   */
  private unprovenSince: number | undefined;
  /** Reads in a row that brought less than was asked for. */
  private shortReads = 0;
  /** Bytes that were overwritten while the last window was read. */
  private evicted = 0;
  /** A search for the next record behind a place that cannot be read. */
  private search: Search | undefined;
  private readonly heartbeat = new HeartbeatWatch();
  /** Since when a saved state is gone on from. */
  private resumedMs = 0;
  /** The ring began anew, for this reason; it waits until the batches of its former life are settled. */
  private toBegin: { readonly outcome: Accepted; readonly reason: string; readonly standing: Standing } | undefined;
  /** They have been waited for long enough. */
  private drained = false;
  /** lostCount of the image accepted before this poll's: what a lap counts from where nothing better is known. */
  private lostCountBefore = 0;

  constructor(private readonly parts: PollParts) {
    const { settings } = parts;
    this.reads = new RingReads(parts.transport, parts.looks);
    this.keeper = new LookKeeper(
      { readControl: () => this.reads.control(), pause: parts.pause },
      parts.looks,
      settings.maxLooks
    );
    this.chunk = new ChunkSize(settings);
    this.heads = new Heads(settings.rereadMs);
    this.restarts = new RestartWatch(settings);
    this.troubles = new TroubleJudge(settings);
    this.outbox = new Outbox(parts.totals, parts.checkpoints, settings.maxInFlight);
  }

  get firstIncarnation(): number {
    return this.parts.firstIncarnation;
  }

  /** The images of late were not confirmed by a second reading. */
  get unconfirmed(): boolean {
    return this.keeper.unconfirmed;
  }

  /** Goes on from a saved state. */
  resume(memory: Memory, pending: readonly NoticeItem[]): void {
    this.memory = memory;
    this.resumedMs = this.parts.nowMs();
    this.keeper.last = this.latest = memory.image;
    for (const notice of pending) this.tell(notice, memory.cursor);
    this.outbox.flush(memory, memory.image);
  }

  /** The controller wrote nothing for longer than it promised, as far as can be seen. */
  silence(nowMs: number): ReaderError | undefined {
    return this.memory === undefined ? undefined : this.heartbeat.silence(this.memory.heartbeats, nowMs);
  }

  /** What was handed on of the ring's former life is settled, or never will be. */
  goOnDrained(): void {
    this.drained = true;
  }

  /** The transport was connected anew. */
  connected(facts: RingFacts): void {
    this.facts = facts;
    this.chunk.reset();
    this.heartbeat.seesAgain(this.parts.nowMs());
  }

  /**
   * One poll. The same again at once only where the one before brought something: what stays as it is would be read
   * without a pause.
   */
  async poll(): Promise<PollEnd> {
    const before = this.place();
    const end = await this.pollNow();
    if (end.kind !== 'more' || this.place() !== before) {
      this.fruitless.reset();
      return end;
    }
    this.fruitless.note(this.parts.nowMs());
    return this.fruitless.times <= FRUITLESS_POLLS
      ? end
      : { kind: 'soon', ms: this.fruitless.pauseMs(this.parts.settings.intervalMs) };
  }

  private place(): string {
    const { memory, search, chunk } = this;
    return `${memory?.incarnation}/${memory?.cursor}/${search?.abs}/${chunk.window}/${chunk.perRead}`;
  }

  private async pollNow(): Promise<PollEnd> {
    this.parts.looks.polls++;
    const { memory } = this;
    if (memory === undefined) return this.firstContact();
    if (this.toBegin !== undefined) {
      this.outbox.receiveTimeNs = this.parts.nowNs();
      return this.beginAnew(memory, this.toBegin.outcome, this.toBegin.reason, this.toBegin.standing);
    }
    const askedMs = this.parts.nowMs();
    const read = this.fits(memory) ? await this.readWindow(memory) : await this.lookForSize(memory);
    if (!read.ok) return this.readFailed(read);
    this.chunk.tookMs = this.parts.nowMs() - askedMs;
    this.outbox.receiveTimeNs = this.parts.nowNs();
    // The one Read of a quiet ring: an image known already needs no second look when there is nothing to verify.
    if (this.isQuiet(memory, read)) {
      this.stood(standingOf(memory, read.anchor, memory.image.snapshot.oldestAbs), askedMs);
      this.keeper.sameAgain();
      // What looked like another ring in polls before did not last.
      this.strange.reset();
      this.restarts.reset();
      this.chunk.caughtUp(0);
      return { kind: 'idle' };
    }
    const tailFreshUntil = await this.readTailAgain(memory, read.window, read.looks);
    if (typeof tailFreshUntil === 'object') return this.readFailed(tailFreshUntil);
    const outcome = await this.keeper.settle(read.looks);
    if (outcome.kind !== 'accepted') return this.notAccepted(outcome);
    const size = wrongSize(outcome.base, this.facts);
    if (size !== undefined) return { kind: 'refused', error: size };
    const standing = standingOf(memory, read.anchor, outcome.oldestAbs);
    // An incarnation after this one had begun before the last stop, while batches of this one were unsettled.
    if (memory.nextIncarnation > memory.incarnation) return this.beginAnew(memory, outcome, 'resumed', standing);
    const verdict = this.restarts.judge(
      outcome.base,
      memory,
      { confirmed: outcome.confirmed, monotonic: outcome.monotonic, standing },
      askedMs
    );
    if (verdict.kind === 'wait') return this.wait(this.restarts.patience, wentBack(memory, outcome.base));
    if (verdict.kind === 'restart') return this.beginAnew(memory, outcome, verdict.reason, standing);
    if (standing === 'differs') return this.stranger(memory, outcome, askedMs);
    this.strange.reset();
    this.stood(standing, askedMs);
    // Under `corrected` the older image was wrong: nothing it said may be trusted.
    const trustedHead =
      verdict.kind === 'corrected' ? memory.cursor : (this.keeper.last ?? outcome.base).snapshot.headAbs;
    this.evicted = isPlausible(read.looks[0]) ? Math.max(0, outcome.oldestAbs - read.looks[0].snapshot.oldestAbs) : 0;
    const settledHead = this.heads.settled(askedMs);
    this.accept(memory, outcome, verdict.kind === 'corrected', askedMs);
    if (standing === 'unasked') return { kind: 'more' };
    const { headAbs, trustedHead: proven } = boundsOf(read.looks[0], outcome, trustedHead);
    return this.take(
      memory,
      read.window,
      outcome,
      { headAbs, trustedHead: proven, settledHead, tailFreshUntil },
      standing
    );
  }

  private readWindow(memory: Memory): Promise<WindowRead | TransportError> {
    const { window: length, perRead } = this.chunk;
    const anchorAbs = anchorOf(memory, (this.keeper.last ?? memory.image).snapshot.oldestAbs);
    const fromAbs = this.search?.abs ?? memory.cursor;
    const facts = {
      last: this.keeper.last ?? memory.image,
      fromAbs,
      mustSee: this.search !== undefined || this.unprovenSince !== undefined,
      evicted: this.evicted,
      window: length
    };
    const wanted = this.lookFirst ? (look: Look): Wanted => wantedAfter(look, memory, facts) : undefined;
    return this.reads.window({
      fromAbs,
      length,
      capacity: memory.capacity,
      perRead,
      twice: this.parts.settings.verify === 'sameCall',
      anchorAbs,
      wanted
    });
  }

  private get lookFirst(): boolean {
    return this.facts?.lookFirst === true;
  }

  /**
   * Where the end of the ring lies among bytes that may be older than their head, the confirming look brings the last
   * part of the lap once more: a zero byte that is still there after the next lap's beginning was read marks a real
   * gap.
   * The same number of Reads. Only compared, never taken: no look was certainly made after these bytes, so they may
   * already be those of the next lap. The position up to which it is the same; 0 where there is no such place.
   */
  private async readTailAgain(memory: Memory, window: FlatWindow, looks: Look[]): Promise<number | TransportError> {
    const tail = lapTail(looks[0], memory, window, this.chunk.perRead);
    if (tail === undefined) return 0;
    const { fromAbs, length } = tail;
    const again = await this.reads.again(fromAbs, length, memory.capacity);
    if (!again.ok) return again;
    looks.push(...again.looks);
    return sameBytes(window.from(fromAbs).subarray(0, length), again.window.bytes) ? fromAbs + length : 0;
  }

  /**
   * False where the ring that is read may be smaller than the one that is known: a Read beyond its end would bring
   * nothing, not even the look that tells.
   */
  private fits(memory: Memory): boolean {
    const ringBytes = this.facts?.ringBytes;
    return this.shortReads < SHORT_READS && (ringBytes === undefined || ringBytes >= memory.capacity);
  }

  private async lookForSize(memory: Memory): Promise<WindowRead | TransportError> {
    this.shortReads = 0;
    const read = await this.reads.control();
    return read.ok ? { ok: true, looks: [takeLook(read.bytes)], window: new FlatWindow(memory.cursor, 0) } : read;
  }

  /** The last record still stands: after as long as a copy may be old that proves it, also where nothing new comes. */
  private stood(standing: Standing, askedMs: number): void {
    if (
      standing === 'stands' &&
      this.unprovenSince !== undefined &&
      askedMs >= this.unprovenSince + this.parts.settings.rereadMs
    )
      this.unprovenSince = undefined;
  }

  private isQuiet(memory: Memory, read: WindowRead): boolean {
    const { last } = this.keeper;
    if (last === undefined || !sameImage(read.looks[0], last)) return false;
    const standing = standingOf(memory, read.anchor, last.snapshot.oldestAbs);
    return standing !== 'differs' && memory.cursor >= last.snapshot.headAbs && this.search === undefined;
  }

  private readFailed(error: TransportError): PollEnd {
    this.shortReads = error.code === 'OPENOT_READ_LENGTH' ? this.shortReads + 1 : 0;
    // Said, though it mends itself: a Read that was given up after a time-out is no sign of health.
    if (error.remedy === 'smaller' && this.chunk.tooLarge())
      return { kind: 'soon', ms: RETRY_PAUSES_MS[0], trouble: error };
    return { kind: 'failed', error };
  }

  private notAccepted(outcome: Exclude<LookOutcome, Accepted>): PollEnd {
    if (outcome.kind === 'failed') return this.readFailed(outcome.error);
    if (outcome.kind === 'invalid') return { kind: 'refused', error: outcome.error };
    return outcome;
  }

  private accept(memory: Memory, outcome: Accepted, corrected: boolean, nowMs: number): void {
    this.lostCountBefore = (this.keeper.last ?? outcome.base).snapshot.lostCount;
    this.keeper.last = this.latest = outcome.base;
    this.heads.note(outcome.base.snapshot.headAbs, this.parts.nowMs());
    if (outcome.confirmed || corrected) {
      memory.image = outcome.base;
      // What lies beyond head was never written, so never handed on; an old copy may show a head from before the stop.
      if (nowMs >= this.resumedMs + this.parts.settings.rereadMs)
        memory.doubtUntil = Math.min(memory.doubtUntil, outcome.base.snapshot.headAbs);
    }
    if (outcome.confirmed) memory.epochs.observeSnapshot(outcome.base.snapshot);
  }

  /** The ring as it stands now, or why it cannot be told. */
  private async lookOnly(): Promise<Accepted | PollEnd> {
    const read = await this.reads.control();
    if (!read.ok) return this.readFailed(read);
    const outcome = await this.keeper.settle([takeLook(read.bytes)]);
    if (outcome.kind !== 'accepted') return this.notAccepted(outcome);
    const size = wrongSize(outcome.base, this.facts);
    return size === undefined ? outcome : { kind: 'refused', error: size };
  }

  /**
   * Goes on at `to`, between oldest and head: forward as a skipped range, backward so that records come again. Only
   * while the ring is the one we know; with nothing known it is a first contact there.
   */
  async seek(to: number | 'oldest' | 'newest'): Promise<PollEnd | SeekRefusal> {
    this.parts.looks.polls++;
    const nowMs = this.parts.nowMs();
    const outcome = await this.lookOnly();
    if (outcome.kind !== 'accepted') return outcome;
    const { base } = outcome;
    const { oldestAbs, headAbs } = base.snapshot;
    const target = to === 'oldest' ? oldestAbs : to === 'newest' ? headAbs : to;
    if (target < oldestAbs || target > headAbs) return { kind: 'outside', error: seekOutside(target, base) };
    const known = this.memory;
    if (known !== undefined && !(await this.isTheRing(known, base)))
      return { kind: 'outside', error: seekRestarting() };
    // Behind a batch that is not handed on yet the cursor says too much.
    if (this.outbox.batches.length > 0) return { kind: 'outside', error: seekUnsaved() };
    const memory = known ?? this.newMemory(base);
    this.outbox.receiveTimeNs = this.parts.nowNs();
    if (known !== undefined && target > known.cursor)
      this.outbox.note({ kind: 'skipped', fromAbs: known.cursor, toAbs: target, reason: 'OPENOT_SEEK' }, target);
    memory.seek(target);
    this.memory = memory;
    this.search = this.toBegin = this.unprovenSince = undefined;
    this.forgetSuspicions();
    this.accept(memory, outcome, true, nowMs);
    this.parts.checkpoints.clear();
    this.parts.checkpoints.begin(memory.toSaved());
    return this.end({ kind: 'more' });
  }

  /** No sign says that the ring began anew, and the last record handed on stands, if it can. */
  private async isTheRing(memory: Memory, base: PlausibleLook): Promise<boolean> {
    if (
      this.toBegin !== undefined ||
      memory.nextIncarnation > memory.incarnation ||
      this.restarts.patience.times > 0 ||
      this.strange.times > 0 ||
      signOfRestart(base, memory) !== undefined
    )
      return false;
    const anchorAbs = anchorOf(memory, base.snapshot.oldestAbs);
    if (anchorAbs === undefined) return true;
    const read = await this.reads.window({
      fromAbs: anchorAbs + 4,
      length: 4,
      capacity: memory.capacity,
      perRead: this.chunk.perRead,
      twice: false,
      anchorAbs
    });
    return read.ok && standingOf(memory, read.anchor, base.snapshot.oldestAbs) === 'stands';
  }

  private newMemory(base: PlausibleLook): Memory {
    const { stream, host } = this.parts.settings;
    const memory = new Memory(stream === '' ? `${host}/${base.bufferId}` : stream, base);
    memory.incarnation = this.parts.firstIncarnation;
    return memory;
  }

  /** No saved state: where the ring stands now is where reading begins. */
  private async firstContact(): Promise<PollEnd> {
    const outcome = await this.lookOnly();
    if (outcome.kind !== 'accepted') return outcome;
    const { settings, checkpoints } = this.parts;
    const { snapshot } = outcome.base;
    const memory = this.newMemory(outcome.base);
    memory.begin(settings.startFrom);
    this.memory = memory;
    this.accept(memory, outcome, false, this.parts.nowMs());
    // Saved at once: a restart must not choose another newest record to begin at.
    checkpoints.begin(memory.toSaved());
    return memory.cursor < snapshot.headAbs ? { kind: 'more' } : { kind: 'idle' };
  }

  private take(
    memory: Memory,
    window: FlatWindow,
    outcome: Accepted,
    bounds: HarvestBounds,
    standing: Standing
  ): PollEnd {
    if (outcome.base.snapshot.oldestAbs > memory.cursor) this.lap(memory, window, outcome);
    // An unproven oldest may be too high by a torn byte: it forbids, but it does not move the cursor.
    if (outcome.oldestAbs > memory.cursor) return this.end({ kind: 'more' });
    if (memory.cursor >= bounds.headAbs && this.search === undefined)
      return this.end({ kind: memory.cursor < outcome.base.snapshot.headAbs ? 'more' : 'idle' });
    if (this.search !== undefined) return this.end(this.continueSearch(memory, window, bounds));
    if (memory.cursor < window.fromAbs || memory.cursor >= window.endAbs) return this.end({ kind: 'more' });
    const before = memory.cursor;
    const nowMs = this.parts.nowMs();
    const result = harvest(
      memory,
      window,
      bounds,
      this.outbox.builder,
      this.parts.settings,
      () => this.outbox.flush(memory, outcome.base),
      (record) => this.heartbeat.passed(record, memory.heartbeats, nowMs)
    );
    if (memory.cursor !== before) this.troubles.reset();
    return this.end(this.after(memory, window, outcome, bounds, standing, result));
  }

  private after(
    memory: Memory,
    window: FlatWindow,
    outcome: Accepted,
    bounds: HarvestBounds,
    standing: Standing,
    result: HarvestEnd
  ): PollEnd {
    const head = outcome.base.snapshot.headAbs;
    switch (result.kind) {
      case 'full':
        return { kind: 'full' };
      case 'held':
        return { kind: 'more' };
      case 'doubt':
        this.troubles.patience.note(this.parts.nowMs());
        return this.wait(this.troubles.patience, oldBytes(memory, result.abs));
      case 'trouble':
        return this.again(memory, window, bounds, result.trouble, outcome, standing);
      case 'end':
        // The window begins with the four bytes of the anchor.
        if (result.needed !== undefined) this.chunk.needs(result.needed + 4);
        if (window.endAbs < head) this.chunk.behind();
        else this.chunk.caughtUp(Math.max(0, head - window.fromAbs));
        if (memory.cursor >= head) return { kind: 'idle' };
        if (result.needed === undefined && window.endAbs >= bounds.headAbs && memory.cursor < bounds.trustedHead)
          return this.again(memory, window, bounds, beyondHead(memory.cursor), outcome, standing);
        return { kind: 'more' };
    }
  }

  /** A place that does not check: torn or old bytes pass when read again; what stays is passed over, once and aloud. */
  private again(
    memory: Memory,
    window: FlatWindow,
    bounds: HarvestBounds,
    trouble: Trouble,
    outcome: Accepted,
    standing: Standing
  ): PollEnd {
    this.parts.looks.reread++;
    const decision = this.troubles.judge(memory, window, bounds, trouble, standing, this.parts.nowMs());
    if (decision === 'wait') {
      // What lies further on may show whether these bytes are old ones.
      if (this.troubles.patience.times === this.parts.settings.maxRereads)
        this.chunk.needs(this.parts.settings.maxChunk);
      return this.wait(this.troubles.patience, notReadable(memory, trouble));
    }
    this.troubles.reset();
    // Records that were handed on since a lap may have been of another one: no word against those that follow them.
    if (decision === 'anew' && !(standing === 'stands' && this.unprovenSince !== undefined))
      return this.beginAnew(memory, outcome, 'seq', standing);
    this.search = new Search(memory.cursor, trouble);
    return this.continueSearch(memory, window, bounds);
  }

  private continueSearch(memory: Memory, window: FlatWindow, bounds: HarvestBounds): PollEnd {
    const step = (this.search as Search).step(memory, window, Math.min(bounds.headAbs, bounds.trustedHead));
    if (step === 'elsewhere') return { kind: 'more' };
    if (step === 'on') {
      this.chunk.needs(this.parts.settings.maxChunk);
      return { kind: 'more' };
    }
    this.search = undefined;
    this.parts.totals.skipped++;
    this.outbox.note(step.notice, step.notice.toAbs);
    this.parts.onError(step.error);
    memory.passOver(step.notice.toAbs, undefined, this.latest);
    return { kind: 'more' };
  }

  private lap(memory: Memory, window: FlatWindow, { base, confirmed, oldestAbs: seenLater }: Accepted): void {
    const { oldestAbs, lostCount } = base.snapshot;
    this.search = undefined;
    this.unprovenSince = this.parts.nowMs();
    // All that was overwritten had been read: between cursor and oldest lies nothing but the gap of a lap's end.
    // Only where a second reading bears the count out: a torn one may be that of before the last record overwritten.
    if (confirmed && memory.written === lostCount) {
      memory.cursor = oldestAbs;
      return;
    }
    const further = this.lookFirst ? overwrittenSince(window, base, seenLater) : 0;
    const toAbs = further === 0 ? oldestAbs : seenLater;
    this.tell(
      {
        kind: 'lap',
        fromAbs: memory.cursor,
        toAbs,
        lostCountDelta: Math.max(0, lostCount + further - (memory.written ?? this.lostCountBefore))
      },
      toAbs
    );
    memory.passOver(toAbs, confirmed ? lostCount + further : undefined, base);
  }

  /** Another record stands where the last one should: an old copy for as long as one may be old, then another ring. */
  private stranger(memory: Memory, outcome: Accepted, nowMs: number): PollEnd {
    if (outcome.confirmed) this.strange.note(nowMs);
    const { times, ms } = this.strange;
    if (times >= STRANGE_POLLS && ms >= this.parts.settings.rereadMs) {
      if (this.unprovenSince === undefined) return this.beginAnew(memory, outcome, 'fingerprint', 'differs');
      // It may never have stood there, but in an old copy of another lap: then it says nothing of a new ring.
      memory.fingerprint = undefined;
      this.strange.reset();
      return { kind: 'more' };
    }
    this.parts.looks.reread++;
    return this.wait(this.strange, strangeBytes(memory));
  }

  /** The ring began anew. Where the last record handed on still stands in it, nothing before it is handed on again. */
  private beginAnew(memory: Memory, outcome: Accepted, reason: string, standing: Standing): PollEnd {
    const { checkpoints } = this.parts;
    if (!this.drained && (checkpoints.inFlight > 0 || !this.outbox.isEmpty)) {
      this.toBegin = { outcome, reason, standing };
      return this.end({ kind: 'drain' });
    }
    this.toBegin = undefined;
    this.drained = false;
    const { base } = outcome;
    const { snapshot } = base;
    const from = memory.incarnation;
    const goesOn =
      standing === 'stands' &&
      base.bufferId === memory.bufferId &&
      snapshot.bufferBytes === memory.capacity &&
      snapshot.headAbs >= memory.cursor;
    if (goesOn) memory.goOnAnew(base, reason === 'seq');
    else memory.beginAnew(base, snapshot.oldestAbs);
    this.search = undefined;
    this.forgetSuspicions();
    this.unprovenSince = undefined;
    this.heads.clear();
    this.heads.note(snapshot.headAbs, this.parts.nowMs());
    const pending: NoticeItem[] = [{ kind: 'incarnation', from, to: memory.incarnation, reason }];
    // What the new life overwrote before it was read.
    if (!goesOn && snapshot.lostCount > 0)
      pending.push({ kind: 'lap', fromAbs: 0, toAbs: memory.cursor, lostCountDelta: snapshot.lostCount });
    // The number of an incarnation is part of its records' identity: saved before the first of them is handed on.
    checkpoints.begin({ ...memory.toSaved(), pending });
    for (const notice of pending) this.tell(notice, memory.cursor);
    this.keeper.last = this.latest = base;
    if (outcome.confirmed) memory.epochs.observeSnapshot(snapshot);
    return this.end({ kind: 'more' });
  }

  private tell(notice: NoticeItem, beforeAbs: number): void {
    if (notice.kind === 'incarnation') this.parts.totals.incarnations++;
    if (notice.kind === 'lap') this.parts.totals.laps++;
    this.outbox.note(notice, beforeAbs);
  }

  /** What was seen of places and rings that are not read any more. */
  private forgetSuspicions(): void {
    this.troubles.reset();
    this.strange.reset();
    this.restarts.reset();
  }

  /** The same again after a pause, told when it has lasted. */
  private wait(patience: Patience, trouble: ReaderError): PollEnd {
    const ms = patience.pauseMs(this.parts.settings.intervalMs);
    return patience.ms < TOLD_AFTER_MS ? { kind: 'soon', ms } : { kind: 'soon', ms, trouble };
  }

  /** What was gathered goes out with the poll, also where it is only notices. */
  private end(end: PollEnd): PollEnd {
    if (this.memory !== undefined && this.latest !== undefined) this.outbox.flush(this.memory, this.latest);
    return end;
  }
}
