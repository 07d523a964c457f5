import { ReadOutcome, ReadPart, RingFacts, Transport, TransportError } from '../transport';
import { CancelScope } from './cancel-scope';
import type { ConnectionState } from './shared-connection';

/** What a transport needs of the connection that it shares; a `SharedConnection` is one. */
export interface HeldConnection {
  readonly session: number;
  state(): ConnectionState;
  onState(listener: (state: ConnectionState) => void): () => void;
  acquire(holder: object): Promise<{ readonly ok: true } | TransportError>;
  release(holder: object): Promise<void>;
  unexpected(error: unknown): TransportError;
}

/** What a look at the ring came to: what its reads need to know, and what the reader is told. */
export type RingFound<Ring> = { readonly ok: true; readonly ring: Ring; readonly facts: RingFacts } | TransportError;

/** Errors that every shared transport answers with, in the words of its carriage. */
export interface SharedTransportErrors {
  /** It was closed. */
  readonly closed: TransportError;
  /** The connection is another one than that at which the ring was looked at. */
  readonly anotherSession: TransportError;
}

/**
 * One ring behind a shared connection: what was found out about it counts for the session in which it was found. A
 * carriage brings how to look at the ring and how to read parts of it.
 */
export abstract class SharedTransport<Connection extends HeldConnection, Ring> implements Transport {
  private readonly holder = {};
  /** As found at the last connect. */
  protected ring: Ring | undefined;
  /** Number of the session that `ring` belongs to. */
  private session = 0;
  /** From one close to the next. */
  private scope = new CancelScope();

  protected constructor(
    protected readonly connection: Connection,
    private readonly errors: SharedTransportErrors
  ) {}

  /** Looks at the ring; `acquire` opens the connection, or says why it cannot. */
  protected abstract find(acquire: () => Promise<TransportError | undefined>): Promise<RingFound<Ring>>;
  /** Reads the parts of a ring that was found. */
  protected abstract readRing(ring: Ring, parts: readonly ReadPart[]): Promise<ReadOutcome>;
  /** Ends what the carriage has open beside the connection, before that is let go of. Never rejects. */
  protected letGo(): Promise<unknown> {
    return Promise.resolve();
  }

  connect(): Promise<RingFacts | TransportError> {
    return this.guarded((scope) => this.connectNow(scope));
  }

  read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    return this.guarded(async () => {
      const { ring, connection } = this;
      if (ring === undefined || this.session !== connection.session)
        return connection.state().error ?? this.errors.anotherSession;
      return this.readRing(ring, parts);
    });
  }

  onLost(listener: (error: TransportError) => void): () => void {
    let told = 0;
    return this.connection.onState(({ state, error }) => {
      const isLost =
        state !== 'connected' &&
        error !== undefined &&
        this.ring !== undefined &&
        this.session !== this.connection.session;
      if (!isLost || told === this.session) return;
      told = this.session;
      listener(error);
    });
  }

  /**
   * Ends what is under way with the error `closed`, at once: a deploy does not wait for another side that is silent.
   */
  async close(): Promise<void> {
    const { scope } = this;
    this.scope = new CancelScope();
    this.ring = undefined;
    scope.cancel(this.errors.closed);
    await Promise.all([this.letGo(), this.connection.release(this.holder)]);
  }

  /** Whatever is thrown in `work` becomes a value; a close ends the wait for it. */
  protected guarded<T>(work: (scope: CancelScope) => Promise<T>): Promise<T | TransportError> {
    const { scope } = this;
    const guarded = async (): Promise<T> => work(scope);
    return scope.orCancelled(guarded().catch((error: unknown) => this.connection.unexpected(error)));
  }

  private async connectNow(scope: CancelScope): Promise<RingFacts | TransportError> {
    let session = 0;
    const found = await this.find(async () => {
      const acquired = await this.connection.acquire(this.holder);
      session = this.connection.session;
      return acquired.ok ? undefined : acquired;
    });
    if (!found.ok) return found;
    // Closed meanwhile, and perhaps connecting again: what was found belongs to nobody.
    if (scope.cancelled !== undefined) return scope.cancelled;
    this.ring = found.ring;
    this.session = session;
    return found.facts;
  }
}
