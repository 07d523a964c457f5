import type { NodeRef } from './deployed';
import { InFlightBatch, isReadAgain, Refusal } from './in-flight-batch';

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
  /** What the oldest batch waits for; undefined where none is under way. */
  waitsFor(): WaitsFor | undefined;
}

/**
 * What a batch waits for. node: a node has it. disabled: a node of ours on its way does not run. nobody: it is through,
 * and nobody has taken it. refused: a node of ours does not take it as it is.
 */
export type WaitsFor =
  | { readonly kind: 'node'; readonly node: string; readonly ms: number }
  | { readonly kind: 'disabled'; readonly node: NodeRef }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly serial: number };

/** What a reader hears of its batches. */
export interface SessionOptions {
  /** This batch and all before it are through. */
  readonly settled: (serial: number) => void;
  /** At least one never will be; read again. */
  readonly onLost: () => void;
  /** A node of ours does not take one as it is: nothing more is to be sent, and it is read again later. */
  readonly onRefused?: (refusal: Refusal, serial: number) => void;
  /** What was refused may be taken now: a definition has changed. */
  readonly onRetry?: () => void;
  /** The flows run again after a deploy. */
  readonly onStarted?: () => void;
  /** Milliseconds until a batch is read again that what stores it refused. */
  readonly rejectPauseMs?: () => number;
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

/** From this serial on all is read again; Infinity where nothing is. */
export function firstReadAgain({ open }: SessionState): number {
  for (const [serial, batch] of open) if (isReadAgain(batch)) return serial;
  return Infinity;
}
