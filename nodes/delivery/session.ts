import type { InFlightBatch } from './in-flight-batch';

/** One session of one reader, from its start to its end: the batches that it hands on, by rising serials. */
export interface ReaderSession {
  /** Opens a batch and returns its token `reader/boot/serial`. Serials rise. */
  begin(serial: number): string;
  /** Resolves true when a batch may be sent, false when the session is closed. */
  gate(): Promise<boolean>;
  /** No more batches: whoever waits at the gate is sent away. What is under way may still settle. */
  shut(): void;
  /** Forgets what is not settled. */
  close(): void;
}

/** What a reader hears of its batches. */
export interface SessionOptions {
  /** This batch and all before it are through. */
  readonly settled: (serial: number) => void;
  /** At least one never will be; read again. */
  readonly onLost: () => void;
  /** One counts as passed because the node of others with this id was silent for `MAX_TRANSIT_MS`; once for it. */
  readonly onSilent?: (id: string) => void;
  /** Only an acknowledgement settles, neither a delivery nor silence. */
  readonly awaitsAck?: boolean;
}

/**
 * What an acknowledgement of a batch would mean.
 * open: the batch waits for one. settled: it had one, or lies before one that had, or is read again anyway. unasked:
 * its reader does not wait for any. unknown: there is no such session of a reader, or it never sent that batch.
 */
export type AckStatus = 'open' | 'settled' | 'unasked' | 'unknown';

/** A session as the tracker keeps it. */
export interface SessionState extends ReaderSession, SessionOptions {
  /** `reader/boot`. */
  readonly id: string;
  /** Not settled, in the order of their serials. */
  readonly open: Map<number, InFlightBatch>;
  /** The highest serial that was acknowledged. */
  acknowledged: number;
  /** The highest serial begun. */
  newest: number;
  isShut: boolean;
  isClosed: boolean;
  isLost: boolean;
}

/** From this serial on all is read again; Infinity where nothing was lost. */
export function firstLost({ isLost, open }: SessionState): number {
  if (isLost) for (const [serial, { lost }] of open) if (lost) return serial;
  return Infinity;
}
