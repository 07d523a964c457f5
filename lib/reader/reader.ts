import { TransportError } from '../transport/transport';
import { Reader, ReaderParts } from './api';
import { BackOff } from './back-off';
import { Checkpoints } from './checkpoints';
import { memoryOf } from './memory';
import { Pacer } from './pacer';
import { RingPoll } from './poll';
import { PollEnd } from './poll-end';
import { ReaderSettings, withDefaults } from './settings';
import { StateKeeper } from './state-keeper';
import { StatusBoard } from './status-board';
import { ReaderError, ReaderStatus, StatusFacts } from './status';

/** A reader of one ring (docs/design.md 5). It owns its transport and closes it. */
export function createReader(parts: ReaderParts): Reader {
  return new RingReader(parts);
}

/** Until something wakes the loop. */
const NEVER_MS = 2 ** 31 - 1;
/** Milliseconds that a poll may go without an end before the status says so. */
const SILENCE_MS = 3000;

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
  /** `read()` was called: poll until nothing more is there, whatever the mode. */
  private asked = false;
  private forgetting: (() => void)[] = [];
  private watching: { stop(): Promise<void> } | undefined;
  private endOnLost: (() => void) | undefined;
  private endSink: (() => void) | undefined;

  constructor(private readonly parts: ReaderParts) {
    this.settings = withDefaults(parts.settings);
    this.pacer = new Pacer(parts.clock, () => this.chores());
    this.backOff = new BackOff(parts.clock, parts.random);
    this.board = new StatusBoard(parts.clock, this.settings, parts.onStatus, parts.onError);
    this.keeper = new StateKeeper(parts.store, parts.clock, this.checkpoints, this.settings.saveIntervalMs, (error) => this.board.report(error));
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
    await this.keeper.save();
    this.board.set('stopped', '');
    for (const done of this.forgetting.splice(0)) done();
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

  forget(): Promise<void> {
    if (this.loop === undefined || this.pacer.stopped) return this.keeper.remove();
    return new Promise((resolve) => {
      this.forgetting.push(resolve);
      this.pacer.wake();
    });
  }

  settle(serial: number): void {
    if (!this.checkpoints.settle(serial)) return;
    if (this.board.state === 'waiting') this.pacer.wake();
    else this.pacer.nudge();
  }

  status(): ReaderStatus {
    return this.board.status(this.ring, this.checkpoints.inFlight);
  }

  statusFacts(): StatusFacts {
    return this.board.facts(this.ring);
  }

  private newRing(): RingPoll {
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
      onError: (error) => this.board.report(error)
    });
  }

  /** Something threw where nothing may: said aloud and ended in order, since a rejection nobody awaits would end Node-RED itself. */
  private async broken(error: unknown): Promise<void> {
    this.pacer.stop();
    const message = `the reader stopped because of an error inside it or its transport: ${error instanceof Error ? error.message : String(error)}. What was not settled is read again after the next start; please report this with the log`;
    this.board.fail('failed', { code: 'OPENOT_INTERNAL', message });
    this.board.reportIfDue(this.ring, this.checkpoints.inFlight);
    await this.close();
    for (const done of this.forgetting.splice(0)) done();
  }

  private async close(): Promise<void> {
    this.endOnLost?.();
    try {
      await this.parts.transport.close();
    } catch (error) {
      this.board.report({ code: 'OPENOT_INTERNAL', message: `the transport could not be closed: ${error instanceof Error ? error.message : String(error)}` });
    }
  }

  private async run(): Promise<void> {
    this.board.set('connecting', '');
    let loaded = await this.load();
    while (!this.pacer.stopped) {
      if (this.forgetting.length > 0) {
        await this.forgetNow();
        loaded = true;
      }
      if (!loaded) await this.pacer.wait(NEVER_MS);
      else if (this.checkpoints.inFlight >= this.settings.maxInFlight) await this.waitForSettling();
      else if (!this.wantsToPoll()) await this.rest(this.paused ? 'paused' : 'idle');
      else if (!this.connected) await this.connect();
      else await this.onePoll();
    }
  }

  /** False when the saved state cannot be used: then nothing is read until `forget`. */
  private async load(): Promise<boolean> {
    const loaded = await this.keeper.load();
    if (loaded.ok) {
      const memory = loaded.state === undefined ? undefined : memoryOf(loaded.state);
      if (memory === undefined) return true;
      if (memory.ok) {
        this.ring.resume(memory.memory);
        return true;
      }
      this.board.fail('failed', memory);
    } else this.board.fail('failed', loaded);
    return false;
  }

  private async forgetNow(): Promise<void> {
    this.checkpoints.clear();
    await this.keeper.remove();
    this.ring = this.newRing();
    this.connected = false;
    for (const done of this.forgetting.splice(0)) done();
  }

  private wantsToPoll(): boolean {
    return this.asked || (!this.paused && this.settings.mode !== 'trigger') || !this.connected;
  }

  private async waitForSettling(): Promise<void> {
    this.board.set('waiting', `${this.checkpoints.inFlight} batches are not settled yet (maxInFlight ${this.settings.maxInFlight})`);
    await this.pacer.wait(NEVER_MS);
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
    for (const batch of this.ring.outbox.batches.splice(0)) if (!this.pacer.stopped) await this.handOn(batch);
    if (this.pacer.stopped) return;
    await this.after(end);
  }

  /** A poll whose Reads stay unanswered is said while it lasts: a green status on a dead link is a lie. */
  private attended(poll: Promise<PollEnd>): Promise<PollEnd> {
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

  private async handOn(batch: Parameters<ReaderParts['sink']>[0]): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.endSink = resolve;
    });
    try {
      await Promise.race([Promise.resolve(this.parts.sink(batch)), stopped]);
    } catch (error) {
      // Not settled, so read again after the next start; going on would hand on what follows without it.
      this.board.fail('failed', { code: 'OPENOT_READER_SINK', message: `a batch could not be handed on: ${error instanceof Error ? error.message : String(error)}` });
      this.pacer.stop();
      this.board.reportIfDue(this.ring, this.checkpoints.inFlight);
    }
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
      case 'idle':
        this.asked = false;
        this.well('idle');
        return this.settings.mode === 'trigger' || this.paused ? undefined : this.pacer.wait(this.watching === undefined ? this.settings.intervalMs : Math.max(this.settings.intervalMs, this.settings.slowIntervalMs));
      case 'unstable':
        this.board.trouble('reading', { code: 'OPENOT_CONTROL_UNSTABLE', message: 'the control block changed at every look; it is read again' });
        return this.pacer.wait(this.settings.intervalMs);
      case 'updating':
        this.board.trouble('updating', updating(end.frozen, end.seqlock));
        return this.pacer.wait(end.frozen ? this.settings.slowIntervalMs : this.settings.intervalMs);
      case 'refused':
        this.board.fail('refused', end.error);
        return this.pacer.wait(this.settings.slowIntervalMs);
      case 'failed':
        return this.failed(end.error);
    }
  }

  /** Nothing is wrong, except perhaps that no image of late was confirmed. */
  private well(state: 'reading' | 'idle'): void {
    if (this.ring.unconfirmed) this.board.trouble(state, UNCONFIRMED);
    else this.board.set(state, '');
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

  /** Saves and reports what is due; the milliseconds until one of them is due again. */
  private async chores(): Promise<number> {
    const save = await this.keeper.saveIfDue();
    return Math.min(save, this.board.reportIfDue(this.ring, this.checkpoints.inFlight));
  }
}

const UNCONFIRMED: ReaderError = {
  code: 'OPENOT_CONTROL_UNCONFIRMED',
  message: 'the control block changes between any two looks: images are taken that stand between two others, without a second reading to confirm them. Records are still checked one by one; a faster link or a slower producer would help'
};

function updating(frozen: boolean, seqlock: number): { code: string; message: string } {
  return frozen
    ? { code: 'OPENOT_CONTROL_FROZEN', message: `the seqlock stays at ${seqlock}, odd: the controller stopped inside an update (is it in STOP?); reading goes on once it runs` }
    : { code: 'OPENOT_CONTROL_UPDATING', message: 'the controller was inside an update at every look; it is read again' };
}
