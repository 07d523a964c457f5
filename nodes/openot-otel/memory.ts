import type { Hashes } from '../../lib/otel/hashes';
import type { SpanBookPort } from '../../lib/otel/mapper';
import { createNetworkProfile, NetworkProfile } from '../../lib/otel/network';
import { createSpanBook, SPAN_LIMITS, SpanBook } from '../../lib/otel/spans';
import type { Store } from '../../lib/reader/ports';
import { CodedError } from '../shared/coded-error';
import type { Mark } from './settlements';
import { KeeperState, StateKeeper } from './state-keeper';

/** What the memory of a mapper is made of. */
export interface MemoryPorts {
  readonly hashes: Hashes;
  /** Absent where nothing has to survive a restart. */
  readonly store?: Store;
  /** Calls back after `ms`; returns how to cancel. */
  after(ms: number, call: () => void): () => void;
  report(error: CodedError): void;
  onChange(): void;
}

/** What a mapper remembers from one message to the next: the spans that are open, and when audited items changed last; with its state file. */
export class Memory {
  private spans: SpanBook;
  private profile: NetworkProfile;
  private readonly keeper: StateKeeper | undefined;
  private isSaving = false;
  /** What the limits of the spans took away, as far as it was told. */
  private told = { truncatedByLimit: 0, forgotten: 0 };
  /** For the mapper. */
  readonly book: SpanBookPort = { apply: (document, facts) => this.spans.apply(document, facts) };

  constructor(private readonly ports: MemoryPorts) {
    this.spans = createSpanBook({ hashes: ports.hashes });
    this.profile = createNetworkProfile({ hashes: ports.hashes });
    const { store } = ports;
    if (store === undefined) return;
    this.keeper = new StateKeeper({
      store,
      after: (ms, call) => ports.after(ms, call),
      image: () => ({ spans: this.spans.image(), audit: this.profile.image() }),
      restore: ({ spans, audit }) => this.restore(spans, audit),
      report: (error) => ports.report(error),
      onChange: () => ports.onChange()
    });
  }

  /** Resolves when the state can be used, or cannot. Never rejects. */
  async open(): Promise<void> {
    await this.keeper?.open();
  }

  /** Saves what is not saved, and lets others have the state. */
  async close(): Promise<void> {
    await this.keeper?.close(() => this.hasNews || this.spans.moved);
  }

  /** `usable` where there is no state to keep. */
  get state(): KeeperState {
    return this.keeper?.state ?? 'usable';
  }

  /** Why it cannot be saved at the moment. */
  get trouble(): CodedError | undefined {
    return this.keeper?.trouble;
  }

  get openSpans(): number {
    return this.spans.open;
  }

  /** The envelope of the open networks, with what it remembers. */
  get network(): NetworkProfile {
    return this.profile;
  }

  /** Would a restart now miss what the tokens of the mapped records stand for? */
  get mustSave(): boolean {
    return this.keeper !== undefined && this.hasNews;
  }

  /** A save is under way: what was mapped before it may leave when it is done. */
  get isBeingSaved(): boolean {
    return this.isSaving;
  }

  /** What may be saved at leisure. */
  get wantsSaving(): boolean {
    return this.keeper !== undefined && this.state === 'usable' && !this.isSaving && (this.hasNews || this.spans.moved);
  }

  /** True when everything is saved; false when it never will be: closed, or another has the file. */
  async save(): Promise<boolean> {
    this.isSaving = true;
    const isSaved = (await this.keeper?.save()) ?? true;
    this.isSaving = !isSaved;
    return isSaved;
  }

  /** Begins anew. Throws OPENOT_STATE_NOT_REMOVED, OPENOT_STATE_LOCKED. */
  async forget(): Promise<void> {
    await this.keeper?.forget();
    this.spans = createSpanBook({ hashes: this.ports.hashes });
    this.profile = createNetworkProfile({ hashes: this.ports.hashes });
    this.told = { truncatedByLimit: 0, forgotten: 0 };
  }

  /** This record and all before it of its source are through for good. */
  settle({ stream, incarnation, runId, sourceId, seq }: Mark): void {
    this.spans.settled(stream, runId, sourceId, seq, incarnation);
  }

  /** Reports what a limit took away since it was told last. */
  tellLimits(): void {
    const { truncatedByLimit, forgotten } = this.spans.counts;
    const [truncated, gone] = [truncatedByLimit - this.told.truncatedByLimit, forgotten - this.told.forgotten];
    if (truncated <= 0 && gone <= 0) return;
    this.told = { truncatedByLimit, forgotten };
    const what = [truncated > 0 ? `${truncated} open spans were closed as truncated` : '', gone > 0 ? `${gone} spans that were sent and are not acknowledged would not come again after a kill` : ''].filter((text) => text !== '').join(', and ');
    const { openSpans, unsettledSpans, streams } = SPAN_LIMITS;
    this.ports.report(new CodedError('OPENOT_OTEL_SPAN_LIMIT', `${what}: the limits of what this node remembers were reached (${openSpans} open spans, ${unsettledSpans} not acknowledged, ${streams} streams). Alarms that never clear hold places: clear them, or split the stream over several of these nodes`));
  }

  private get hasNews(): boolean {
    return this.spans.changed || this.profile.changed;
  }

  private restore(spans: Uint8Array, audit: Uint8Array): string | undefined {
    const books = [[this.spans, spans], [this.profile, audit]] as const;
    for (const [book, image] of books) {
      const restored = image.length === 0 ? ({ ok: true } as const) : book.restore(image);
      if (!restored.ok) return restored.message;
    }
    return undefined;
  }
}
