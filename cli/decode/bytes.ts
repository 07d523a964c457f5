/** Records in a file, as documents. */
import { entriesOfBundle, readEntry } from '../../lib/archive';
import { bind, DefinitionStore } from '../../lib/definition';
import { createFormatter } from '../../lib/document';
import { bytesFromPayload, itemsOfConcatenation, LooseFacts } from '../../lib/stream';
import { snapshotOf } from '../archive/epoch';
import type { Exit } from '../command';
import { UsageError } from '../usage';
import { DecodeOptions, textOf } from './lines';

/** Records with what is known of them. */
interface Decodable {
  readonly bytes: Buffer;
  readonly facts: LooseFacts;
}

/** Writes what records, as bytes or as text, or entries come to. */
export function decodeBytes(input: Buffer, { format, definitions, terminal }: DecodeOptions): Exit {
  const store = new DefinitionStore();
  for (const [hash, compiled] of definitions) store.add(compiled, hash);
  const formatter = createFormatter({ profile: format === 'strict' ? 'strict' : 'enriched' });
  let exit: Exit = 0;
  for (const { bytes, facts } of decodables(input)) {
    const { items, error } = itemsOfConcatenation(bytes);
    const binding = bind(store, { stream: '', snapshot: facts.snapshot, whenUnadvertised: 'assume' });
    for (const json of formatter.texts(items, facts, binding))
      terminal.out(`${format === 'text' ? textOf(json) : json}\n`);
    if (error === undefined) continue;
    exit = 1;
    terminal.error(`${error.message}\n`);
  }
  return exit;
}

function* decodables(input: Buffer): Generator<Decodable> {
  const entries = input[0] === 0x7b ? linesOf(input) : entriesOfBundle(input);
  if (entries === undefined || entries.length === 0 || !entries.every((entry) => entry[0] === 0x7b)) {
    const text = input.toString('latin1').trim();
    const found = bytesFromPayload(/^(4f4f54|T09U)/i.test(text) ? text : input);
    if (!found.ok) throw new UsageError(found.message);
    return yield { bytes: found.bytes, facts: { bufferId: 0, receiveTimeNs: '0' } };
  }
  for (const bytes of entries) {
    const read = readEntry(bytes);
    if (!read.ok) throw new UsageError(`this is no entry of an archive: ${read.message}`);
    const { entry } = read;
    if (entry.kind !== 'record' || entry.bytes === undefined) continue;
    const { stream, incarnation, received, epoch } = entry;
    const facts = { stream, incarnation, bufferId: 0, receiveTimeNs: received, snapshot: snapshotOf(epoch) };
    yield { bytes: Buffer.from(entry.bytes, 'base64'), facts };
  }
}

const linesOf = (input: Buffer): Buffer[] =>
  input
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Buffer.from(line, 'utf8'));
