/** What a verification says of records and losses. */
import type { LossItem } from '../../stream';
import { Flag, RecordView } from '../../wire';
import type { RecordEntry } from '../log/entry';
import type { RecordTimes } from './findings';

/** A record as the archive has it. */
export interface Seen {
  readonly record: RecordView;
  readonly entry: RecordEntry;
}

/** When a record was made and read. */
export const timesOf = ({ record, entry }: Seen): RecordTimes => ({
  sourceTimeNs: record.sourceTimeNs.toString(),
  isUnsynced: (record.flags & Flag.TimeUnsynced) !== 0,
  receivedNs: entry.received
});

/** A source of a run, as text. */
export const sourceOf = ({ runId, sourceId }: Pick<LossItem, 'runId' | 'sourceId'>): string => `${runId}/${sourceId}`;

/** `3`, or `3 to 9`. */
export const rangeOf = ({ firstSeq, lastSeq }: LossItem): string =>
  firstSeq === lastSeq ? String(firstSeq) : `${firstSeq} to ${lastSeq}`;

/** A gap that no entry declares. */
export const missingText = (loss: LossItem): string =>
  loss.upgrade === true
    ? `seq ${rangeOf(loss)} became ${loss.basis} here, and no entry says so`
    : `seq ${rangeOf(loss)} are missing before this record (${loss.count}, ${loss.basis}), and no entry says so`;
