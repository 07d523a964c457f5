import type { Signal } from '../telemetry/otlp-types';
import type { Item } from './take-apart';
import type { Refusal } from './verdict';

/**
 * Payload of the second output: items that were not accepted, or of which the collector did not say whether they were.
 */
export interface Rejected extends Refusal {
  readonly signal: Signal;
  /**
   * How many were rejected; with `partial` fewer than `items`, with `notOffered` more where some were only counted
   * since the last report.
   */
  readonly count: number;
  /**
   * `log.record.uid` of each item that has one (else `span_uuid`, `metric_uuid`, `log_uuid`; of a span else
   * `traceId/spanId`).
   */
  readonly uids: readonly string[];
  /** The items of the request, as objects. */
  readonly items: readonly unknown[];
}

const UIDS: readonly string[] = ['log.record.uid', 'log_uuid', 'span_uuid', 'metric_uuid'];

/** What stands on the second output of these items. */
export function rejectedOf(
  signal: Signal,
  { reason, code, status, message }: Refusal,
  items: readonly Item[],
  count = items.length
): Rejected {
  const parsed = items.map(({ text }) => JSON.parse(text) as unknown);
  return {
    signal,
    reason,
    code,
    status,
    message,
    count,
    uids: parsed.map(uidOf).filter((uid) => uid !== undefined),
    items: parsed
  };
}

/** By what a receiver can know the item again, if by anything. */
export function uidOf(item: unknown): string | undefined {
  const { attributes, traceId, spanId, startTimeUnixNano } = (item ?? {}) as Record<string, unknown>;
  const list = Array.isArray(attributes)
    ? (attributes as ({ key?: unknown; value?: { stringValue?: unknown } } | null)[])
    : [];
  for (const name of UIDS) {
    const uid = list.find((attribute) => attribute?.key === name)?.value?.stringValue;
    if (typeof uid === 'string') return uid;
  }
  return typeof traceId === 'string' && typeof spanId === 'string' && startTimeUnixNano !== undefined
    ? `${traceId}/${spanId}`
    : undefined;
}
