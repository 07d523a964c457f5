import type { Timers } from '../../lib/base';
import type { SpanStorePort } from '../../lib/telemetry';
import {
  createNetworkProfile,
  NetworkProfile,
  createSpanStore,
  SPAN_LIMITS,
  SpanStore,
  SpanLimits
} from '../../lib/telemetry';
import type { Store } from '../../lib/state';
import { CodedError } from '../runtime/coded-error';
import type { Mark } from './settlements';
import type { StateParts } from './state-image';
import { KeeperState, StateKeeper } from './state-keeper';

/**
 * Bytes of state from which on it is saved less often, and how many a second are then written at most, as far as saves
 * can wait.
 */
const LARGE_BYTES = 1024 * 1024;
const BYTES_PER_SECOND = 8 * 1024 * 1024;
/** The same for what only has to be saved at some time: the time up to which a stream was read. */
const LEISURE_BYTES_PER_SECOND = 256 * 1024;

/** What the memory of a mapper is made of. */
export interface MapperStatePorts extends Pick<Timers, 'after'> {
  /** In place of SPAN_LIMITS. */
  readonly spanLimits?: Partial<SpanLimits>;
  /** Absent where nothing has to survive a restart. */
  readonly store?: Store;
  report(error: CodedError): void;
  onChange(): void;
  /** A large state that was saved may be saved again. */
  onRested?(): void;
}

/**
 * What a mapper remembers from one message to the next: the spans that are open, and when audited items changed last;
 * with its state file.
 */
export class MapperState {
  private spans: SpanStore;
  private profile: NetworkProfile;
  private readonly keeper: StateKeeper | undefined;
  private isSaving = false;
  private isResting = false;
  private cancelRest: (() => void) | undefined;
  /** Bytes of the last image. */
  private size = 0;
  /** Seconds until what only moved is worth a save. */
  private leisure = 0;
  /** What the limits of the spans took away, as far as it was told. */
  private told = { truncatedByLimit: 0, forgotten: 0 };
  /** For the mapper. */
  readonly spanStore: SpanStorePort = { apply: (document, facts) => this.spans.apply(document, facts) };

  constructor(private readonly ports: MapperStatePorts) {
    this.spans = this.newSpanStore();
    this.profile = createNetworkProfile();
    const { store } = ports;
    if (store === undefined) return;
    this.keeper = new StateKeeper({
      store,
      after: (ms, call) => ports.after(ms, call),
      image: () => this.image(),
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
    this.cancelRest?.();
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

  /** What is large must not be written all the time: then a save waits, and those that need it with it. */
  get mustRest(): boolean {
    return this.isResting;
  }

  /** As many spans as may be on their way to be settled are (SpanStore.isFull). */
  get isFull(): boolean {
    return this.spans.isFull;
  }

  /** Asked once a second: is there something to be saved at leisure? */
  wantsSaving(): boolean {
    if (this.leisure > 0) this.leisure--;
    return (
      this.keeper !== undefined &&
      this.state === 'usable' &&
      !this.isSaving &&
      !this.isResting &&
      (this.hasNews || (this.spans.moved && this.leisure === 0))
    );
  }

  /** True when everything is saved; false when it never will be: closed, or another has the file. */
  async save(): Promise<boolean> {
    this.isSaving = true;
    const isSaved = (await this.keeper?.save()) ?? true;
    this.isSaving = !isSaved;
    if (isSaved) this.rest();
    return isSaved;
  }

  /** Begins anew. Throws OPENOT_STATE_NOT_REMOVED, OPENOT_STATE_LOCKED. */
  async forget(): Promise<void> {
    await this.keeper?.forget();
    this.spans = this.newSpanStore();
    this.profile = createNetworkProfile();
    this.told = { truncatedByLimit: 0, forgotten: 0 };
  }

  /** This record and all before it of its source are through for good. */
  settle({ stream, incarnation, runId, sourceId, seq }: Mark): void {
    this.spans.settled(stream, runId, sourceId, seq, incarnation);
  }

  /** Nobody will say whether this record and those before it of its source are through. */
  abandon({ stream, incarnation, runId, sourceId, seq }: Mark): void {
    this.spans.abandoned(stream, runId, sourceId, seq, incarnation);
  }

  /** Reports what a limit took away since it was told last. */
  reportLimits(): void {
    const { truncatedByLimit, forgotten } = this.spans.counts;
    const [truncated, gone] = [truncatedByLimit - this.told.truncatedByLimit, forgotten - this.told.forgotten];
    if (truncated <= 0 && gone <= 0) return;
    this.told = { truncatedByLimit, forgotten };
    const what = [
      truncated > 0 ? `${truncated} open spans were closed as truncated` : '',
      gone > 0
        ? `${gone} spans that were sent and whose commit token was never seen would not come again after a kill`
        : ''
    ]
      .filter((text) => text !== '')
      .join(', and ');
    const { openSpans, keptSpans, imageBytes, streams } = { ...SPAN_LIMITS, ...this.ports.spanLimits };
    this.ports.report(
      new CodedError(
        'OPENOT_OTEL_SPAN_LIMIT',
        `${what}: the limits of what this node remembers were reached (${openSpans} open spans of together ` +
          `${imageBytes / 2} bytes, ${keptSpans} not acknowledged, ${streams} streams). Alarms that never clear ` +
          'hold places: clear them, or split the stream over several of these nodes'
      )
    );
  }

  private newSpanStore(): SpanStore {
    return createSpanStore({ limits: this.ports.spanLimits });
  }

  private image(): StateParts {
    const parts = { spans: this.spans.image(), audit: this.profile.image() };
    this.size = parts.spans.length + parts.audit.length;
    return parts;
  }

  private rest(): void {
    this.leisure = Math.ceil(this.size / LEISURE_BYTES_PER_SECOND);
    if (this.size < LARGE_BYTES) return;
    this.isResting = true;
    this.cancelRest = this.ports.after((this.size / BYTES_PER_SECOND) * 1000, () => {
      this.isResting = false;
      this.ports.onRested?.();
    });
  }

  private get hasNews(): boolean {
    return this.spans.changed || this.profile.changed;
  }

  private restore(spans: Uint8Array, audit: Uint8Array): string | undefined {
    const books = [
      [this.spans, spans],
      [this.profile, audit]
    ] as const;
    for (const [spanStore, image] of books) {
      const restored = image.length === 0 ? ({ ok: true } as const) : spanStore.restore(image);
      if (!restored.ok) return restored.message;
    }
    return undefined;
  }
}
