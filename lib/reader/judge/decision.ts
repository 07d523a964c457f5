import { ReadHint } from '../observe/read-size';
import { SavedState } from '../progress/saved-state';
import { ReaderSettings } from '../settings';
import { ReaderError } from '../status';
import { BatchDraft } from './gathering';
import { PollEnd } from './poll-end';
import { Following, NewIncarnation } from './ring-state';

/** What a decision is allowed. */
export interface Limits {
  readonly settings: ReaderSettings;
  /** Batches handed on and not yet settled. */
  readonly inFlight: number;
}

/** What is done about an observation: how the state changes, what is to be carried out, and what comes next. */
export interface Decision {
  /** The row of the table in docs/reader.md that decided. */
  readonly row: string;
  readonly change: Change;
  readonly effects: Effects;
  readonly then: PollEnd;
}

/** How the state changes. */
export type Change =
  | { readonly kind: 'none' }
  /** The ring goes on being read; what is named has a new value. */
  | { readonly kind: 'follow'; readonly set: Partial<Following> }
  /** First contact, or a new incarnation. */
  | { readonly kind: 'begin'; readonly following: Following }
  /** The ring began anew, once its batches are settled. */
  | { readonly kind: 'end'; readonly set: Partial<Following>; readonly next: NewIncarnation };

/** What is to be carried out, in this order. */
export interface Effects {
  /** For the size of the next window. */
  readonly hints: readonly ReadHint[];
  /** For the log and for Catch nodes. */
  readonly errors: readonly ReaderError[];
  /** The same place is read again because its bytes did not check. */
  readonly isReread: boolean;
  /** A state to be saved though no batch stands behind it. */
  readonly begin: SavedState | undefined;
  /** To be handed on. */
  readonly batches: readonly BatchDraft[];
}
