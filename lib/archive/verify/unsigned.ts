import { overlapOf, ReadJournal, readJournal } from '../log/journal';
import { JOURNAL, lastLeaves } from '../log/log-files';
import { leafHash } from '../tree/digest';
import type { LogSource } from './tree-check';

/** Entries behind the checkpoint of a log of `size` entries: nobody signed them yet. None where there is no journal. */
export async function unsignedEntries(
  source: LogSource,
  size: number
): Promise<Pick<ReadJournal, 'entries' | 'length' | 'end'>> {
  const bytes = await source.read(JOURNAL);
  if (bytes === undefined || bytes.length === 0) return { entries: [], length: 0, end: 'whole' };
  const { entries, length, end } = readJournal(bytes);
  const leaves = entries.map(leafHash);
  // After a kill between a checkpoint and the cut of the journal its first entries stand in the tree already.
  const overlap = overlapOf(leaves, await lastLeaves(source, size, leaves.length));
  return { entries: entries.slice(overlap), length, end };
}
