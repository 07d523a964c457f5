/** W3C Trace Context, version 00: the header `traceparent` (docs/format.md 24). */

/** A trace, and the span in it that calls. Lowercase hex, 32 and 16 digits, never all zero. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/**
 * What a header says; undefined where there is none, or where it is to be ignored: version ff, zero ids, capital
 * letters, more than version 00 may have. Of a later version the part that is known counts.
 *
 * @example
 * ```ts
 * import { traceContextOf } from '@openot/node-red/telemetry';
 *
 * traceContextOf('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')?.spanId; // 'b7ad6b7169203331'
 * ```
 */
export function traceContextOf(header: unknown): TraceContext | undefined {
  const [, version, traceId, spanId, rest] = TRACEPARENT.exec(typeof header === 'string' ? header.trim() : '') ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  return /^0+$/.test(traceId) || /^0+$/.test(spanId) ? undefined : { traceId, spanId };
}

/** The header of a call that is made within `traceId` by the span `spanId`; sampled. */
export const traceparentOf = ({ traceId, spanId }: TraceContext): string => `00-${traceId}-${spanId}-01`;
