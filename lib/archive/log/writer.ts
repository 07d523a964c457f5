import { Composer } from './compose';
import { entryBytes, LogHead, NoteCode, WrittenEntry } from './entry';
import { Log } from './log';
import { ArchiveState, encodeState } from './saved-state';
import { signCheckpoint } from '../note';
import { ArchivePorts } from '../ports';

/** Bytes of the journal from which on a checkpoint is signed whatever the interval: it is read whole at a start. */
export const MAX_JOURNAL_BYTES = 16 * 1024 * 1024;

interface Waiting {
  readonly entries: readonly WrittenEntry[];
  readonly done: () => void;
}

/** One log that is written: what waits for its flush, what is signed, and what is remembered. One call at a time. */
export class LogWriter {
  log: Log;
  readonly composer: Composer;
  state!: ArchiveState;
  /** Bytes of entries appended in this life. */
  bytes = 0;
  /** `monotonicMs` of the last checkpoint of this life. */
  signedMs: number | undefined;
  private openMs: number;
  private waiting: Waiting[] = [];
  private waitingCount = 0;

  constructor(
    private readonly ports: ArchivePorts,
    private readonly software: string,
    private readonly onCheckpoint: (note: string, size: number) => void
  ) {
    this.log = new Log(ports.files);
    this.openMs = ports.clock.monotonicMs();
    this.composer = new Composer(
      {
        definition: (hash) => ports.definition(hash),
        entryAt: (index) => this.entryAt(index),
        nowNs: () => ports.clock.nowNs(),
        software
      },
      () => this.nextIndex
    );
  }

  /** Takes what was saved of a log. */
  take(state: ArchiveState): void {
    this.state = state;
    for (const stream of state.streams) this.composer.streams.set(stream.stream, stream);
    for (const entry of state.entered) this.composer.entered.set(entry.hash, entry);
    for (const [sha256, index] of state.contents) this.composer.contents.set(sha256, index);
    for (const hash of state.missing) this.composer.missing.add(hash);
  }

  /** The log is left: nothing of it is known any more. */
  forget(): void {
    this.log = new Log(this.ports.files);
    const { streams, entered, missing, contents } = this.composer;
    for (const known of [streams, entered, missing, contents]) known.clear();
  }

  /** Puts entries behind those that wait; `done` is called once they are flushed. */
  put(entries: readonly WrittenEntry[], done: () => void = () => undefined): void {
    entries.forEach(({ file }, i) => {
      if (file !== undefined) this.composer.holds(file, this.nextIndex + i);
    });
    this.waitingCount += entries.length;
    this.waiting.push({ entries, done });
  }

  /** Puts a note of the archive about itself. */
  note(code: NoteCode, text: string): void {
    this.put([this.composer.note(code, text)]);
  }

  /** Puts entry 0. */
  begin(): void {
    const { software } = this;
    const { origin, previous } = this.state;
    const time = this.ports.clock.nowNs().toString();
    this.put([{ bytes: entryBytes({ kind: 'begin', format: 1, origin, previous, software, time }) }]);
  }

  /** Writes what waits. All of it, or it rejects and may be tried again. */
  async flush(): Promise<void> {
    const { waiting } = this;
    const entries = waiting.flatMap((one) => one.entries);
    if (entries.length > 0) await this.log.append(entries);
    this.waiting = [];
    this.waitingCount = 0;
    for (const { bytes } of entries) this.bytes += bytes.length;
    for (const { done } of waiting) done();
    if (this.log.journalBytes > MAX_JOURNAL_BYTES) await this.signIfNew();
  }

  /** Signs a checkpoint where there is anything new. */
  async signIfNew(): Promise<void> {
    if (this.waiting.length > 0) await this.flush();
    if (this.log.size > this.log.signed.size) await this.sign();
  }

  /** Tiles; what is about to be signed; the signature; the checkpoint; the end of the journal: in this order. */
  async sign(): Promise<void> {
    const { ports, log } = this;
    const { origin } = this.state;
    const head = log.head;
    await log.writeTiles();
    this.state = { ...this.state, head };
    await this.saveState();
    const note = signCheckpoint({ origin, ...head }, ports.signer(origin));
    await ports.checkpoint.save(Buffer.from(note, 'utf8'));
    this.signedMs = ports.clock.monotonicMs();
    this.onCheckpoint(note, head.size);
    await log.signedAt(head);
  }

  /** Saves what is remembered, and the head that was signed or is about to be. */
  saveState(): Promise<void> {
    const { streams, entered, missing, contents } = this.composer;
    this.countOpen();
    this.state = {
      ...this.state,
      entered: [...entered.values()],
      missing: [...missing],
      streams: [...streams.values()],
      contents: [...contents]
    };
    return this.ports.state.save(encodeState(this.state));
  }

  /** Index of the next entry. */
  get nextIndex(): number {
    return this.log.size + this.waitingCount;
  }

  /** There is something to sign. */
  get isNew(): boolean {
    return this.waitingCount > 0 || this.log.size > this.log.signed.size;
  }

  /** Counts the time since the last call as time in which this archive was open. */
  countOpen(): void {
    const now = this.ports.clock.monotonicMs();
    this.state = { ...this.state, openMs: this.state.openMs + Math.max(0, now - this.openMs) };
    this.openMs = now;
  }

  /** The log at its last checkpoint, as another one names it. */
  get signedHead(): LogHead {
    const { size, root } = this.log.signed;
    return { origin: this.state.origin, size, root: Buffer.from(root).toString('base64') };
  }

  private async entryAt(index: number): Promise<Uint8Array | undefined> {
    const own = index - this.log.size;
    return own >= 0 ? this.waiting.flatMap(({ entries }) => entries)[own]?.bytes : this.log.entryAt(index);
  }
}
