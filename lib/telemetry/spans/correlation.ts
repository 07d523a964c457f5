import type { DocumentObject } from '../../document';
import type { SpanIds } from './api';
import { batchOf, occurrenceOf } from './fields';
import { Digest, identityOf, sceneOf, spanIdOf, traceIdOf } from './ids';

/**
 * The trace and span of a document by the document alone (docs/format.md 23): those of the occurrence of a condition,
 * else
 * of the batch that it names. Without a span store it is not known that an identity is used again, nor that a condition
 * belongs
 * to a batch: its records then keep a trace of their own, all of them the same.
 */
export function correlationOf(document: DocumentObject, stream: string): SpanIds | undefined {
  const occurrence = occurrenceOf(document);
  if (occurrence !== undefined) {
    const { conditionId, correlationId } = occurrence;
    // An event of the condition as such may belong to none or to many of its occurrences.
    return correlationId === undefined
      ? undefined
      : plainIds(identityOf('condition', sceneOf(document, stream), [conditionId, correlationId]));
  }
  const batchId = batchOf(document);
  return batchId === undefined ? undefined : plainIds(identityOf('batch', sceneOf(document, stream), [batchId]));
}

/** The ids of an identity that is used once and has no parent. */
export const plainIds = (digest: Digest): SpanIds => ({ traceId: traceIdOf(digest), spanId: spanIdOf(digest) });
