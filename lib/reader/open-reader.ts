import { OpenotError } from '../base';
import { systemClock, systemRandom } from '../base/system';
import { volatileStore } from '../state';
import { fileStore } from '../state/files';
import { Transport } from '../transport/transport';
import { CommandOutcome, Reader } from './api';
import { Batch } from './batch';
import { createReader } from './loop/reader';
import { Clock, Random, Store } from './ports';
import { ReaderSettings } from './settings';
import { ReaderError, ReaderStatus, StatusFacts } from './status';

/** What `openReader` is told: a transport and, in all but trials, where the reader keeps its place. */
export interface OpenReaderOptions extends Partial<ReaderSettings> {
  readonly transport: Transport;
  /**
   * File that remembers what was settled, with a lock beside it. Absent: begun anew at every start, as `startFrom`
   * says.
   */
  readonly stateFile?: string;
  /** Another place than a file to keep it. */
  readonly store?: Store;
  /** Ends reading as `close` does. */
  readonly signal?: AbortSignal;
  /** At each change of state and every `statusIntervalMs`. */
  readonly onStatus?: (status: ReaderStatus, facts: StatusFacts) => void;
  /** Once for each new trouble; the reader goes on by itself. Absent: `process.emitWarning`. */
  readonly onError?: (error: ReaderError) => void;
  /** Absent: those of this machine. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A batch that says itself that it was passed on. */
export interface OpenBatch extends Batch {
  /** This batch and all before it are stored: after a restart they are not read again. */
  settle(): void;
}

/** A running reader as a stream of its batches. Iterated once. */
export interface OpenReader
  extends AsyncIterable<OpenBatch>, Pick<Reader, 'read' | 'pause' | 'resume' | 'forget' | 'seek' | 'status'> {
  /** Saves what is settled, closes the transport; the iteration ends. Never rejects. */
  close(): Promise<void>;
}

/**
 * Reads one ring for as long as its batches are iterated: whole, verified records in order, each once, with notice of
 * what is missing (docs/format.md 9). Troubles of the link are retried for ever. `settle` says that a batch is stored:
 * what was not settled comes again after the next start; `maxInFlight` unsettled batches stop reading until one is
 * settled. Leaving the loop closes the reader.
 *
 * The iteration throws an OpenotError where the reader cannot go on by itself: OPENOT_STATE_UNREADABLE,
 * OPENOT_STATE_LOCKED when another process took the state over, OPENOT_INTERNAL.
 *
 * @example
 * ```ts
 * import { openReader } from '@openot/node-red/reader';
 * import { modbus } from '@openot/node-red/transport/modbus';
 *
 * const reader = openReader({
 *   transport: modbus({ host: 'plc-7', control: 0, ring: 100 }),
 *   stateFile: './plc-7.state'
 * });
 * for await (const batch of reader) {
 *   console.log(`${batch.records} records of ${batch.facts.stream}`);
 *   batch.settle();
 * }
 * ```
 */
export function openReader(options: OpenReaderOptions): OpenReader {
  return new BatchStream(options);
}

const warn = ({ code, message }: ReaderError): void => process.emitWarning(message, { type: 'OpenotWarning', code });

/** One batch waits here at most: the reader hands on the next one when this one was taken. */
class BatchStream implements OpenReader {
  private readonly reader: Reader;
  private offered: { readonly batch: OpenBatch; readonly taken: () => void } | undefined;
  /** Whoever waits for a batch or for the end. */
  private wake: (() => void) | undefined;
  private closing: Promise<void> | undefined;
  private failure: OpenotError | undefined;
  private isIterated = false;

  constructor(options: OpenReaderOptions) {
    const { transport, stateFile, store, signal, onStatus, onError = warn, clock, random, ...settings } = options;
    this.reader = createReader({
      transport,
      store: store ?? (stateFile === undefined ? volatileStore() : fileStore(stateFile)),
      clock: clock ?? systemClock(),
      random: random ?? systemRandom(),
      settings: { host: transport.host, commit: 'onAck', ...settings },
      sink: (batch) => this.offer(batch),
      onStatus: (status, facts) => {
        if (status.state === 'failed') this.fail(status);
        onStatus?.(status, facts);
      },
      onError
    });
    if (signal?.aborted === true) void this.close();
    else signal?.addEventListener('abort', () => void this.close(), { once: true });
  }

  read(): void {
    this.reader.read();
  }

  pause(): void {
    this.reader.pause();
  }

  resume(): void {
    this.reader.resume();
  }

  status(): ReaderStatus {
    return this.reader.status();
  }

  forget(): Promise<CommandOutcome> {
    return this.reader.forget();
  }

  seek(to: number | 'oldest' | 'newest'): Promise<CommandOutcome> {
    return this.reader.seek(to);
  }

  close(): Promise<void> {
    this.closing ??= this.reader.stop();
    this.wake?.();
    return this.closing;
  }

  [Symbol.asyncIterator](): AsyncIterator<OpenBatch, undefined> {
    if (this.isIterated) throw new TypeError('a reader is iterated once: open another one');
    this.isIterated = true;
    if (this.closing === undefined) this.reader.start();
    return {
      next: () => this.next(),
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      }
    };
  }

  private async next(): Promise<IteratorResult<OpenBatch, undefined>> {
    while (this.offered === undefined && this.closing === undefined)
      await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.closing !== undefined) {
      await this.closing;
      if (this.failure !== undefined) throw this.failure;
      return { done: true, value: undefined };
    }
    const { batch, taken } = this.offered!;
    this.offered = undefined;
    taken();
    return { done: false, value: batch };
  }

  private offer(batch: Batch): Promise<void> {
    return new Promise((taken) => {
      this.offered = { batch: { ...batch, settle: () => this.reader.settle(batch.serial) }, taken };
      this.wake?.();
    });
  }

  /** Nothing more comes until a person does something. */
  private fail({ code, detail }: ReaderStatus): void {
    this.failure ??= new OpenotError({ code: code ?? 'OPENOT_INTERNAL', message: detail });
    void this.close();
  }
}
