import { isU64Text, shownValue } from '../../lib/base';
import type { NodeMessage } from 'node-red';
import {
  Batch,
  Clock,
  CommandOutcome,
  createReader,
  Random,
  Reader,
  ReaderError,
  ReaderSettings,
  ReaderStatus,
  StatusFacts,
  Store
} from '../../lib/reader';
import { parseSafeU64 } from '../../lib/wire';
import type { Transport } from '../../lib/transport/transport';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import type { ReaderSession } from '../delivery';

/** What a reader node is made of. */
export interface ReaderNodePorts {
  /** A way to the ring of its own, for each session of the reader. */
  transport(): Transport;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Partial<ReaderSettings>;
  /** Opens a session (see nodes/delivery). */
  openSession(settled: (serial: number) => void, onLost: () => void): ReaderSession;
  /** Sends a batch by the first output. */
  sendBatch(message: NodeMessage): void;
  /** Sends a status by the second output, and shows it. */
  onStatus(message: NodeMessage, status: ReaderStatus): void;
  onError(error: Error): void;
  /** Resolves when every delivery pending now has run. */
  deliveriesDone(): Promise<void>;
}

export const commands = ['read', 'pause', 'resume', 'seek', 'forget'] as const;

/** Where `seek` goes: a position of the ring, or one of its ends. Throws OPENOT_READER_SEEK. */
export function seekTarget(payload: unknown): number | 'oldest' | 'newest' {
  if (payload === 'oldest' || payload === 'newest') return payload;
  const position =
    typeof payload === 'number' || typeof payload === 'bigint' || isU64Text(payload)
      ? parseSafeU64(payload)
      : undefined;
  if (position === undefined)
    throw new CodedError(
      'OPENOT_READER_SEEK',
      'msg.payload of the command seek must be "oldest", "newest" or a position (a whole number from 0 to ' +
        `2^53-1), found ${shownValue(payload)}`
    );
  return position;
}

/** A command that could not be done is an error of its message. */
function done(outcome: CommandOutcome): void {
  if (!outcome.ok) throw new CodedError(outcome.code, outcome.message);
}

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

  constructor(private readonly ports: ReaderNodePorts) {}

  /** Begins to read once `after` has resolved. */
  start(after: Promise<void> = Promise.resolve()): Promise<void> {
    this.turn = this.turn.then(() => after).then(() => this.begin());
    return this.turn;
  }

  private begin(): void {
    if (this.closed || this.running !== undefined) return;
    const { ports } = this;
    const transport = ports.transport();
    const session = ports.openSession(
      (serial) => {
        this.rereads = 0;
        this.running?.reader.settle(serial);
      },
      () => this.restart()
    );
    const reader = createReader({
      transport,
      store: ports.store,
      clock: ports.clock,
      random: ports.random,
      settings: ports.settings,
      sink: (batch) => this.handOn(batch, session),
      onStatus: (status, facts) => this.report(status, facts),
      onError: (error: ReaderError) => ports.onError(new CodedError(error.code, error.message))
    });
    this.running = { reader, session };
    if (this.paused) reader.pause();
    reader.start();
  }

  /** Throws a coded error when the topic is no command. */
  async command(topic: unknown, payload?: unknown): Promise<void> {
    await this.turn;
    const reader = this.running?.reader;
    if (reader === undefined)
      throw new CodedError('OPENOT_READER_STOPPED', 'the reader is not running: see its earlier error');
    switch (topic) {
      case 'read':
        return reader.read();
      case 'pause':
        this.paused = true;
        return reader.pause();
      case 'resume':
        this.paused = false;
        return reader.resume();
      case 'seek':
        return done(await reader.seek(seekTarget(payload)));
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

  /**
   * A batch was lost between nodes that a deploy closed while this reader lived on: read again from what was settled.
   */
  private restart(): void {
    if (this.closed) return;
    this.rereads++;
    const end = this.endRunning();
    // Nobody waits for this turn but the next command: what fails in it must be caught here.
    this.turn = this.turn
      .then(() => end)
      .then(() => this.begin())
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
    const commit = [...(batch.facts.commit ?? []), session.begin(batch.serial)];
    this.ports.sendBatch({ topic: batch.facts.stream, payload: batch.payload, openot: { ...batch.facts, commit } });
  }

  /**
   * Each new session begins without troubles: that its records are refused again and again must be seen all the same.
   */
  private shownOf(status: ReaderStatus): ReaderStatus {
    if (this.rereads < 2 || status.code !== undefined) return status;
    return {
      ...status,
      code: 'OPENOT_READ_AGAIN',
      detail:
        `read again ${this.rereads} times, and nothing was settled in between: a node behind this reader refuses ` +
        'the records or fails to store them, see its error'
    };
  }

  private report(given: ReaderStatus, facts: StatusFacts): void {
    const status = this.shownOf(given);
    const payload = Object.fromEntries(
      Object.entries({ ...status, about: [...status.about] }).map(([key, value]) => [key, value ?? null])
    );
    this.ports.onStatus(
      {
        topic: facts.stream ?? '',
        payload,
        openot: Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
      },
      status
    );
  }
}
