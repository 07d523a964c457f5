import { stat } from 'node:fs/promises';
import { Command } from '../command';
import { definitionsOf, readInput } from '../inputs';
import { selectionHelp, selectionOptions } from '../archive/selection';
import { decodeArchive } from '../decode/archive';
import { decodeBytes } from '../decode/bytes';
import { Format } from '../decode/lines';
import { Given, UsageError } from '../usage';

const help = `openot decode <archive> [--stream <name>]... [--source <id or name>]... [--run <id>]
              [--from <time>] [--to <time>] [--format text|json|strict]
openot decode <file|-> [--definition <file>]... [--format text|json|strict]

Readable text or documents of what an archive holds (its folder, a zip file of it, or its http address), with the
definitions that stand in it; or of records in a file or on standard input: as bytes, hex or base64, or as entries of an
archive (JSON, one a line, or a bundle of tile/entries). Losses stand before the record behind the gap. A record whose
definition is not there keeps its raw fields, as a placeholder. Nothing is verified: that is what openot verify does.

  --format      text (default): one line each, of an archive with entry and name, as openot prove takes them;
                json: enriched documents, one a line; strict: the documents that the reference writes, one a line
  --definition  a definition file; may be given again. Records whose definition nobody named take the only one there is.
Of an archive:
${selectionHelp}

Exit codes: 0 all was decoded, 1 something was not, 2 wrong usage or unreadable.
`;

const formats: readonly string[] = ['text', 'json', 'strict'] satisfies Format[];

/** `openot decode`. */
export const decode: Command = {
  name: 'decode',
  summary: 'an archive, or records in a file, as readable text or documents',
  help,
  options: { ...selectionOptions, definition: { type: 'string', many: true }, format: { type: 'string' } },
  run: async (given, terminal) => {
    const format = given.text('format') ?? 'text';
    if (!formats.includes(format)) throw new UsageError(`--format must be text, json or strict, found ${format}`);
    const input = given.only('one archive or file, or - for standard input');
    const definitions = await definitionsOf(given.all('definition'));
    const options = { format: format as Format, definitions, terminal };
    if (await isArchive(input)) return decodeArchive(input, given, options);
    refuseSelection(given);
    return decodeBytes(await readInput(input), options);
  }
};

async function isArchive(input: string): Promise<boolean> {
  if (/^https?:\/\//i.test(input) || /\.zip$/i.test(input)) return true;
  return (await stat(input).catch(() => undefined))?.isDirectory() === true;
}

function refuseSelection(given: Given): void {
  for (const [name, { many = false }] of Object.entries(selectionOptions))
    if (many ? given.all(name).length > 0 : given.text(name) !== undefined)
      throw new UsageError(`--${name} selects from an archive; a file of records is decoded whole`);
}
