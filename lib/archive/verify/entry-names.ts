import { HEADER_LENGTH, Offset, readU32, readU64, SYNC_WORD } from '../../wire';
import { readEntry } from '../log/read-entry';
import type { Finding } from './findings';

/** Whose entry it is. */
export type EntryNames = Pick<Finding, 'stream' | 'runId' | 'sourceId' | 'seq'>;

/**
 * The stream of an entry, and the run, source and seq of a record in it. An entry that was changed says what it says
 * now; what cannot be read of it is absent.
 */
export function entryNames(bytes: Uint8Array): EntryNames {
  const read = readEntry(bytes);
  if (!read.ok) return {};
  const { entry } = read;
  if (!('stream' in entry) || entry.stream === null) return {};
  const { stream } = entry;
  if (entry.kind !== 'record' || entry.bytes === undefined) return { stream };
  return { stream, ...recordNames(Buffer.from(entry.bytes, 'base64')) };
}

/** Run, source and seq of a record, whole or not: none where its head is not there. */
export function recordNames(record: Uint8Array): Omit<EntryNames, 'stream'> {
  if (record.length < HEADER_LENGTH || readU32(record, Offset.sync) !== SYNC_WORD) return {};
  return {
    runId: readU64(record, Offset.runId).toString(),
    sourceId: readU32(record, Offset.sourceId),
    seq: Number(readU64(record, Offset.seq))
  };
}
