import { entriesOf, Entry, LogSource, readCheckpoint, readEntry, unsignedEntries } from '../../lib/archive';
import { Terminal } from '../terminal';
import { UsageError } from '../usage';

/** An entry of an archive, by its index. */
export interface Placed {
  readonly entry: Entry;
  readonly index: number;
}

/**
 * The entries of an archive in order, those behind its checkpoint too, as they stand there: nothing is verified. What
 * is no entry is told and passed over.
 */
export async function* entriesOfArchive(
  source: LogSource,
  terminal: Terminal,
  onError: (text: string) => void
): AsyncGenerator<Placed, void> {
  const checkpoint = readCheckpoint((await source.read('checkpoint')) ?? '');
  if (!checkpoint.ok) throw new UsageError(`the archive has no checkpoint that can be read: ${checkpoint.message}`);
  const { size } = checkpoint.checkpoint;
  for await (const { index, bytes } of allEntries(source, size)) {
    terminal.progress('entry', index, size);
    const read = readEntry(bytes);
    if (read.ok) yield { entry: read.entry, index };
    else onError(`entry ${index} is none: ${read.message}`);
  }
}

async function* allEntries(source: LogSource, size: number): AsyncGenerator<{ index: number; bytes: Buffer }, void> {
  yield* entriesOf(source, size);
  const { entries } = await unsignedEntries(source, size);
  for (let i = 0; i < entries.length; i++) yield { index: size + i, bytes: entries[i] };
}
