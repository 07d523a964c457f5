import { withDeadline } from '../../base/deadline';
import { TransportError } from '../transport';

/** State of a shared connection, for the config node and whoever shows it. */
export interface ConnectionState {
  state: 'closed' | 'connecting' | 'connected' | 'failed';
  /** Of the last failure; absent when connected. Never a secret. */
  error?: TransportError;
  /** Readers that hold it. */
  holders: number;
}

/** What an opening came to: the open link, or why there is none. */
export type Opened<Link> = { readonly ok: true; readonly link: Link } | TransportError;

/**
 * One connection to one endpoint, shared by its readers: opened when the first one asks, once for all that ask
 * meanwhile, closed when the last one lets go, opened anew by whoever asks after it was lost. It never tries again by
 * itself: readers do, with their back-off, for ever. Nothing here throws or rejects, and letting go never waits for
 * another side that is silent. A carriage brings how to open a link (a session, a socket) and how to close one.
 */
export abstract class SharedConnection<Link, State extends ConnectionState = ConnectionState> {
  /** What is open now. */
  protected link: Link | undefined;
  /** Links opened since it was made. */
  protected generation = 0;
  /** Of the last failure; undefined while connected, and once everybody has let go. */
  protected error: TransportError | undefined;
  /** Each with what sends it away while it still waits for the link. */
  private readonly holders = new Map<object, () => void>();
  private readonly listeners = new Set<(state: State) => void>();
  private opening: Promise<TransportError | undefined> | undefined;
  private attempt: AbortController | undefined;
  private closing: Promise<unknown> = Promise.resolve();
  /** Answered again until then, of the monotonic clock, also when everybody has let go meanwhile. */
  private heldOff: { readonly error: TransportError; readonly untilMs: number } | undefined;
  private destroyed = false;

  /**
   * `closedError` is what a closed connection answers with; whoever lets go waits at most `letGoMs` milliseconds, the
   * rest goes on behind.
   */
  protected constructor(
    private readonly closedError: TransportError,
    private readonly letGoMs: number
  ) {}

  /**
   * Opens one link. `signal` says that nobody waits for it any more; `onLost` is to be told when the link, once open,
   * is gone without having been closed.
   */
  protected abstract open(signal: AbortSignal, onLost: (error: TransportError) => void): Promise<Opened<Link>>;
  /**
   * Lets go of a link at once: whoever waits for an answer on it gets `why`. The promise ends when the other side has
   * let go too; a new link is not opened before that. It never rejects.
   */
  protected abstract close(link: Link, why: TransportError): Promise<unknown>;
  /** What the carriage shows of itself beside the rest. */
  protected abstract stateOf(shared: ConnectionState): State;
  /** What nobody expected, as a value. */
  abstract unexpected(error: unknown): TransportError;
  /** Milliseconds during which nothing is opened after this failure: it is answered again meanwhile. */
  protected holdOffMs(_error: TransportError): number {
    return 0;
  }

  /** What is shown of it now. */
  state(): State {
    const { error, holders, link, opening } = this;
    const state =
      link !== undefined
        ? 'connected'
        : opening !== undefined
          ? 'connecting'
          : error !== undefined
            ? 'failed'
            : 'closed';
    return this.stateOf({
      state,
      ...(error === undefined || state === 'connected' ? {} : { error }),
      holders: holders.size
    });
  }

  /** Calls `listener` at every change of state; returns how to stop that. */
  onState(listener: (state: State) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Number of the open link; a transport looks at its ring anew when it has changed. 0 = none is open. */
  get session(): number {
    return this.link === undefined ? 0 : this.generation;
  }

  /** Takes hold and opens the link if there is none. Answers at once when the holder lets go meanwhile. */
  async acquire(holder: object): Promise<{ readonly ok: true } | TransportError> {
    if (this.destroyed) return this.closedError;
    this.holders.get(holder)?.();
    const sentAway = new Promise<TransportError>((resolve) =>
      this.holders.set(holder, () => resolve(this.closedError))
    );
    if (this.link !== undefined) return { ok: true };
    const { heldOff } = this;
    if (heldOff !== undefined && performance.now() < heldOff.untilMs) {
      this.error = heldOff.error;
      return heldOff.error;
    }
    this.opening ??= this.openNow();
    this.report();
    const failed = await Promise.race([this.opening, sentAway]);
    return failed ?? { ok: true };
  }

  /** Lets go; the last one closes the link. */
  async release(holder: object): Promise<void> {
    this.holders.get(holder)?.();
    if (!this.holders.delete(holder)) return;
    if (this.holders.size > 0) return this.report();
    await this.letGo();
  }

  /** Lets go of the link at once, whoever holds it; it is not opened again. */
  async destroy(): Promise<void> {
    this.destroyed = true;
    await this.letGo();
  }

  private async letGo(): Promise<void> {
    for (const sendAway of this.holders.values()) sendAway();
    this.holders.clear();
    const { opening } = this;
    this.attempt?.abort();
    this.drop(this.closedError);
    this.error = undefined;
    this.report();
    // A link that is just being opened does not outlive its last holder either: openNow closes it.
    await withDeadline('closing', this.letGoMs, Promise.all([opening, this.closing])).catch(() => undefined);
    this.report();
  }

  private async openNow(): Promise<TransportError | undefined> {
    let lostMeanwhile: TransportError | undefined;
    let link: Link | undefined;
    const onLost = (error: TransportError): void => {
      if (link === undefined) lostMeanwhile ??= error;
      else this.lost(link, error);
    };
    let opened: Opened<Link>;
    try {
      // Few devices take many connections: the old one is gone before a new one is asked for.
      await this.closing;
      if (this.destroyed) {
        this.opening = undefined;
        return this.closedError;
      }
      this.attempt = new AbortController();
      opened = await this.open(this.attempt.signal, onLost);
    } catch (error) {
      opened = this.unexpected(error);
    }
    // Whatever happened: the next one who asks opens anew.
    this.opening = this.attempt = undefined;
    if (!opened.ok) {
      this.error = opened;
      const holdOffMs = this.holdOffMs(opened);
      if (holdOffMs > 0) this.heldOff = { error: opened, untilMs: performance.now() + holdOffMs };
      this.report();
      return opened;
    }
    if (this.holders.size === 0) {
      this.closing = this.close(opened.link, this.closedError);
      await this.closing;
      this.report();
      return this.closedError;
    }
    this.link = link = opened.link;
    this.generation++;
    this.error = undefined;
    this.report();
    if (lostMeanwhile !== undefined) this.lost(link, lostMeanwhile);
    return lostMeanwhile;
  }

  private lost(link: Link, error: TransportError): void {
    if (this.link !== link) return;
    this.drop(error);
    this.error = error;
    this.report();
  }

  /** Its closing goes on behind, and is waited for before a new link is opened. */
  private drop(why: TransportError): void {
    const { link } = this;
    if (link === undefined) return;
    this.link = undefined;
    this.closing = this.close(link, why);
  }

  private report(): void {
    const state = this.state();
    for (const listener of [...this.listeners]) {
      try {
        listener(state);
      } catch {
        // What a listener makes of it is its own affair: it must not end a call of somebody else.
      }
    }
  }
}
