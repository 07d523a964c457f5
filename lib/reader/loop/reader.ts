import { errorText } from '../../base';
import { CommandOutcome, Reader, ReaderParts } from '../api';
import { positionOf } from '../judge/restore-position';
import { ReaderError, ReaderStatus, StatusFacts } from '../status';
import { STOPPED } from './commands';
import { NEVER_MS, ReaderCore } from './core';
import { forget, forgetAtRest, seek } from './forget-and-seek';
import { HandingOn } from './handing-on';
import { Link } from './link';
import { afterPoll } from './poll-ends';
import { waitForSettling } from './settling';

/**
 * A reader of one ring (docs/reader.md). It owns its transport and closes it.
 *
 * @example
 * ```ts
 * import { systemClock, systemRandom } from '@openot/node-red/base/system';
 * import { createReader } from '@openot/node-red/reader';
 * import { fileStore } from '@openot/node-red/state/files';
 * import { modbus } from '@openot/node-red/transport/modbus';
 *
 * const reader = createReader({
 *   transport: modbus({ host: 'plc-7', control: 0, ring: 100 }),
 *   store: fileStore('./plc-7.state'),
 *   clock: systemClock(),
 *   random: systemRandom(),
 *   settings: { stream: 'line 1', intervalMs: 200 },
 *   sink: (batch) => {
 *     console.log(batch.records);
 *     reader.settle(batch.serial);
 *   }
 * });
 * reader.start();
 * ```
 */
export function createReader(parts: ReaderParts): Reader {
  return new RingReader(parts);
}

/** Milliseconds between two tries to lock a state that another uses. */
const LOCK_RETRY_MS = 1000;

/** The loop, and nothing else: what is to be done next, and in which order it ends. */
class RingReader implements Reader {
  private readonly core: ReaderCore;
  private readonly link: Link;
  private readonly handing: HandingOn;
  private loop: Promise<void> | undefined;

  constructor(parts: ReaderParts) {
    this.core = new ReaderCore(parts);
    this.link = new Link(this.core);
    this.handing = new HandingOn(this.core);
  }

  start(): void {
    this.loop ??= this.run().catch((error: unknown) => this.broken(error));
  }

  async stop(): Promise<void> {
    const { life, keeper, board } = this.core;
    this.core.halt();
    this.handing.end();
    // A Read on a dead link would hold the loop for its whole time-out: closing ends it, and every watch with it.
    await this.link.close();
    await this.loop;
    if (life.holdsLock && keeper.lost === undefined) await keeper.saveLast();
    await this.letGo();
    board.set('stopped', '');
  }

  read(): void {
    this.core.life.askedToRead = true;
    this.core.pacer.wake();
  }

  pause(): void {
    this.core.life.askedToPause = true;
    this.core.pacer.wake();
  }

  resume(): void {
    this.core.life.askedToPause = false;
    this.core.pacer.wake();
  }

  hold(): void {
    this.core.life.askedToHold = true;
    this.core.pacer.wake();
  }

  forget(): Promise<CommandOutcome> {
    return this.isRunning ? this.inTurn(() => forget(this.core)) : forgetAtRest(this.core);
  }

  seek(to: number | 'oldest' | 'newest', reason?: string): Promise<CommandOutcome> {
    return this.inTurn(() => seek(this.core, this.link, this.handing, { to, reason }));
  }

  settle(serial: number): void {
    const { life, checkpoints, acks, pacer } = this.core;
    if (!checkpoints.settle(serial)) return;
    acks.moved();
    if (life.waitsForSettling) pacer.wake();
    else pacer.nudge();
  }

  status(): ReaderStatus {
    return this.core.board.status(this.core.ring, this.core.checkpoints.inFlight);
  }

  statusFacts(): StatusFacts {
    return this.core.board.facts(this.core.ring);
  }

  private get isRunning(): boolean {
    return this.loop !== undefined && !this.core.life.isStopped;
  }

  /** Between two polls. */
  private inTurn(work: () => Promise<CommandOutcome>): Promise<CommandOutcome> {
    if (!this.isRunning) return Promise.resolve(STOPPED);
    const done = this.core.commands.add(work);
    this.core.pacer.wake();
    return done;
  }

  private async run(): Promise<void> {
    const { life, commands, keeper, checkpoints, settings, pacer } = this.core;
    this.core.board.set('connecting', '');
    await this.lock();
    if (life.holdsLock) await this.load();
    while (!life.isStopped) {
      if (commands.waiting) await commands.doNext();
      else if (keeper.lost !== undefined) this.fail(keeper.lost);
      else if (life.activity.kind === 'blocked') await pacer.wait(NEVER_MS);
      // How an incarnation began, out of the saved state: it counts as on its way, and must be before it is waited for.
      else if (this.core.ring.outbox.batches.length > 0) await this.handing.all();
      else if (checkpoints.inFlight >= settings.maxInFlight && !this.isHeld) await waitForSettling(this.core);
      else if (!this.wantsToPoll()) await this.rest();
      else if (!life.isUp) await this.link.connect();
      else if (this.isHeld) await this.look();
      else await this.onePoll();
    }
  }

  /** Waits until this reader is the only user of its state. */
  private async lock(): Promise<void> {
    const { life, keeper, board, commands, pacer } = this.core;
    while (!life.isStopped) {
      const outcome = await keeper.lock();
      if (outcome.ok) {
        life.now('locked');
        return board.set('connecting', '');
      }
      board.fail('refused', outcome);
      commands.refuse(outcome);
      await pacer.wait(LOCK_RETRY_MS);
    }
  }

  /** Where the saved state cannot be used, nothing is read until `forget` or `seek`. */
  private async load(): Promise<void> {
    const { life, keeper, board, ring } = this.core;
    const loaded = await keeper.load();
    if (!loaded.ok) return this.block(loaded);
    const restored = loaded.state === undefined ? undefined : positionOf(loaded.state);
    board.isFirstContact = restored === undefined;
    if (restored?.ok === false) return this.block(restored);
    const { pending, anchorDiffers } = loaded.state?.checkpoint ?? {};
    if (restored !== undefined) {
      board.sourceTimes.handedOn(restored.position.toSaved());
      ring.resume(restored.position, pending ?? [], anchorDiffers);
    }
    life.now('loaded');
  }

  private block(reason: ReaderError): void {
    this.core.life.block(reason);
    this.core.board.fail('failed', reason);
  }

  private wantsToPoll(): boolean {
    const { life, settings } = this.core;
    return life.askedToRead || (!life.askedToPause && settings.mode !== 'trigger') || !life.isUp;
  }

  /** Nothing is to be handed on. First contact is made all the same. */
  private get isHeld(): boolean {
    return this.core.life.askedToHold && this.core.ring.position !== undefined;
  }

  private async look(): Promise<void> {
    await afterPoll(this.core, this.link, await this.core.attendance.attended(this.core.ring.look()));
  }

  /** A trouble that has not passed is not hidden behind the rest. */
  private async rest(): Promise<void> {
    const { life, board, pacer } = this.core;
    board.rest(life.askedToPause ? 'paused' : 'idle');
    if (life.askedToPause) life.now('rest');
    await pacer.wait(NEVER_MS);
    life.now('goOn');
  }

  private async onePoll(): Promise<void> {
    const end = await this.core.attendance.attended(this.core.ring.poll());
    await this.handing.all();
    // What could not be handed on waits for a command, which must not wait for the interval.
    if (this.core.life.isStopped || this.core.ring.outbox.batches.length > 0) return;
    await afterPoll(this.core, this.link, end);
  }

  /** Stopped by itself, for good. */
  private fail(error: ReaderError): void {
    this.core.giveUp(error);
    void this.link.close();
  }

  /**
   * Something threw where nothing may: said aloud and ended in order, since a rejection nobody awaits would end
   * Node-RED itself.
   */
  private async broken(error: unknown): Promise<void> {
    const message =
      `the reader stopped because of an error inside it or its transport: ${errorText(error)}. What was not ` +
      'settled is read again after the next start; please report this with the log';
    this.core.giveUp({ code: 'OPENOT_INTERNAL', message });
    await this.link.close();
    await this.letGo();
  }

  /** Others may use the state; whoever waits for a command is answered. */
  private async letGo(): Promise<void> {
    const { life, keeper, commands } = this.core;
    if (life.holdsLock) await keeper.unlock();
    life.now('released');
    commands.refuse(STOPPED);
  }
}
