import type { Signal } from '../telemetry/otlp-types';
import type { TlsOptions } from './ports';
import type { Proxy } from './proxy';

/** Where the requests of one signal go, and how. */
export interface Endpoint {
  /** Without user and password. */
  readonly url: URL;
  /** Where the address stands, for a person: `field "Logs address"`, `variable OTEL_…`. */
  readonly from: string;
  /** Those that a person has set, names in lower case; content headers are the sender's. Secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** For a whole request, in milliseconds. */
  readonly timeoutMs: number;
  readonly isGzip: boolean;
  readonly tls?: TlsOptions;
  /** The proxy on the way there. */
  readonly proxy?: Proxy;
}

/** All that a sender is told. */
export interface SenderSettings {
  readonly endpoints: Readonly<Record<Signal, Endpoint>>;
  /** Of a request: log records, data points or spans. */
  readonly maxItems: number;
  /** Of a request, not compressed. */
  readonly maxBytes: number;
  /** Requests under way, of all signals. */
  readonly maxInFlight: number;
  /**
   * What a message waits for while its endpoint is away. `wait`, the default: until it is accepted. `bestEffort`: for
   * nothing; it is kept in memory, the oldest items go first where that is full, and a stop loses what is in it.
   */
  readonly whenAway?: 'wait' | 'bestEffort';
  /** Of `bestEffort`: bytes of items in memory at most; default `AWAY_BYTES`. */
  readonly awayBytes?: number;
  /** Of `bestEffort`: items in memory at most; default `AWAY_ITEMS`. */
  readonly awayItems?: number;
}

/** Bytes of JSON that are kept of a collector that is away, with `bestEffort`. */
export const AWAY_BYTES = 67_108_864;
/** Items that are kept of a collector that is away, with `bestEffort`. */
export const AWAY_ITEMS = 100_000;
/** Largest request that the protocol's collectors take, in bytes. */
export const MAX_REQUEST_BYTES = 67_108_864;
/**
 * Bytes of messages without a commit token (and without one behind them) that wait, at most: one more is refused. As
 * JSON; in memory they take about five times as much.
 */
export const MAX_LOOSE_BYTES = 33_554_432;
/** Bytes that a message counts for beside its text. */
export const MESSAGE_BYTES = 512;

/** The three kinds of request. */
export const SIGNALS: readonly Signal[] = ['logs', 'metrics', 'traces'];
