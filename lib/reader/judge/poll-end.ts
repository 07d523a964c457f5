import { TransportError } from '../../transport/transport';
import { ReaderError } from '../status';

/** What one poll came to, and so when the next one is due. */
export type PollEnd =
  /** Nothing more is there. */
  | { readonly kind: 'idle' }
  /** There is more: go on at once. */
  | { readonly kind: 'more' }
  /** The same again after a pause; `trouble` when it has lasted long enough to be told. */
  | { readonly kind: 'soon'; readonly ms: number; readonly trouble?: ReaderError }
  /** As many batches as allowed are on their way. */
  | { readonly kind: 'full' }
  /**
   * The ring began anew: what was handed on of its former life is to be settled first, so that no saved state stands
   * across.
   */
  | { readonly kind: 'drain' }
  /** The seqlock stays odd. */
  | { readonly kind: 'updating'; readonly frozen: boolean; readonly seqlock: number }
  /** No image could be believed; no reason to hurry. */
  | { readonly kind: 'unstable' }
  /** Something that a person has to change. */
  | { readonly kind: 'refused'; readonly error: ReaderError }
  | { readonly kind: 'failed'; readonly error: TransportError };
