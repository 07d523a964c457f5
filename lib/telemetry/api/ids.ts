/** Trace and span ids of calls (docs/format.md 24). */
import { sha256 } from '../../base/hashes';
import { spanIdOf, traceIdOf } from '../spans/ids';
import type { ApiDocument } from './document';

/** Where a call belongs. 32, 16 and 16 lowercase hex digits; span ids have 32 where they may be wide. */
export interface CallIds {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

const digestOf = (text: string): Uint8Array => sha256(Buffer.from(text, 'utf8'));

/**
 * The trace of a transaction: the first 16 bytes of SHA-256 over the UTF-8 text of its id, so that whoever knows the
 * id finds the same. 32 lowercase hex digits, never all zero.
 */
export const traceIdOfTransaction = (transactionId: string): string => traceIdOf(digestOf(transactionId));

/**
 * The ids that a document brings, else such as its content gives: the same document has the same ids. A span id of 32
 * digits is one of the specification's (a uuid): in the encoding `literal` it stays as it is; elsewhere its last 16
 * digits stand for it where zeros are before them, else 16 digits of its hash.
 */
export function idsOf(call: ApiDocument, isLiteral: boolean): CallIds {
  const identity = [
    call.spanKind ?? '',
    ...[call.senderId, call.recipientId, call.method, call.host, call.route, call.name],
    ...[call.startNs, call.endNs]
  ];
  const digest = digestOf(['openot/api', call.transactionId ?? '', ...identity].join('\n'));
  const sized = (id: string): string => (isLiteral ? id : narrow(id));
  return {
    traceId:
      call.traceId ?? (call.transactionId === undefined ? traceIdOf(digest) : traceIdOfTransaction(call.transactionId)),
    spanId: call.spanId === undefined ? spanIdOf(digest) : sized(call.spanId),
    ...(call.parentSpanId === undefined ? {} : { parentSpanId: sized(call.parentSpanId) })
  };
}

function narrow(id: string): string {
  if (id.length === 16) return id;
  return id.startsWith('0'.repeat(16)) ? id.slice(16) : spanIdOf(digestOf(id));
}
