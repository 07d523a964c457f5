import type { DocumentObject } from '../../document';
import { sha256 } from '../../base/hashes';

/** SHA-256 of what names a span: everything that is known by it is cut from here. */
export type Digest = Uint8Array;

/** What the identity of a span begins with: nothing of it changes within one life of a ring. */
export interface Scene {
  readonly stream: string;
  /** Restarts of the ring; 0 where nobody counts them. */
  readonly incarnation: number;
  /** Decimal text. */
  readonly runId: string;
}

/** The scene of a document. */
export const sceneOf = ({ provenance }: DocumentObject, stream: string): Scene => ({
  stream,
  incarnation: provenance.incarnation ?? 0,
  runId: provenance.runId
});

/** What has spans. */
export type SpanKind = 'condition' | 'batch' | 'state';

/**
 * The digest of `openot/<kind>`, stream, run id and the parts, joined by line feeds, numbers as decimal text. An
 * incarnation other than 0 stands behind them as `i1`, `i2`: after a power cycle the same run may number its alarms
 * from 1
 * again, and those are others. Last come, for a later use of the same identity, source id and seq of its opening
 * record:
 * two sources may open with the same seq.
 */
export function identityOf(
  kind: SpanKind,
  scene: Scene,
  parts: readonly number[],
  opening?: { readonly sourceId: number; readonly seq: number }
): Digest {
  const fields: (number | string)[] = ['openot/' + kind, scene.stream, scene.runId, ...parts];
  if (scene.incarnation !== 0) fields.push('i' + scene.incarnation);
  if (opening !== undefined) fields.push(opening.sourceId, opening.seq);
  return sha256(Buffer.from(fields.join('\n'), 'utf8'));
}

/** Bytes 0 to 15, or the next 16 where these are all zero. */
export const traceIdOf = (digest: Digest): string => cut(digest, 16);

/** Bytes 0 to 7, or the next 8 where these are all zero. */
export const spanIdOf = (digest: Digest): string => cut(digest, 8);

function cut(digest: Digest, length: number): string {
  let from = 0;
  while (from + length < digest.length && digest.subarray(from, from + length).every((byte) => byte === 0))
    from += length;
  return Buffer.from(digest.buffer, digest.byteOffset + from, length).toString('hex');
}
