import { errorText, Failure, failure } from '../base';
import type { BatchFacts, BytesError } from '../stream';
import { LockLost } from '../state';
import { Composer, GivenDocument } from './log/compose';
import { entryBytes, LogHead, NoteCode, WrittenEntry } from './log/entry';
import { Learner } from './log/learn';
import { Log } from './log/log';
import { damaged, recover, RecoverFailure, wentBack } from './log/recover';
import { ArchiveState, decodeState, encodeState } from './log/saved-state';
import { Checkpoint, readCheckpoint, signCheckpoint, vkeyOf } from './note';
import { ArchivePorts } from './ports';
import { emptyRoot } from './tree/digest';

/** Bytes of the journal from which on a checkpoint is signed whatever the interval: it is read whole at a start. */
export const MAX_JOURNAL_BYTES = 16 * 1024 * 1024;
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
export type OpenFailure =
  RecoverFailure | Failure<'OPENOT_STATE_LOCKED' | 'OPENOT_STATE_UNREADABLE' | 'OPENOT_ARCHIVE_DISK'>;

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

const beginTexts: Partial<Record<NoteCode, string>> = {
  'went-back': 'the log before this one was left: its folder or its saved state had gone back',
  'key-changed': 'another key signs from here on: the log before this one was signed with the former'
};

const headOf = ({ origin, size, root }: Checkpoint): LogHead => ({
  origin,
  size,
  root: Buffer.from(root).toString('base64')
});

const unreadable = (why: string): OpenFailure =>
  failure(
    'OPENOT_STATE_UNREADABLE',
    `what this archive signed last cannot be read: ${why}. Put the file back from a backup, or send this node a ` +
      'message with topic "begin": a new log begins that names the last checkpoint of the old one'
  );

interface Waiting {
  readonly entries: readonly WrittenEntry[];
  readonly done: () => void;
}

/**
 * One log in one folder. What it is given is durable when the promise resolves; checkpoints are signed by the clock.
 * Nothing is dropped: while the disk refuses, promises stay open.
 */
export class Archive {
  private log: Log;
  private readonly composer: Composer;
  private state!: ArchiveState;
  private waiting: Waiting[] = [];
  private waitingCount = 0;
  private turn: Promise<void> = Promise.resolve();
  private isFlushDue = false;
  private cancel: (() => void)[] = [];
  private closing = new AbortController();
  private bytes = 0;
  private signedMs: number | undefined;
  private trouble: Failure | undefined;
  private lost: Failure | undefined;

  constructor(
    private readonly ports: ArchivePorts,
    private readonly settings: ArchiveSettings,
    private readonly events: ArchiveEvents
  ) {
    this.log = new Log(ports.files);
    this.composer = new Composer(
      {
        definition: (hash) => ports.definition(hash),
        entryAt: (index) => this.entryAt(index),
        nowNs: () => ports.clock.nowNs(),
        software: settings.software
      },
      () => this.log.size + this.waitingCount
    );
  }

  /**
   * Takes the folder and the state, and goes on where it was; with `beginAnew`, begins a log that continues it. Rejects
   * never.
   */
  async open(beginAnew = false): Promise<{ readonly ok: true } | OpenFailure> {
    try {
      const outcome = await this.opened(beginAnew);
      if (!outcome.ok) await this.unlock();
      return outcome;
    } catch (thrown) {
      await this.unlock();
      return failure('OPENOT_ARCHIVE_DISK', `the archive could not be opened: ${errorText(thrown)}`);
    }
  }

  private async opened(beginAnew: boolean): Promise<{ readonly ok: true } | OpenFailure> {
    for (const store of [this.ports.state, this.ports.checkpoint]) {
      const locked = await store.lock();
      if (!locked.ok) return locked;
    }
    const saved = await this.ports.state.load();
    const decoded = saved === undefined ? undefined : decodeState(saved);
    if (decoded?.ok === false && !beginAnew) return unreadable(decoded.why);
    const state = decoded?.ok === true ? decoded.state : undefined;
    const outcome = await (state === undefined ? this.first(beginAnew) : this.next(state, beginAnew));
    if (outcome.ok) this.schedule();
    return outcome;
  }

  /** Nothing is known of a log. */
  private async first(beginAnew: boolean): Promise<{ readonly ok: true } | OpenFailure> {
    const names = await this.oldFiles();
    if (names.length > 0 && !beginAnew)
      return wentBack(
        `the folder has files (${names.slice(0, 3).join(', ')}), but what was signed last is not known here`
      );
    const known = readCheckpoint((await this.ports.checkpoint.load()) ?? '');
    const previous = known.ok ? headOf(known.checkpoint) : null;
    const before = names.length > 0 ? (await this.ports.files.list('before')).length + 1 : 0;
    return this.begin(previous, before, previous === null ? undefined : 'went-back');
  }

  /** A log is known: it goes on, or one that continues it begins. */
  private async next(state: ArchiveState, beginAnew: boolean): Promise<{ readonly ok: true } | OpenFailure> {
    const { settings, ports } = this;
    const previous = headOf({ origin: state.origin, ...state.head });
    if (state.isMoving) return this.moved(state, 'went-back');
    if (beginAnew) return this.begin(previous, state.before + 1, 'went-back');
    if (vkeyOf(ports.signer(state.origin)) !== state.vkey) return this.begin(previous, state.before + 1, 'key-changed');
    const outcome = await this.goneOn(state);
    if (!outcome.ok || settings.origin === state.setting) return outcome;
    await this.signIfNew();
    this.forget();
    return this.begin(headOf({ origin: state.origin, ...this.log.signed }), state.before + 1, undefined);
  }

  /** The log that is known goes on. */
  private async goneOn(state: ArchiveState): Promise<{ readonly ok: true } | OpenFailure> {
    const { ports, composer } = this;
    this.take(state);
    const found = await recover(ports.files, this.log, state, await ports.checkpoint.load());
    if (!found.ok) return found;
    const learner = new Learner(composer, ports.files);
    if (!(await learner.all(found.unlearnt, state.head.size))) return damaged(learner.why);
    if (this.log.size === 0) this.put(this.beginEntry());
    if (found.isStateOlder)
      this.put(
        composer.note(
          'state-older',
          `the saved state knew ${state.head.size} entries, the folder had ${found.head.size}: it went on from there`
        )
      );
    if (found.cut > 0)
      this.put(
        composer.note(
          'torn-end',
          `${found.cut} bytes at the end of the journal were half-written and were cut: nothing of them had been ` +
            'passed on'
        )
      );
    else if (found.journalled > 0)
      this.put(
        composer.note(
          'after-crash',
          `this archive was not closed in order: ${found.journalled} entries were read again from its journal`
        )
      );
    await this.flushed();
    if (!found.isSigned || this.log.signed.size === 0) await this.sign();
    return { ok: true };
  }

  /** Begins a log. `before`: the number under which the files that are there are put aside; 0 where there are none. */
  private async begin(
    previous: LogHead | null,
    before: number,
    why: NoteCode | undefined
  ): Promise<{ readonly ok: true } | OpenFailure> {
    const { settings, ports } = this;
    const name = settings.origin === '' ? settings.defaultOrigin : settings.origin;
    // Two logs of one name would be two truths.
    const origin =
      previous !== null && previous.origin.replace(/\/[0-9]+$/, '') === name ? `${name}/${before + 1}` : name;
    const state: ArchiveState = {
      origin,
      setting: settings.origin,
      vkey: vkeyOf(ports.signer(origin)),
      head: { size: 0, root: emptyRoot() },
      minimum: 0,
      previous,
      before,
      isMoving: before > 0,
      entered: [],
      missing: [],
      streams: []
    };
    this.take(state);
    await this.saveState();
    return this.moved(state, why);
  }

  /** The files of the log before are put aside, as far as they are not yet; then this one begins. */
  private async moved(state: ArchiveState, why: NoteCode | undefined): Promise<{ readonly ok: true }> {
    const { files } = this.ports;
    this.take(state);
    if (state.isMoving)
      for (const name of await this.oldFiles()) await files.move(name, `before/${state.before}/${name}`);
    this.state = { ...state, isMoving: false };
    await this.saveState();
    this.put(this.beginEntry());
    if (why !== undefined) this.put(this.composer.note(why, beginTexts[why] ?? ''));
    await this.flushed();
    await this.sign();
    return { ok: true };
  }

  /** What stands in the folder, except locks and the logs that were put aside. */
  private async oldFiles(): Promise<string[]> {
    return (await this.ports.files.list('')).filter((name) => name !== 'before' && !/\.(lock|taking|new)$/.test(name));
  }

  /** The log that was open is left: nothing of it is known any more. */
  private forget(): void {
    this.log = new Log(this.ports.files);
    for (const known of [this.composer.streams, this.composer.entered, this.composer.missing]) known.clear();
  }

  /** The entries of a batch, durably. What is wrong with its bytes, where something is: then nothing was taken. */
  async takeBatch(payload: Buffer, facts: BatchFacts): Promise<BytesError | undefined> {
    let error: BytesError | undefined;
    await this.store(async () => {
      const composed = await this.composer.batch(payload, facts);
      if (composed.ok) return composed.entries;
      error = composed;
      return [];
    });
    return error;
  }

  /** LogObject documents, durably. */
  takeDocuments(documents: readonly GivenDocument[]): Promise<void> {
    return this.store(() => documents.flatMap((document) => this.composer.document(document)));
  }

  /** Signs a checkpoint now, where there is anything new. */
  checkpoint(): Promise<void> {
    return this.inTurn(() => this.again(() => this.signIfNew()));
  }

  /** Ends: what waits is written, a last checkpoint signed, the folder given back. Gives up where the disk refuses. */
  async close(): Promise<void> {
    for (const end of this.cancel.splice(0)) end();
    this.closing.abort();
    await this.inTurn(async () => {
      try {
        if (this.lost === undefined) await this.signIfNew();
      } catch (thrown) {
        this.failed(thrown);
      }
      await this.unlock();
    });
  }

  status(): ArchiveStatus {
    const { state, log, signedMs, bytes, trouble } = this;
    return {
      origin: state.origin,
      vkey: state.vkey,
      entries: log.size,
      signed: log.signed.size,
      signedMs,
      bytes,
      trouble
    };
  }

  private take(state: ArchiveState): void {
    this.state = state;
    for (const stream of state.streams) this.composer.streams.set(stream.stream, stream);
    for (const hash of state.entered) this.composer.entered.add(hash);
    for (const hash of state.missing) this.composer.missing.add(hash);
  }

  private beginEntry(): WrittenEntry {
    const { software } = this.settings;
    const { origin, previous } = this.state;
    const time = this.ports.clock.nowNs().toString();
    return { bytes: entryBytes({ kind: 'begin', format: 1, origin, previous, software, time }) };
  }

  /** What is made in its turn is durable when the promise resolves. */
  private store(make: () => Promise<readonly WrittenEntry[]> | readonly WrittenEntry[]): Promise<void> {
    return new Promise((resolve, reject) => {
      void this.inTurn(async () => {
        if (this.lost !== undefined) return reject(new Error(this.lost.message));
        try {
          const entries = await make();
          this.waitingCount += entries.length;
          this.waiting.push({ entries, done: resolve });
          this.flushSoon();
        } catch (thrown) {
          reject(thrown as Error);
        }
      });
    });
  }

  private put(entry: WrittenEntry): void {
    this.waitingCount++;
    this.waiting.push({ entries: [entry], done: () => undefined });
  }

  private flushSoon(): void {
    if (this.isFlushDue) return;
    this.isFlushDue = true;
    const flush = (): void => void this.inTurn(() => this.again(() => this.flushed()));
    if (this.settings.flushDelay === 0) flush();
    else this.cancel.push(this.ports.timers.after(this.settings.flushDelay, flush));
  }

  /** Writes what waits. */
  private async flushed(): Promise<void> {
    this.isFlushDue = false;
    const { waiting } = this;
    const entries = waiting.flatMap((one) => one.entries);
    if (entries.length > 0) await this.log.append(entries);
    this.waiting = [];
    this.waitingCount = 0;
    for (const { bytes } of entries) this.bytes += bytes.length;
    for (const { done } of waiting) done();
    if (this.log.journalBytes > MAX_JOURNAL_BYTES) await this.signIfNew();
  }

  private async signIfNew(): Promise<void> {
    if (this.waiting.length > 0) await this.flushed();
    if (this.log.size > this.log.signed.size) await this.sign();
  }

  /** Tiles; what is about to be signed; the signature; the checkpoint; the end of the journal: in this order. */
  private async sign(): Promise<void> {
    const { ports, log } = this;
    const { origin } = this.state;
    const head = log.head;
    await log.writeTiles();
    this.state = { ...this.state, head };
    await this.saveState();
    const note = signCheckpoint({ origin, ...head }, ports.signer(origin));
    await ports.checkpoint.save(Buffer.from(note, 'utf8'));
    this.signedMs = ports.clock.monotonicMs();
    this.events.onCheckpoint(note, head.size);
    await log.signedAt(head);
  }

  private saveState(): Promise<void> {
    const { streams, entered, missing } = this.composer;
    this.state = { ...this.state, entered: [...entered], missing: [...missing], streams: [...streams.values()] };
    return this.ports.state.save(encodeState(this.state));
  }

  private async entryAt(index: number): Promise<Uint8Array | undefined> {
    const own = index - this.log.size;
    return own >= 0 ? this.waiting.flatMap(({ entries }) => entries)[own]?.bytes : this.log.entryAt(index);
  }

  /** Until it succeeds, or this archive ends. */
  private async again(work: () => Promise<void>): Promise<void> {
    for (;;) {
      if (this.lost !== undefined) return;
      try {
        await work();
        if (this.trouble !== undefined) this.events.onTrouble((this.trouble = undefined));
        return;
      } catch (thrown) {
        this.failed(thrown);
        if (this.closing.signal.aborted) return;
        await this.ports.clock.sleep(RETRY_MS, this.closing.signal);
      }
    }
  }

  private failed(thrown: unknown): void {
    if (thrown instanceof LockLost) {
      this.lost = failure('OPENOT_STATE_LOCKED', `this archive has ended: ${errorText(thrown)}`);
      return this.events.onLost(this.lost);
    }
    const message =
      `the archive cannot be written: ${errorText(thrown)}. Nothing is passed on until it can be; it is tried ` +
      `again every ${RETRY_MS / 1000} s`;
    if (this.trouble?.message === message) return;
    this.trouble = failure('OPENOT_ARCHIVE_DISK', message);
    this.events.onTrouble(this.trouble);
  }

  private schedule(): void {
    const { timers } = this.ports;
    this.cancel.push(timers.every(this.settings.checkpointInterval, () => void this.checkpoint()));
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
