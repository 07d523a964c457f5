/** What an archive holds, as documents. */
import { Decoded, ArchiveDecoder } from '../archive/decoder';
import { entriesOfArchive } from '../archive/entries';
import { Selection } from '../archive/selection';
import type { Exit } from '../command';
import { openSource } from '../sources';
import type { Given } from '../usage';
import { DecodeOptions, Format, textOf } from './lines';

/** Writes what the entries that are asked for come to. */
export async function decodeArchive(archive: string, given: Given, options: DecodeOptions): Promise<Exit> {
  const { format, definitions, terminal } = options;
  const source = await openSource(archive);
  let exit: Exit = 0;
  const onError = (text: string): void => {
    exit = 1;
    terminal.error(`${text}\n`);
  };
  const decoder = new ArchiveDecoder({
    source,
    selection: new Selection(given),
    profile: format === 'strict' ? 'strict' : 'enriched',
    definitions,
    onError
  });
  for await (const { entry, index } of entriesOfArchive(source, terminal, onError))
    for (const decoded of await decoder.entry(entry, index)) {
      const line = lineOf(decoded, format);
      if (line !== undefined) terminal.out(`${line}\n`);
    }
  return exit;
}

/** Undefined where an entry is no document, and documents are asked for. */
function lineOf({ index, name, json, notice }: Decoded, format: Format): string | undefined {
  if (format !== 'text') return json;
  const told = json === undefined ? noticeText(notice) : textOf(json);
  return [`entry ${index}`, ...(name === undefined ? [] : [name]), told].join('  ');
}

function noticeText(notice: Decoded['notice']): string {
  if (notice === undefined) return '';
  const { kind, ...rest } = notice;
  return `${kind} ${JSON.stringify(rest)}`;
}
