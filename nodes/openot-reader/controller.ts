import { shownValue } from '../../lib/base';
import { Batch, CommandOutcome, createReader, Reader, ReaderError, ReaderStatus } from '../../lib/reader';
import type { ReaderSession, Refusal } from '../delivery';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import { commands, done, seekTarget } from './commands';
import { Doubled } from '../runtime/doubled';
import { Hold, nothingToSkip, readAgain, Waiting, waitingFor, waitingOf, waitsForFacts } from '../runtime/held-back';
import type { ReaderNodePorts } from './ports';
import { pauseMs, RefusedBatches, RING_WORDS, whereOf } from './refused-batches';
import { statusMessage } from './status-message';

interface Running {
  readonly reader: Reader;
  readonly session: ReaderSession;
}

/**
 * Runs a reader for a node: batches out with their commit tokens, checkpoints only for what was delivered, or
 * acknowledged.
 */
export class ReaderController {
  private running: Running | undefined;
  /** The start or restart under way; commands wait for it. */
  private turn: Promise<void> = Promise.resolve();
  private closed = false;
  private paused = false;
  /**
   * How often in a row reading began again because batches were refused or lost behind this reader, nothing settled in
   * between.
   */
  private rereads = 0;
  /** Why nothing is handed on. */
  private hold: Hold | undefined;
  private readonly refusedBatches = new RefusedBatches();
  private readonly doubled: Doubled;

  constructor(private readonly ports: ReaderNodePorts) {
    this.doubled = new Doubled(ports);
  }

  /** Begins to read once `after` has resolved. */
  start(after: Promise<void> = Promise.resolve()): Promise<void> {
    this.turn = this.turn.then(() => after).then(() => this.begin());
    return this.turn;
  }

  private begin(first?: (reader: Reader) => unknown): void {
    if (this.closed || this.running !== undefined) return;
    const { ports } = this;
    const transport = ports.transport();
    this.refusedBatches.begin();
    const session = ports.openSession({
      settled: (serial) => this.settled(serial),
      onLost: () => this.restart(),
      onRefused: (refusal, serial) => this.refuse(refusal, serial),
      onRetry: () => this.retry(),
      onStarted: () => this.judgeWiring(),
      rejectPauseMs: () => pauseMs(this.rereads)
    });
    const reader = createReader({
      transport,
      store: ports.store,
      clock: ports.clock,
      random: ports.random,
      settings: ports.settings,
      sink: (batch) => this.handOn(batch, session),
      onStatus: (given, facts) => {
        const status = this.shownOf(given);
        ports.onStatus(statusMessage(status, facts, waitsForFacts(this.stuck(given), ports.clock)), status);
      },
      onError: (error: ReaderError) => this.reportError(error)
    });
    this.running = { reader, session };
    if (this.paused) reader.pause();
    this.hold = this.holdByWiring();
    if (this.hold !== undefined) reader.hold();
    reader.start();
    first?.(reader);
  }

  private settled(serial: number): void {
    this.rereads = 0;
    this.refusedBatches.settled(serial);
    this.running?.reader.settle(serial);
  }

  private holdByWiring(): Hold | undefined {
    const { ports } = this;
    const wiring = ports.wiring();
    this.doubled.saw(wiring?.kind === 'wired' ? wiring.twice : undefined);
    if (wiring === undefined || wiring.kind === 'wired') return undefined;
    if (wiring.kind === 'unwired' && !wiring.hasWires && ports.isRecorded) return undefined;
    return { kind: 'wiring', wiring };
  }

  /** A deploy is through: wires change without a node being restarted. */
  private judgeWiring(): void {
    const before = this.hold;
    const hold = this.holdByWiring();
    if (before !== undefined) {
      // The same wires as before, and nothing was refused: there is nothing to read for.
      if (before.kind === 'wiring' && hold !== undefined) this.hold = hold;
      else this.restart();
    } else if (hold !== undefined) this.holdBack(hold);
  }

  /** Nothing more is handed on until reading begins again. */
  private holdBack(hold: Hold): void {
    this.hold = hold;
    this.running?.reader.hold();
  }

  private refuse(refusal: Refusal, serial: number): void {
    const { range, isNews } = this.refusedBatches.refused(serial);
    const place = { where: whereOf(range), isAgain: range?.again === true };
    const hold: Hold = { kind: 'refused', refusal, sinceMs: this.ports.clock.monotonicMs(), ...place };
    this.holdBack(hold);
    if (isNews) this.ports.onError(new CodedError('OPENOT_BATCH_REFUSED', waitingOf(hold, 0, RING_WORDS).detail));
  }

  /** What was refused is read again, once. */
  private retry(): void {
    if (this.hold?.kind === 'refused') this.restart();
  }

  /** While nothing is handed on, that nothing settles is no news. */
  private reportError({ code, message }: ReaderError): void {
    if (this.hold !== undefined && code === 'OPENOT_ACK_TIMEOUT') return;
    this.ports.onError(new CodedError(code, message));
  }

  /** Passes over the batch that was refused again. Throws where there is none, or earlier ones are not settled. */
  private async skip(): Promise<void> {
    const toAbs = this.hold?.kind === 'refused' ? this.refusedBatches.skip() : undefined;
    if (toAbs === undefined) throw nothingToSkip();
    let outcome: Promise<CommandOutcome> | undefined;
    this.restart((reader) => (outcome = reader.seek(toAbs, 'refused')));
    await this.turn;
    if (outcome !== undefined) done(await outcome);
  }

  /** Throws a coded error when the topic is no command. */
  async command(topic: unknown, payload?: unknown): Promise<void> {
    await this.turn;
    const reader = this.running?.reader;
    if (reader === undefined)
      throw new CodedError('OPENOT_READER_STOPPED', 'the reader is not running: see its earlier error');
    switch (topic) {
      case 'read':
        if (this.hold?.kind === 'refused') return this.retry();
        return reader.read();
      case 'pause':
        this.paused = true;
        return reader.pause();
      case 'resume':
        this.paused = false;
        return reader.resume();
      case 'seek':
        return done(await reader.seek(seekTarget(payload)));
      case 'skip':
        return this.skip();
      case 'forget':
        return done(await reader.forget());
      default:
        throw new CodedError(
          'OPENOT_READER_COMMAND',
          `msg.topic must be one of ${commands.join(', ')}, found ${shownValue(topic)}`
        );
    }
  }

  /**
   * Stops in order. Called in the sweep in which the flows stop: from here on nothing is sent, but deliveries that were
   * pending in that moment may still run, and what they settle is saved.
   */
  async close(): Promise<void> {
    this.closed = true;
    await this.endRunning();
  }

  status(): ReaderStatus | undefined {
    const status = this.running?.reader.status();
    return status === undefined ? undefined : this.shownOf(status);
  }

  /** Reads again from what was settled: a batch was lost between nodes that a deploy closed, or was refused. */
  private restart(first?: (reader: Reader) => unknown): void {
    if (this.closed) return;
    this.rereads++;
    const end = this.endRunning();
    // Nobody waits for this turn but the next command: what fails in it must be caught here.
    this.turn = this.turn
      .then(() => end)
      .then(() => this.begin(first))
      .catch((thrown: unknown) => this.ports.onError(codedErrorOf(thrown)));
  }

  private async endRunning(): Promise<void> {
    const { running } = this;
    if (running === undefined) return;
    running.session.shut();
    try {
      await this.ports.deliveriesDone();
      await running.reader.stop();
    } finally {
      running.session.close();
      if (this.running === running) this.running = undefined;
    }
  }

  private async handOn(batch: Batch, session: ReaderSession): Promise<void> {
    // The reader is being stopped: this batch stays unsettled, and stop() does not wait for the sink.
    if (!(await session.gate())) return new Promise<void>(() => undefined);
    // Not handed on and never settled: it is read again with what was refused.
    if (this.hold !== undefined) return;
    this.refusedBatches.handedOn(batch);
    const commit = [...(batch.facts.commit ?? []), session.begin(batch.serial)];
    this.ports.sendBatch({ topic: batch.facts.stream, payload: batch.payload, openot: { ...batch.facts, commit } });
  }

  /** A new session begins without troubles: what is refused again and again must be seen all the same. */
  private shownOf(status: ReaderStatus): ReaderStatus {
    const { code, detail = '' } = this.stuck(status) ?? {};
    // A link that is down is the greater trouble.
    if (code !== undefined && ['reading', 'idle', 'waiting'].includes(status.state))
      return { ...status, state: 'waiting', code, detail };
    if (status.code !== undefined) return status;
    const { why } = this.doubled;
    if (this.rereads < 2) return why === undefined ? status : { ...status, code: why.code, detail: why.detail };
    return { ...status, ...readAgain(this.rereads) };
  }

  /** Why records are not handed on, do not settle, or come twice. */
  waiting(status: Pick<ReaderStatus, 'state'>): Waiting | undefined {
    return this.stuck(status) ?? this.doubled.why;
  }

  private stuck({ state }: Pick<ReaderStatus, 'state'>): Waiting | undefined {
    if (this.hold !== undefined) return waitingOf(this.hold, this.ports.clock.monotonicMs(), RING_WORDS);
    const waits = this.running?.session.waitsFor();
    if (waits === undefined || (waits.kind === 'node' && state !== 'waiting')) return undefined;
    return waitingFor(waits, this.ports, RING_WORDS);
  }
}
