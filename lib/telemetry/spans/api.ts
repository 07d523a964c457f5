import type { DocumentObject } from '../../document';
import type { Span } from '../otlp-types';

/** To which trace and span a document belongs. Ids are lowercase hex: 32 digits, 16 digits, never all zero. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
  /** Of a child: the span that it belongs to. */
  readonly parentSpanId?: string;
}

/** What stands around a document. */
export interface SpanFacts {
  /** Name of the stream; '' without one. All records of one ring come under one name, in the order of the ring. */
  readonly stream: string;
  /**
   * Spans of the states of state machines too; default false. One that is open when this is switched off ends as it
   * would have.
   */
  readonly stateSpans?: boolean;
}

/** What a document was for the spans. */
export interface Applied {
  /** Absent where the document belongs to no span. */
  readonly correlation?: SpanIds;
  /**
   * The spans that it closed, oldest first; the same again when it is read again before it is settled. The caller's
   * own.
   */
  readonly closed: Span[];
  /** It changed nothing: it was applied before, or belongs to a run that is over. */
  readonly repeated?: true;
}

/** What a span store did since it was made; not part of its image. */
export interface SpanCounts {
  /** Spans that began. */
  readonly opened: number;
  /** Spans that ended, truncated ones included. */
  readonly closed: number;
  /** Ends without a beginning, and repetitions (refreshId) of what was not seen to begin: there is no span. */
  readonly unknownBeginnings: number;
  /**
   * Ended without a record that says so: run or incarnation over, another beginning of the same batch, a transition
   * that is missing.
   */
  readonly truncated: number;
  /** Truncated because a limit was reached. */
  readonly truncatedByLimit: number;
  /** Events beyond the limit of their span. */
  readonly droppedEvents: number;
  /** Documents that were applied before, or belong to a run that is over. */
  readonly repeated: number;
  /**
   * Handed out, not settled, and forgotten because a limit was reached: where the caller went on although the store
   * was full.
   */
  readonly forgotten: number;
}

/** A restored image, or why it cannot be used. */
export type RestoreResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'OPENOT_OTEL_STATE_UNREADABLE' | 'OPENOT_OTEL_STATE_NEWER';
      readonly message: string;
    };

/**
 * Follows what began and ended in enriched documents (docs/format.md 23). No clock, no randomness: the same documents
 * give
 * the same spans with the same ids, whatever was read twice and wherever the span store was saved and restored between.
 *
 * A document may be applied again at any time: a record that was applied changes nothing. Its spans are returned again
 * as
 * long as it is not settled, since they may have been lost with the process. So: apply; save the image when `changed`;
 * send
 * the spans, then the log records with their tokens; `settled` when the tokens are.
 */
export interface SpanStore {
  /**
   * Takes one document. Documents of one stream come in the order of the ring: one that comes behind a later one of its
   * source counts as read again.
   */
  apply(document: DocumentObject, facts: SpanFacts): Applied;
  /**
   * Something changed since the last `image()` that a restart must find: save before the tokens of these documents are
   * let go.
   */
  readonly changed: boolean;
  /**
   * Only what was read moved on since the last `image()`: save at leisure, at close and once a second say. What is
   * missing
   * of it after a kill can make a truncated span end earlier than its run did, and nothing else, as long as nothing is
   * read
   * again that was settled.
   */
  readonly moved: boolean;
  /** Spans that have begun and not ended. */
  readonly open: number;
  /** Spans that were handed out and are not settled. */
  readonly pending: number;
  /**
   * As many spans are handed out and on their way to be settled as the limits allow: who can have records come later
   * waits
   * until some are. What came out of an image and was not read again does not count, nor what was abandoned.
   */
  readonly isFull: boolean;
  readonly counts: SpanCounts;
  /**
   * The spans that were handed out and are not settled, oldest first: what may have been lost when the process died.
   * The caller's own.
   */
  unsettled(): Span[];
  /**
   * Every record of this source up to `seq` is settled, and every one of an earlier run or incarnation: what they
   * closed is
   * accepted and need not be kept any more. The incarnation is part of what a record is known by: seqs begin again with
   * it.
   */
  settled(stream: string, runId: string, sourceId: number, seq: number, incarnation?: number): void;
  /**
   * As `settled`, but nobody knows: the reader that waited for these records ended. Their spans stay, and do not make
   * the span store full.
   */
  abandoned(stream: string, runId: string, sourceId: number, seq: number, incarnation?: number): void;
  /** Everything the span store knows, with version and checksum. `changed` and `moved` are false afterwards. */
  image(): Uint8Array;
  /** Takes an image in place of what the span store knows; an unreadable one leaves the span store as it is. */
  restore(image: Uint8Array): RestoreResult;
}
