import { ticksOfMs } from './time';
import type { LogPosition } from './position';
import type { PollFacts } from './poll-types';

/** Why records may be missing. How many is never known. */
export type Verdict =
  /** The server was started anew, and nothing that was read before is in its log any more. */
  | 'restart'
  /** Everything that was read before is older than the log keeps records, and the poll came later than that. */
  | 'expired'
  /** Nothing that was read before is in the log any more: it ran over, or somebody cleared it. */
  | 'overflow'
  /** The log ran over while its pages were read. */
  | 'overflow-while-reading'
  /** Nobody listened to the events that are the log then. */
  | 'unwatched'
  /** The device sent bytes there that are no record, with and without optional fields. */
  | 'unreadable'
  /** A node behind the collector refused the records, and a person passed them over. */
  | 'skipped';

/** A span of the log's Times in which records may be missing: after `after`, up to `before`, in ticks. */
export interface LogGap {
  readonly after: bigint;
  readonly before: bigint;
  readonly verdict: Verdict;
}

/** What events may have gone by unheard since the last poll, where they are the log. */
export function unwatched({ completeTo }: LogPosition, heldFrom: bigint, overlap: bigint): LogGap[] {
  // One of a little earlier may have been on its way.
  const after = completeTo - overlap;
  return completeTo < heldFrom ? [{ after, before: heldFrom, verdict: 'unwatched' }] : [];
}

/**
 * What it means that none of the records read before came again (docs/format.md 29.3); undefined = nothing is missing.
 * `total` = records that the poll found; `comparable` = whether any record read before had to be among them; `overlap`,
 * in ticks: a record may be entered so long after its own Time, and is by that much sooner too old for the log.
 */
export function verdictOf(
  before: LogPosition,
  facts: PollFacts,
  { total, comparable, overlap }: { readonly total: number; readonly comparable: boolean; readonly overlap: bigint }
): Verdict | undefined {
  const { serverStart, maxRecords, maxStorageMs } = facts;
  if (serverStart !== undefined && before.serverStart !== undefined && serverStart !== before.serverStart)
    return 'restart';
  const isKept = (ticks: bigint): boolean =>
    maxStorageMs === undefined || facts.deviceTicks - ticks <= ticksOfMs(maxStorageMs);
  if (comparable && isKept(before.watermark ?? before.completeTo)) return 'overflow';
  if (!isKept(before.completeTo - overlap)) return 'expired';
  // A log that holds more than it was found to have has not run over since it was found empty.
  if (total === 0) return undefined;
  if (maxRecords === undefined) return comparable ? undefined : 'overflow';
  return total >= maxRecords ? 'overflow' : undefined;
}
