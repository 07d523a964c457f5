import { TransportError } from '../../transport/transport';
import { AckWatch } from '../progress/ack-watch';
import { CommandOutcome, Reader, ReaderParts } from '../api';
import { BackOff } from './back-off';
import { Batch } from '../batch';
import { Checkpoints } from '../progress/checkpoints';
import { Commands, STOPPED } from './commands';
import { positionOf } from '../judge/restore-position';
import { Pacer } from './pacing';
import { RingPoll } from './ring-poll';
import { PollEnd } from '../judge/poll-end';
import { ReaderSettings, withDefaults } from '../settings';
import { StateKeeper } from '../progress/lease';
import { UNCONFIRMED, updating } from './look-troubles';
import { StatusBoard } from './status-board';
import { ReaderError, ReaderStatus, StatusFacts } from '../status';

/** A reader of one ring (docs/design.md 5). It owns its transport and closes it. */
export function createReader(parts: ReaderParts): Reader {
  return new RingReader(parts);
}

/** Until something wakes the loop. */
const NEVER_MS = 2 ** 31 - 1;
/** Milliseconds that a poll may go without an end before the status says so. */
const SILENCE_MS = 3000;
/** Milliseconds between two tries to lock a state that another uses. */
const LOCK_RETRY_MS = 1000;
/** Milliseconds between two tries to save what must be saved before the next batch. */
const SAVE_RETRY_MS = 1000;

class RingReader implements Reader {
  private readonly settings: ReaderSettings;
  private readonly checkpoints = new Checkpoints();
  private readonly board: StatusBoard;
  private readonly keeper: StateKeeper;
  private readonly pacer: Pacer;
  private readonly backOff: BackOff;
  private ring: RingPoll;
  private loop: Promise<void> | undefined;
  private connected = false;
  private paused = false;
  /** For something to be settled: that ends the waiting. */
  private isWaiting = false;
  /** This reader is the only user of its state. */
  private locked = false;
  /** The saved state was read, or there is none: reading may begin. */
  private isLoaded = false;
  /** `read()` was called: poll until nothing more is there, whatever the mode. */
  private asked = false;
  /** Commands that wait for their turn between two polls. */
  private readonly commands = new Commands();
  private readonly acks: AckWatch;
  /** The controller is silent: said once. */
  private silent = false;
  private watching: { stop(): Promise<void> } | undefined;
  private endOnLost: (() => void) | undefined;
  private endSink: (() => void) | undefined;

  constructor(private readonly parts: ReaderParts) {
    this.settings = withDefaults(parts.settings);
    this.pacer = new Pacer(parts.clock, () => this.chores());
    this.backOff = new BackOff(parts.clock, parts.random);
    this.board = new StatusBoard(parts.clock, this.settings, parts.onStatus, parts.onError);
    this.keeper = new StateKeeper(parts.store, parts.clock, this.checkpoints, this.settings.saveIntervalMs, (error) =>
      this.board.report(error)
    );
    this.acks = new AckWatch(this.settings, this.checkpoints, (error) => this.board.report(error));
    this.ring = this.newRing();
  }

  start(): void {
    this.loop ??= this.run().catch((error: unknown) => this.broken(error));
  }

  async stop(): Promise<void> {
    this.pacer.stop();
    this.endSink?.();
    // A Read on a dead link would hold the loop for its whole time-out: closing ends it, and every watch with it.
    await this.close();
    await this.loop;
    if (this.locked && this.keeper.lost === undefined) await this.keeper.saveLast();
    await this.letGo();
    this.board.set('stopped', '');
  }

  read(): void {
    this.asked = true;
    this.pacer.wake();
  }

  pause(): void {
    this.paused = true;
    this.pacer.wake();
  }

  resume(): void {
    this.paused = false;
    this.pacer.wake();
  }

  forget(): Promise<CommandOutcome> {
    return this.loop === undefined || this.pacer.stopped ? this.forgetAtRest() : this.inTurn(() => this.forgetNow());
  }

  seek(to: number | 'oldest' | 'newest'): Promise<CommandOutcome> {
    return this.inTurn(() => this.seekNow(to));
  }

  /** Between two polls. */
  private inTurn(work: () => Promise<CommandOutcome>): Promise<CommandOutcome> {
    if (this.loop === undefined || this.pacer.stopped) return Promise.resolve(STOPPED);
    const done = this.commands.add(work);
    this.pacer.wake();
    return done;
  }

  settle(serial: number): void {
    if (!this.checkpoints.settle(serial)) return;
    this.acks.moved();
    if (this.isWaiting) this.pacer.wake();
    else this.pacer.nudge();
  }

  status(): ReaderStatus {
    return this.board.status(this.ring, this.checkpoints.inFlight);
  }

  statusFacts(): StatusFacts {
    return this.board.facts(this.ring);
  }

  private newRing(firstIncarnation = 0): RingPoll {
    const { transport, clock } = this.parts;
    return new RingPoll({
      transport,
      settings: this.settings,
      pause: (ms) => this.pacer.pause(ms),
      nowNs: () => clock.nowNs(),
      nowMs: () => clock.monotonicMs(),
      totals: this.board.totals,
      looks: this.board.looks,
      checkpoints: this.checkpoints,
      firstIncarnation,
      onError: (error) => this.board.report(error)
    });
  }

  /**
   * Something threw where nothing may: said aloud and ended in order, since a rejection nobody awaits would end
   * Node-RED itself.
   */
  private async broken(error: unknown): Promise<void> {
    this.pacer.stop();
    const message = `the reader stopped because of an error inside it or its transport: ${error instanceof Error ? error.message : String(error)}. What was not settled is read again after the next start; please report this with the log`;
    this.board.fail('failed', { code: 'OPENOT_INTERNAL', message });
    this.board.reportIfDue(this.ring, this.checkpoints.inFlight);
    await this.close();
    await this.letGo();
  }

  /** Others may use the state; whoever waits for a command is answered. */
  private async letGo(): Promise<void> {
    if (this.locked) await this.keeper.unlock();
    this.locked = false;
    this.commands.refuse(STOPPED);
  }

  private async close(): Promise<void> {
    this.endOnLost?.();
    try {
      await this.parts.transport.close();
    } catch (error) {
      this.board.report({
        code: 'OPENOT_INTERNAL',
        message: `the transport could not be closed: ${error instanceof Error ? error.message : String(error)}`
      });
    }
  }

  private async run(): Promise<void> {
    this.board.set('connecting', '');
    await this.lock();
    if (this.locked) this.isLoaded = await this.load();
    while (!this.pacer.stopped) {
      if (this.commands.waiting) await this.commands.doNext();
      else if (this.keeper.lost !== undefined) this.end(this.keeper.lost);
      else if (!this.isLoaded) await this.pacer.wait(NEVER_MS);
      // How an incarnation began, out of the saved state: it counts as on its way, and must be before it is waited for.
      else if (this.ring.outbox.batches.length > 0) await this.handOnAll();
      else if (this.checkpoints.inFlight >= this.settings.maxInFlight) await this.waitForSettling();
      else if (!this.wantsToPoll()) await this.rest(this.paused ? 'paused' : 'idle');
      else if (!this.connected) await this.connect();
      else await this.onePoll();
    }
  }

  /** Waits until this reader is the only user of its state. */
  private async lock(): Promise<void> {
    while (!this.pacer.stopped) {
      const outcome = await this.keeper.lock();
      this.locked = outcome.ok;
      if (outcome.ok) return this.board.set('connecting', '');
      this.board.fail('refused', outcome);
      this.commands.refuse(outcome);
      await this.pacer.wait(LOCK_RETRY_MS);
    }
  }

  /** Stopped by itself, for good. */
  private end(error: ReaderError): void {
    this.board.fail('failed', error);
    this.pacer.stop();
    this.board.reportIfDue(this.ring, this.checkpoints.inFlight);
    void this.close();
  }

  /** False when the saved state cannot be used: then nothing is read until `forget` or `seek`. */
  private async load(): Promise<boolean> {
    const loaded = await this.keeper.load();
    if (loaded.ok) {
      const restored = loaded.state === undefined ? undefined : positionOf(loaded.state);
      this.board.isFirstContact = restored === undefined;
      if (restored === undefined) return true;
      if (restored.ok) {
        const { pending, anchorDiffers } = loaded.state?.checkpoint ?? {};
        this.ring.resume(restored.position, pending ?? [], anchorDiffers);
        return true;
      }
      this.board.fail('failed', restored);
    } else this.board.fail('failed', loaded);
    return false;
  }

  private async forgetNow(): Promise<CommandOutcome> {
    this.checkpoints.clear();
    this.acks.moved();
    const failure = await this.keeper.remove();
    // Records that come again are not those that came: their incarnation has another number.
    const { position } = this.ring;
    this.ring = this.newRing(
      position === undefined ? this.ring.firstIncarnation : Math.max(position.incarnation + 1, position.nextIncarnation)
    );
    this.connected = false;
    this.isLoaded = true;
    this.board.isFirstContact = true;
    return failure === undefined ? { ok: true } : { ok: false, ...failure };
  }

  /** Not running: the state is taken only for as long as it takes to remove it. */
  private async forgetAtRest(): Promise<CommandOutcome> {
    const outcome = await this.keeper.lock();
    if (!outcome.ok) return outcome;
    // Nothing of it may be saved again when the reader is stopped.
    this.checkpoints.clear();
    const failure = await this.keeper.remove();
    await this.keeper.unlock();
    this.locked = false;
    return failure === undefined ? { ok: true } : { ok: false, ...failure };
  }

  private async seekNow(to: number | 'oldest' | 'newest'): Promise<CommandOutcome> {
    while (!this.connected && !this.pacer.stopped && !this.commands.waiting) await this.connect();
    if (this.pacer.stopped) return STOPPED;
    if (!this.connected)
      return {
        ok: false,
        code: 'OPENOT_SEEK_LATER',
        message: 'the link is down, and another command came: nothing was changed, try again'
      };
    const end = await this.attended(this.ring.seek(to));
    if (end.kind === 'outside') return { ok: false, ...end.error };
    if (end.kind !== 'more') {
      await this.after(end);
      return {
        ok: false,
        code: 'OPENOT_SEEK_LATER',
        message: `the ring could not be seen now, so no position can be gone to (${this.board.detail || end.kind}): nothing was changed, try again`
      };
    }
    this.isLoaded = true;
    this.acks.moved();
    await this.handOnAll();
    return { ok: true };
  }

  private wantsToPoll(): boolean {
    return this.asked || (!this.paused && this.settings.mode !== 'trigger') || !this.connected;
  }

  private async waitForSettling(): Promise<void> {
    // A link that was lost meanwhile stays to be seen.
    if (this.connected)
      this.well(
        'waiting',
        `${this.checkpoints.inFlight} batches are not settled yet (maxInFlight ${this.settings.maxInFlight})`
      );
    this.isWaiting = true;
    // At the time-out the status has to say so.
    await this.pacer.wait(Math.min(NEVER_MS, this.acks.due(this.parts.clock.monotonicMs())));
    this.isWaiting = false;
  }

  /** The ring began anew: what was handed on of its former life is waited for, but not for ever. */
  private async drain(): Promise<void> {
    const { clock } = this.parts;
    const until = clock.monotonicMs() + this.settings.ackTimeoutMs;
    while (this.checkpoints.inFlight > 0 && !this.pacer.stopped && !this.commands.waiting) {
      const left = until - clock.monotonicMs();
      if (left <= 0) break;
      this.well(
        'waiting',
        `the ring began anew; the ${this.checkpoints.inFlight} batches of its former life are not settled yet`
      );
      this.isWaiting = true;
      await this.pacer.wait(left);
    }
    this.isWaiting = false;
    if (!this.commands.waiting) this.ring.goOnDrained();
  }

  /** A trouble that has not passed is not hidden behind the rest. */
  private async rest(state: 'paused' | 'idle'): Promise<void> {
    this.board.rest(state);
    await this.pacer.wait(NEVER_MS);
  }

  private async connect(): Promise<void> {
    if (this.board.state !== 'outage' && this.board.state !== 'refused') this.board.set('connecting', '');
    const facts = await this.parts.transport.connect();
    if (this.pacer.stopped) return;
    if (!facts.ok) return this.failed(facts);
    this.connected = true;
    this.board.about = facts.about;
    this.ring.connected(facts);
    this.endOnLost ??= this.parts.transport.onLost?.((error) => this.lost(error));
    await this.watch();
  }

  /** The link broke while nothing was being read (trigger, paused, a long interval): said now, not at the next poll. */
  private lost(error: TransportError): void {
    if (this.pacer.stopped || !this.connected) return;
    this.connected = false;
    this.board.fail('outage', error);
    this.pacer.wake();
  }

  private async watch(): Promise<void> {
    const { transport } = this.parts;
    if (this.settings.mode !== 'subscribe' || transport.watch === undefined) return;
    this.watching = undefined;
    const watching = await transport.watch(this.settings.intervalMs, () => this.pacer.wake());
    if (watching.ok) this.watching = watching;
    else this.board.report(watching);
  }

  private async onePoll(): Promise<void> {
    const end = await this.attended(this.ring.poll());
    await this.handOnAll();
    // What could not be handed on waits for a command, which must not wait for the interval.
    if (this.pacer.stopped || this.ring.outbox.batches.length > 0) return;
    await this.after(end);
  }

  private async handOnAll(): Promise<void> {
    const { batches } = this.ring.outbox;
    // One that could not be handed on keeps its place: a command comes first.
    while (batches.length > 0 && !this.pacer.stopped && (await this.handOn(batches[0]))) batches.shift();
  }

  /** A poll whose Reads stay unanswered is said while it lasts: a green status on a dead link is a lie. */
  private attended<T>(poll: Promise<T>): Promise<T> {
    const { clock } = this.parts;
    const begunMs = clock.monotonicMs();
    const ended = new AbortController();
    const attend = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(SILENCE_MS, ended.signal);
        if (ended.signal.aborted || this.pacer.stopped) return;
        this.board.silent(Math.round(clock.monotonicMs() - begunMs));
        this.board.reportIfDue(this.ring, this.checkpoints.inFlight);
      }
    };
    void attend();
    return poll.finally(() => ended.abort());
  }

  /** What is handed on must be covered by a saved lease: what a crash then leaves open is known. */
  private async covered({ serial }: Batch): Promise<boolean> {
    const reach = this.checkpoints.stateAfter(serial);
    while (reach !== undefined && !this.pacer.stopped && this.keeper.lost === undefined && !this.commands.waiting) {
      const error = await this.keeper.cover(reach);
      if (error === true) return true;
      this.board.trouble('waiting', error);
      await this.pacer.wait(SAVE_RETRY_MS);
    }
    return false;
  }

  /** False when it could not be handed on now. */
  private async handOn(batch: Batch): Promise<boolean> {
    // Settled before it was handed on: nobody waits for it.
    if (this.checkpoints.stateAfter(batch.serial) === undefined) return true;
    // Stopped while the state was saved: a sink that is called now would never be told to end.
    if (!(await this.covered(batch)) || this.pacer.stopped) return false;
    const stopped = new Promise<void>((resolve) => {
      this.endSink = resolve;
    });
    try {
      await Promise.race([Promise.resolve(this.parts.sink(batch)), stopped]);
    } catch (error) {
      // Not settled, so read again after the next start; going on would hand on what follows without it.
      this.board.fail('failed', {
        code: 'OPENOT_READER_SINK',
        message: `a batch could not be handed on: ${error instanceof Error ? error.message : String(error)}`
      });
      this.pacer.stop();
      this.board.reportIfDue(this.ring, this.checkpoints.inFlight);
    }
    return true;
  }

  private async after(end: PollEnd): Promise<void> {
    if (end.kind !== 'failed') this.backOff.reset();
    if (end.kind === 'idle' || end.kind === 'more' || end.kind === 'full') this.board.looked();
    switch (end.kind) {
      case 'more':
      case 'full':
        this.well('reading');
        return this.pacer.wait(0);
      case 'soon':
        if (end.trouble !== undefined) this.board.trouble('reading', end.trouble);
        await this.chores();
        return this.pacer.pause(end.ms);
      case 'drain':
        return this.drain();
      case 'idle':
        this.asked = false;
        this.well('idle');
        return this.settings.mode === 'trigger' || this.paused
          ? undefined
          : this.pacer.wait(
              this.watching === undefined
                ? this.settings.intervalMs
                : Math.max(this.settings.intervalMs, this.settings.slowIntervalMs)
            );
      case 'unstable':
        this.board.trouble('reading', {
          code: 'OPENOT_CONTROL_UNSTABLE',
          message: 'the control block changed at every look; it is read again'
        });
        return this.pacer.wait(this.settings.intervalMs);
      case 'updating':
        this.board.trouble('updating', updating(end.frozen, end.seqlock));
        return this.pacer.wait(end.frozen ? this.settings.slowIntervalMs : this.settings.intervalMs);
      case 'refused':
        // Asked again: a ring that was given another size has other facts in a new session.
        if (end.error.code === 'OPENOT_RING_SIZE') this.connected = false;
        this.board.fail('refused', end.error);
        return this.pacer.wait(this.settings.slowIntervalMs);
      case 'failed':
        return this.failed(end.error);
    }
  }

  /** Nothing is wrong with the link; perhaps with what stands behind or before it. */
  private well(state: 'reading' | 'idle' | 'waiting', detail = ''): void {
    const silence = state === 'idle' ? this.ring.silence(this.parts.clock.monotonicMs()) : undefined;
    if (silence !== undefined && !this.silent) this.board.report(silence);
    this.silent = silence !== undefined;
    const trouble =
      this.acks.trouble ?? this.keeper.failure ?? silence ?? (this.ring.unconfirmed ? UNCONFIRMED : undefined);
    if (trouble !== undefined) this.board.trouble(state, trouble);
    else this.board.set(state, detail);
  }

  private async failed(error: TransportError): Promise<void> {
    if (error.remedy === 'reconnect' || error.remedy === 'refused') this.connected = false;
    if (error.remedy === 'refused') {
      this.board.fail('refused', error);
      return this.pacer.wait(this.settings.slowIntervalMs);
    }
    this.board.fail('outage', error);
    return this.pacer.wait(this.backOff.pauseMs());
  }

  /** What is wrong behind the reader is shown also while nothing is read. */
  private showStanding(): void {
    const { state, code } = this.board;
    if (state !== 'idle' && state !== 'paused' && state !== 'waiting') return;
    const trouble = this.acks.trouble ?? this.keeper.failure;
    if (trouble !== undefined) this.board.trouble(state, trouble);
    else if (code === 'OPENOT_ACK_TIMEOUT' || code === 'OPENOT_STATE_NOT_SAVED') this.board.set(state, '');
  }

  /** Saves and reports what is due; the milliseconds until one of them is due again. */
  private async chores(): Promise<number> {
    const save = await this.keeper.saveIfDue();
    const acks = this.acks.due(this.parts.clock.monotonicMs());
    this.showStanding();
    return Math.min(save, acks, this.board.reportIfDue(this.ring, this.checkpoints.inFlight));
  }
}
