import type { Timers } from '../base';
import type { AgentOptions } from 'node:https';

/** What the sender needs of the machine; a test owns all of it. */
export interface SenderPorts extends Pick<Timers, 'after'> {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Milliseconds since the Unix epoch: only for a Retry-After that is a date. */
  wallMs(): number;
  /** From 0 up to, not including, 1. */
  random(): number;
  readonly transport: HttpTransport;
}

/** Options of TLS, as Node.js takes them (`ca`, `cert`, `key`, …). */
export type TlsOptions = Pick<
  AgentOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized' | 'ALPNProtocols'
>;

/** One POST of JSON text. */
export interface HttpRequest {
  readonly url: URL;
  /** All but content-length. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** For the whole of it, until the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Connections are shared by requests with the same object here. */
  readonly tls?: TlsOptions;
  /** By which proxy it goes, if by any: an http address, which may hold a user and a password. */
  readonly proxy?: URL;
}

/** An answer with a status, whatever it is. */
export interface HttpAnswer {
  readonly ok: true;
  readonly status: number;
  readonly retryAfter?: string;
  readonly date?: string;
  readonly location?: string;
  /** As text, at most `MAX_ANSWER_BYTES` of it. */
  readonly body: string;
  /** There was more. */
  readonly isCut: boolean;
}

/** No answer, or not all of it: the request may have been received or not. */
export interface HttpFailure {
  readonly ok: false;
  readonly code: 'OPENOT_OTLP_UNREACHABLE' | 'OPENOT_OTLP_TIMEOUT';
  /** Without URL, headers and body. */
  readonly message: string;
  /** The same in a few words, where there are better ones than those of the code. */
  readonly cause?: string;
  /** How often in a row there was a connection which was then cut or silent; absent: there was none. */
  readonly cuts?: number;
}

/** A way to a collector. */
export interface HttpTransport {
  /** Never rejects, never follows a redirect. */
  post(request: HttpRequest): Promise<HttpAnswer | HttpFailure>;
  /** Ends what is under way, and lets go of all connections. */
  close(): void;
}
