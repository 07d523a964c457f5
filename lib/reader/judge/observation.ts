import { RingFacts, TransportError } from '../../transport/transport';
import { ControlSample } from '../observe/control-sample';
import { ControlOutcome } from '../observe/seqlock';
import { FlatWindow } from '../observe/window';

/** What one poll saw of the ring: everything that a decision is made from, besides the state. Never changed. */
export type Observation = Seen | Unread | Unasked;

/** A Read failed. */
export interface Unread {
  readonly kind: 'unread';
  readonly error: TransportError;
  /** It was too large or too slow, and the next ones will be smaller. */
  readonly isSmaller: boolean;
}

/** The ring need not be looked at to decide. */
export interface Unasked {
  readonly kind: 'unasked';
  readonly doneMs: number;
}

/** The control block, and the window that was asked for with it. */
export interface Seen {
  readonly kind: 'seen';
  /** Monotonic milliseconds before the first Read, and when all of it had come. */
  readonly askedMs: number;
  readonly doneMs: number;
  /** What the samples of the control block came to. same: the block accepted last, and nothing in it is new. */
  readonly control: ControlOutcome | { readonly kind: 'same' };
  /** The sample that came with the window. */
  readonly first: ControlSample;
  readonly window: FlatWindow;
  /** The four bytes where the CRC of the last record handed on stands; undefined where they were not asked for. */
  readonly anchor: number | undefined;
  /** Up to here the end of the lap was read again after what stands behind it, and is the same. 0: it was not. */
  readonly tailFreshUntil: number;
  /** What is known of the ring as it was configured. */
  readonly facts: RingFacts | undefined;
}
