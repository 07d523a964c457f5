import type { Signal } from '../telemetry/otlp-types';
import type { TlsOptions } from './ports';

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
   * What becomes of items when the endpoint as a whole refuses (401, 403, 404, 405, redirects, 5xx): `reject`, the
   * default, reports them
   * and lets their tokens go, `hold` tries again every minute.
   */
  readonly whenRefused?: 'reject' | 'hold';
}

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
