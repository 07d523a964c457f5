import { entriesOfBundle, readEntry } from '../../lib/archive';
import { bind, DefinitionStore, NOT_ADVERTISED } from '../../lib/definition';
import { createFormatter } from '../../lib/document';
import { bytesFromPayload, Item, itemsOfConcatenation, LooseFacts } from '../../lib/stream';
import { Command } from '../command';
import { definitionsOf, readInput } from '../inputs';
import { UsageError } from '../usage';

const help = `openot decode <file|-> [--definition <file>]... [--format text|json|strict]

Records, as bytes, hex or base64, or entries of an archive (JSON, one a line, or a bundle of tile/entries), to readable
text or documents. Without the definition of a record its fields stay raw, as a placeholder.

  --definition  a definition file; may be given again. Records without an archive take the only one that is given.
  --format      text (default): one line each; json: enriched documents, one a line; strict: what the reference writes

Exit codes: 0 all was decoded, 1 something was not, 2 wrong usage or unreadable.
`;

/** Records with what is known of them. */
interface Decodable {
  readonly bytes: Buffer;
  readonly facts: LooseFacts;
  /** The definition of its epoch, where that is known. */
  readonly definition: string | null | undefined;
}

/** `openot decode`. */
export const decode: Command = {
  name: 'decode',
  summary: 'records or entries of an archive as readable text or documents',
  help,
  options: { definition: { type: 'string', many: true }, format: { type: 'string' } },
  run: async (given, terminal) => {
    const format = given.text('format') ?? 'text';
    if (!['text', 'json', 'strict'].includes(format))
      throw new UsageError(`--format must be text, json or strict, found ${format}`);
    const store = new DefinitionStore();
    for (const [hash, compiled] of await definitionsOf(given.all('definition'))) store.add(compiled, hash);
    const formatter = createFormatter({ profile: format === 'strict' ? 'strict' : 'enriched' });
    let hasFailed = false;
    for (const one of decodables(await readInput(given.only('one file, or - for standard input')))) {
      const decoded = itemsOfConcatenation(one.bytes);
      if (decoded.error !== undefined) {
        hasFailed = true;
        terminal.error(`${decoded.error.message}\n`);
      }
      const binding = bind(store, bindRequest(one));
      for (const text of lines(decoded.items, one.facts, format, (items) => formatter.texts(items, one.facts, binding)))
        terminal.out(`${text}\n`);
    }
    return hasFailed ? 1 : 0;
  }
};

function* lines(
  items: Item[],
  _facts: LooseFacts,
  format: string,
  texts: (items: Item[]) => string[]
): Generator<string> {
  for (const text of texts(items)) {
    if (format !== 'text') yield text;
    else {
      const document = JSON.parse(text) as {
        text?: string;
        provenance?: { sourceTime?: string; sourceTimeNs?: string | number };
      };
      const { sourceTime, sourceTimeNs = '' } = document.provenance ?? {};
      yield `${sourceTime ?? sourceTimeNs} ${document.text ?? text}`.trim();
    }
  }
}

const bindRequest = ({ definition }: Decodable): Parameters<typeof bind>[1] => ({
  stream: '',
  whenUnadvertised: definition === undefined || definition === null ? 'assume' : 'placeholder',
  ...(definition === undefined || definition === null ? {} : { snapshot: advertising(definition) })
});

/** A control block that advertises this definition for everything. */
const advertising = (definitionHash: string): NonNullable<Parameters<typeof bind>[1]['snapshot']> => ({
  version: 2,
  caps: 0,
  bufferBytes: 0,
  headAbs: 0,
  oldestAbs: 0,
  lostCount: 0,
  runId: '0',
  epochId: 0,
  epochFirstAbs: 0,
  definitionHash,
  prevDefinitionHash: NOT_ADVERTISED
});

function* decodables(input: Buffer): Generator<Decodable> {
  const entries = input[0] === 0x7b ? linesOf(input) : entriesOfBundle(input);
  if (entries !== undefined && entries.length > 0 && entries.every((entry) => entry[0] === 0x7b)) {
    for (const bytes of entries) {
      const read = readEntry(bytes);
      if (!read.ok) throw new UsageError(`this is no entry of an archive: ${read.message}`);
      const { entry } = read;
      if (entry.kind !== 'record' || entry.bytes === undefined) continue;
      const facts: LooseFacts = {
        stream: entry.stream,
        incarnation: entry.incarnation,
        bufferId: 0,
        receiveTimeNs: entry.received
      };
      yield { bytes: Buffer.from(entry.bytes, 'base64'), facts, definition: entry.epoch.definition };
    }
    return;
  }
  const text = input.toString('latin1').trim();
  const found = bytesFromPayload(/^(4f4f54|T09U)/i.test(text) ? text : input);
  if (!found.ok) throw new UsageError(found.message);
  yield { bytes: found.bytes, facts: { bufferId: 0, receiveTimeNs: '0' }, definition: undefined };
}

const linesOf = (input: Buffer): Buffer[] =>
  input
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Buffer.from(line, 'utf8'));
