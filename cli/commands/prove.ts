import { writeFile } from 'node:fs/promises';
import {
  entriesOf,
  findRecord,
  FoundEntry,
  formatProof,
  LogSource,
  parseRecordName,
  proveEntry,
  readCheckpoint
} from '../../lib/archive';
import { Command } from '../command';
import { openSource } from '../sources';
import { Terminal } from '../terminal';
import { Given, UsageError } from '../usage';

const help = `openot prove <archive> --record <stream>/<incarnation>/<run>/<source>/<seq> [--out <name>]
openot prove <archive> --entry <index> [--out <name>]

Writes a proof that one entry stands in the archive, for somebody who has nothing else of it: <name>.tlog-proof (a C2SP
tlog-proof, with the checkpoint) and <name>.entry.json (the entry, byte for byte). Default name: entry-<index>.
Both together are checked by: openot verify-proof <name>.tlog-proof --entry <name>.entry.json --key <vkey>
`;

/** `openot prove`. */
export const prove: Command = {
  name: 'prove',
  summary: 'a proof that one record stands in an archive',
  help,
  options: { record: { type: 'string' }, entry: { type: 'string' }, out: { type: 'string' } },
  run: async (given, terminal) => {
    const source = await openSource(given.only('one archive'));
    const checkpoint = readCheckpoint((await source.read('checkpoint')) ?? '');
    if (!checkpoint.ok) throw new UsageError(`there is no checkpoint to prove anything with: ${checkpoint.message}`);
    const found = await search(source, checkpoint.checkpoint.size, given, terminal);
    if (found === undefined) {
      terminal.error('the archive has no such entry, or it is not signed yet\n');
      return 1;
    }
    const proof = await proveEntry(source, found.index);
    if (!proof.ok) {
      terminal.error(`${proof.message}\n`);
      return 1;
    }
    const name = given.text('out') ?? `entry-${found.index}`;
    await writeFile(`${name}.tlog-proof`, formatProof(proof.proof));
    await writeFile(`${name}.entry.json`, found.bytes);
    terminal.out(`entry ${found.index} of ${checkpoint.checkpoint.size}: ${name}.tlog-proof, ${name}.entry.json\n`);
    return 0;
  }
};

async function search(
  source: LogSource,
  size: number,
  given: Given,
  terminal: Terminal
): Promise<FoundEntry | undefined> {
  const index = given.text('entry');
  if (index !== undefined) {
    const wanted = given.number('entry', 0);
    for await (const found of entriesOf(source, size)) if (found.index === wanted) return found;
    return undefined;
  }
  if (given.text('record') === undefined) throw new UsageError('--record or --entry is missing');
  const name = parseRecordName(given.needed('record'));
  if (name === undefined) throw new UsageError('--record must be <stream>/<incarnation>/<run>/<source>/<seq>');
  return findRecord(source, size, name, (done, of) => terminal.progress('entry', done, of));
}
