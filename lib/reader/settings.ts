/** What a reader is told, with the limits and defaults of docs/reader.md. */

/**
 * poll: by itself at every interval; subscribe: woken by the transport, polling slowly as a safety net; trigger: only
 * when `read()` is called.
 */
export type ReaderMode = 'poll' | 'subscribe' | 'trigger';
/**
 * extraCall: the confirming look is a Read of its own; sameCall: it rides in the first one, for servers known to
 * evaluate in order.
 */
export type Verify = 'extraCall' | 'sameCall';
/** Where reading begins when nothing is saved: at the oldest retained record, or with what is written from now on. */
export type StartFrom = 'oldest' | 'newest';
/**
 * onSend: whoever owns the reader settles what was delivered; onAck: somebody says so at the end of the way, and is
 * missed when silent.
 */
export type Commit = 'onSend' | 'onAck';

/** Everything a reader can be told; times in milliseconds, sizes in bytes. */
export interface ReaderSettings {
  /** Name of the stream; empty = `<host>/<buffer id>`, frozen at first contact. */
  readonly stream: string;
  /** First half of the default stream name: the host or file that the ring is reached by. */
  readonly host: string;
  readonly mode: ReaderMode;
  /** Milliseconds between polls when there is nothing more to read. */
  readonly intervalMs: number;
  readonly verify: Verify;
  /** Where to begin when there is no saved state. */
  readonly startFrom: StartFrom;
  readonly commit: Commit;
  /**
   * Under `onAck`: milliseconds without any settling, while batches are on their way, before that is an error. Also how
   * long a new incarnation waits for the batches of the old one.
   */
  readonly ackTimeoutMs: number;
  /** Batches handed on and not yet settled; when reached, reading stops and the ring is the buffer. */
  readonly maxInFlight: number;
  /** Records in one batch, at most. */
  readonly maxRecords: number;
  /** Bytes in one batch, at most (one record may exceed it). */
  readonly maxBytes: number;
  /** Milliseconds between status reports when nothing changes. */
  readonly statusIntervalMs: number;
  /** Milliseconds between two saves of the state, at least. */
  readonly saveIntervalMs: number;
  /** First, smallest and largest window in bytes. */
  readonly firstChunk: number;
  readonly minChunk: number;
  readonly maxChunk: number;
  /** Looks at the control block in one poll, at most, before an unconfirmed image is taken or the poll given up. */
  readonly maxLooks: number;
  /** Times that a record which does not check is read again, at least, before it is passed over. */
  readonly maxRereads: number;
  /**
   * Milliseconds for which a copy of the ring or of the control block is allowed to be old (docs/reader.md): nothing
   * that such a copy could explain is decided earlier, neither that a record is broken nor that the ring began anew.
   */
  readonly rereadMs: number;
  /** Milliseconds between polls of a ring that cannot be read now (wrong control block, frozen seqlock, refused). */
  readonly slowIntervalMs: number;
}

/** The defaults of docs/reader.md. */
export const DEFAULT_SETTINGS: ReaderSettings = {
  stream: '',
  host: 'ring',
  mode: 'poll',
  intervalMs: 500,
  verify: 'extraCall',
  startFrom: 'oldest',
  commit: 'onSend',
  ackTimeoutMs: 60_000,
  maxInFlight: 16,
  maxRecords: 1000,
  maxBytes: 65536,
  statusIntervalMs: 5000,
  saveIntervalMs: 1000,
  firstChunk: 4096,
  minChunk: 256,
  maxChunk: 65536,
  maxLooks: 8,
  maxRereads: 8,
  rereadMs: 5000,
  slowIntervalMs: 5000
};

/** Pauses before a look or a torn record is repeated; the last one holds on. */
export const RETRY_PAUSES_MS: readonly number[] = [5, 10, 20, 50];

/** The settings in full: what is absent or out of its range takes the default or the nearest limit. */
export function withDefaults(given: Partial<ReaderSettings>): ReaderSettings {
  const all = {
    ...DEFAULT_SETTINGS,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  };
  const number = (
    key:
      | 'intervalMs'
      | 'ackTimeoutMs'
      | 'maxInFlight'
      | 'maxRecords'
      | 'maxBytes'
      | 'statusIntervalMs'
      | 'saveIntervalMs'
      | 'maxLooks'
      | 'maxRereads'
      | 'rereadMs'
      | 'slowIntervalMs',
    min: number,
    max: number
  ): number => (Number.isFinite(all[key]) ? Math.min(max, Math.max(min, Math.trunc(all[key]))) : DEFAULT_SETTINGS[key]);
  return {
    ...all,
    intervalMs: number('intervalMs', 10, 3_600_000),
    ackTimeoutMs: number('ackTimeoutMs', 100, 86_400_000),
    maxInFlight: number('maxInFlight', 1, 1024),
    maxRecords: number('maxRecords', 1, 100_000),
    maxBytes: number('maxBytes', 64, 16_777_216),
    statusIntervalMs: number('statusIntervalMs', 100, 3_600_000),
    saveIntervalMs: number('saveIntervalMs', 0, 3_600_000),
    maxLooks: number('maxLooks', 2, 100),
    maxRereads: number('maxRereads', 1, 100),
    rereadMs: number('rereadMs', 100, 3_600_000),
    slowIntervalMs: number('slowIntervalMs', 10, 3_600_000)
  };
}
