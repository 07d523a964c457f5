import type { Hashes } from '../hashes';
import type { SpanBook } from './api';
import { correlationOf } from './correlation';
import { SpanLimits } from './limits';

/** A book without anything in it. `limits` in place of those of SPAN_LIMITS. */
export function createSpanBook(options: { readonly hashes: Hashes; readonly limits?: Partial<SpanLimits> }): SpanBook {
  const { hashes } = options;
  return {
    apply: (document, { stream }) => ({ correlation: correlationOf(document, stream, hashes), closed: [] }),
    changed: false,
    moved: false,
    open: 0,
    pending: 0,
    counts: { opened: 0, closed: 0, unknownBeginnings: 0, truncated: 0, truncatedByLimit: 0, droppedEvents: 0, forgotten: 0 },
    unsettled: () => [],
    settled: () => undefined,
    image: () => new Uint8Array(0),
    restore: () => ({ ok: true })
  };
}
