import { errorText, Failure, failure } from '../base';
import type { BatchFacts, BytesError } from '../stream';
import { LockLost } from '../state';
import type { GivenDocument } from './log/compose';
import type { WrittenEntry } from './log/entry';
import { LogFailure, Opening } from './log/opening';
import { Pruner } from './log/pruner';
import { PRUNE_MS } from './log/retention';
import { LogWriter } from './log/writer';
import { ArchivePorts } from './ports';

export { MAX_JOURNAL_BYTES } from './log/writer';

/** Milliseconds between two tries of what the disk refused. */
export const RETRY_MS = 1000;

/** How an archive behaves. */
export interface ArchiveSettings {
  /** Name of the log; empty: `defaultOrigin`, once. */
  readonly origin: string;
  readonly defaultOrigin: string;
  /** Milliseconds between two checkpoints, at least. */
  readonly checkpointInterval: number;
  /** Milliseconds that are gathered into one flush, at most. */
  readonly flushDelay: number;
  /** Milliseconds that entries are kept while the archive is open, at least; 0: for ever. */
  readonly keep: number;
  /** Who writes, for entry 0 and for notes. */
  readonly software: string;
}

/** What an archive tells. */
export interface ArchiveEvents {
  /** A checkpoint was signed: its note. */
  onCheckpoint(note: string, size: number): void;
  /** The disk does not do what it should, or does again (undefined). */
  onTrouble(trouble: Failure | undefined): void;
  /** Something that a person should read once. */
  onWarning(text: string): void;
  /** Another runtime took the folder or the state: this archive has ended. */
  onLost(lost: Failure): void;
}

/** Why an archive cannot be opened. */
export type OpenFailure = LogFailure | Failure<'OPENOT_STATE_LOCKED' | 'OPENOT_ARCHIVE_DISK'>;

/** Figures of an archive. */
export interface ArchiveStatus {
  readonly origin: string;
  readonly vkey: string;
  readonly entries: number;
  readonly signed: number;
  /** `monotonicMs` of the last checkpoint of this life; undefined before the first. */
  readonly signedMs: number | undefined;
  /** Bytes of entries appended in this life. */
  readonly bytes: number;
  readonly trouble: Failure | undefined;
}

/**
 * One log in one folder. What it is given is durable when the promise resolves; checkpoints are signed by the clock.
 * Nothing is dropped: while the disk refuses, promises stay open.
 */
export class Archive {
  private readonly writer: LogWriter;
  private readonly pruner: Pruner;
  private turn: Promise<void> = Promise.resolve();
  private pruning: Promise<void> = Promise.resolve();
  private isFlushDue = false;
  private cancel: (() => void)[] = [];
  private readonly closing = new AbortController();
  private trouble: Failure | undefined;
  /** When the disk began to refuse, nanoseconds since the Unix epoch. */
  private troubleNs = 0n;
  private lost: Failure | undefined;

  constructor(
    private readonly ports: ArchivePorts,
    private readonly settings: ArchiveSettings,
    private readonly events: ArchiveEvents
  ) {
    this.writer = new LogWriter(ports, settings.software, (note, size) => events.onCheckpoint(note, size));
    this.pruner = new Pruner(this.writer, ports.files, settings.keep);
  }

  /**
   * Takes the folder and the state, and goes on where it was; with `beginAnew`, begins a log that continues it. Rejects
   * never.
   */
  async open(beginAnew = false): Promise<{ readonly ok: true } | OpenFailure> {
    const { ports, settings, writer } = this;
    try {
      for (const store of [ports.state, ports.checkpoint]) {
        const locked = await store.lock();
        if (!locked.ok) return await this.notOpened(locked);
      }
      const { origin, defaultOrigin } = settings;
      const outcome = await new Opening({ ports, writer, origin, defaultOrigin }).run(beginAnew);
      if (!outcome.ok) return await this.notOpened(outcome);
      this.cancel.push(ports.timers.every(settings.checkpointInterval, () => void this.checkpoint()));
      this.cancel.push(ports.timers.every(PRUNE_MS, () => void this.prune()));
      void this.prune();
      return outcome;
    } catch (thrown) {
      const message = `the archive could not be opened: ${errorText(thrown)}`;
      return this.notOpened(failure('OPENOT_ARCHIVE_DISK', message));
    }
  }

  /** The entries of a batch, durably. What is wrong with its bytes, where something is: then nothing was taken. */
  async takeBatch(payload: Buffer, facts: BatchFacts): Promise<BytesError | undefined> {
    let error: BytesError | undefined;
    await this.store(async () => {
      const composed = await this.writer.composer.batch(payload, facts);
      if (composed.ok) return composed.entries;
      error = composed;
      return [];
    });
    return error;
  }

  /** LogObject documents, durably. */
  takeDocuments(documents: readonly GivenDocument[]): Promise<void> {
    return this.store(() => documents.flatMap((document) => this.writer.composer.document(document)));
  }

  /** Signs a checkpoint now, where there is anything new. */
  checkpoint(): Promise<void> {
    return this.inTurn(() => this.again(() => this.writer.signIfNew()));
  }

  /** Prunes what is old enough, and what an earlier life left to be removed. */
  prune(): Promise<void> {
    this.pruning = this.pruning.then(async () => {
      await this.inTurn(() => this.again(() => this.pruner.decide()));
      if (this.lost !== undefined || !(await this.pruner.remove(this.closing.signal, this.events))) return;
      await this.inTurn(() => this.again(() => this.pruner.removed()));
    });
    return this.pruning;
  }

  /** Ends: what waits is written, a last checkpoint signed, the folder given back. Gives up where the disk refuses. */
  async close(): Promise<void> {
    for (const end of this.cancel.splice(0)) end();
    this.closing.abort();
    await this.pruning;
    await this.inTurn(async () => {
      try {
        if (this.lost === undefined) await this.writer.signIfNew();
      } catch (thrown) {
        this.failed(thrown);
      }
      await this.unlock();
    });
  }

  status(): ArchiveStatus {
    const { state, log, signedMs, bytes } = this.writer;
    const { origin, vkey } = state;
    return { origin, vkey, entries: log.size, signed: log.signed.size, signedMs, bytes, trouble: this.trouble };
  }

  /** What is made in its turn is durable when the promise resolves. */
  private store(make: () => Promise<readonly WrittenEntry[]> | readonly WrittenEntry[]): Promise<void> {
    return new Promise((resolve, reject) => {
      void this.inTurn(async () => {
        if (this.lost !== undefined) return reject(new Error(this.lost.message));
        try {
          this.writer.put(await make(), resolve);
          this.flushSoon();
        } catch (thrown) {
          reject(thrown as Error);
        }
      });
    });
  }

  private flushSoon(): void {
    if (this.isFlushDue) return;
    this.isFlushDue = true;
    const flush = (): void =>
      void this.inTurn(() => {
        this.isFlushDue = false;
        return this.again(() => this.writer.flush());
      });
    if (this.settings.flushDelay === 0) return flush();
    const end = this.ports.timers.after(this.settings.flushDelay, () => {
      this.cancel = this.cancel.filter((one) => one !== end);
      flush();
    });
    this.cancel.push(end);
  }

  /** Until it succeeds, or this archive ends. */
  private async again(work: () => Promise<void>): Promise<void> {
    while (this.lost === undefined) {
      try {
        await work();
        return this.worked();
      } catch (thrown) {
        this.failed(thrown);
        if (this.closing.signal.aborted) return;
        await this.ports.clock.sleep(RETRY_MS, this.closing.signal);
      }
    }
  }

  /** The disk does again what it should: the log says since when it did not. */
  private worked(): void {
    if (this.trouble === undefined) return;
    const text = `the disk refused from ${this.troubleNs} to ${this.ports.clock.nowNs()} (ns since 1970)`;
    this.writer.note('disk-full', `${text}; nothing was passed on meanwhile, and nothing was dropped`);
    this.trouble = undefined;
    this.events.onTrouble(undefined);
    this.flushSoon();
  }

  private failed(thrown: unknown): void {
    if (thrown instanceof LockLost) {
      this.lost = failure('OPENOT_STATE_LOCKED', `this archive has ended: ${errorText(thrown)}`);
      return this.events.onLost(this.lost);
    }
    const message =
      `the archive cannot be written: ${errorText(thrown)}. Nothing is passed on until it can be; ` +
      `it is tried again every ${RETRY_MS / 1000} s`;
    if (this.trouble?.message === message) return;
    if (this.trouble === undefined) this.troubleNs = this.ports.clock.nowNs();
    this.trouble = failure('OPENOT_ARCHIVE_DISK', message);
    this.events.onTrouble(this.trouble);
  }

  private async notOpened(why: OpenFailure): Promise<OpenFailure> {
    await this.unlock();
    return why;
  }

  private async unlock(): Promise<void> {
    for (const store of [this.ports.checkpoint, this.ports.state])
      try {
        await store.unlock();
      } catch {
        // It is taken over when nobody touches it any more.
      }
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work);
    return this.turn;
  }
}
