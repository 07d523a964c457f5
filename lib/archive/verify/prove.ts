/** Proofs that one entry stands in a log, made from its files and checked without them. */
import { Failure, failure } from '../../base';
import { decodeRecord } from '../../wire';
import { entriesOfBundle } from '../log/bundle';
import { recordPath } from '../log/entry';
import { readEntry } from '../log/read-entry';
import { nodeHashes } from '../log/recover';
import { Checkpoint, NoteVerifier, openCheckpoint, parseProof, ProofFile, readCheckpoint } from '../note';
import { leafHash } from '../tree/digest';
import { foldRight, includes, inclusionPath } from '../tree/merkle';
import { TILE_WIDTH, tilePath } from '../tree/tiles';
import { LogSource } from './tree-check';

/** A record by its identity. */
export interface RecordName {
  readonly stream: string;
  readonly incarnation: number;
  readonly runId: string;
  readonly sourceId: number;
  readonly seq: number;
}

/** `<stream>/<incarnation>/<runId>/<sourceId>/<seq>`; a stream's name may have a `/` in it. */
export function parseRecordName(text: string): RecordName | undefined {
  const found = /^(.+)\/([0-9]+)\/([0-9]+)\/([0-9]+)\/([0-9]+)$/s.exec(text);
  if (found === null) return undefined;
  const [, stream, incarnation, runId, sourceId, seq] = found;
  return { stream, incarnation: Number(incarnation), runId, sourceId: Number(sourceId), seq: Number(seq) };
}

/** One entry, where it stands. */
export interface FoundEntry {
  readonly index: number;
  readonly bytes: Buffer;
}

/** The entries of a log in order, bundle by bundle; bundles that are not there are passed over. */
export async function* entriesOf(source: LogSource, size: number): AsyncGenerator<FoundEntry, void> {
  for (let tile = 0; tile * TILE_WIDTH < size; tile++) {
    const width = Math.min(TILE_WIDTH, size - tile * TILE_WIDTH);
    const bytes = await source.read(tilePath({ level: 'entries', index: tile, width }));
    const entries = bytes === undefined ? undefined : entriesOfBundle(bytes);
    for (let i = 0; i < (entries?.length ?? 0); i++) yield { index: tile * TILE_WIDTH + i, bytes: entries![i] };
  }
}

/** The entry of a record; undefined where the log has none. */
export async function findRecord(
  source: LogSource,
  size: number,
  name: RecordName,
  onProgress?: (done: number, size: number) => void
): Promise<FoundEntry | undefined> {
  const stream = JSON.stringify(name.stream);
  const front = Buffer.from(`{"kind":"record","stream":${stream},"incarnation":${name.incarnation},`, 'utf8');
  for await (const found of entriesOf(source, size)) {
    if (found.index % TILE_WIDTH === 0) onProgress?.(found.index, size);
    if (!found.bytes.subarray(0, front.length).equals(front)) continue;
    const read = readEntry(found.bytes);
    if (!read.ok || read.entry.kind !== 'record') continue;
    const { bytes: base64, sha256 = '' } = read.entry;
    const bytes = base64 === undefined ? await source.read(recordPath(sha256)) : Buffer.from(base64, 'base64');
    const record = decodeRecord(bytes ?? new Uint8Array(0));
    if (!record.ok || record.sourceId !== name.sourceId || record.safeSeq !== name.seq) continue;
    if (record.runId.toString() === name.runId) return found;
  }
  return undefined;
}

/** The proof that the entry of this index stands in the log of its checkpoint. */
export async function proveEntry(
  source: LogSource,
  index: number
): Promise<
  { readonly ok: true; readonly proof: ProofFile } | Failure<'OPENOT_ARCHIVE_NOTE' | 'OPENOT_ARCHIVE_DAMAGED'>
> {
  const note = await source.read('checkpoint');
  const read = readCheckpoint(note ?? '');
  if (note === undefined || !read.ok) return read.ok ? failure('OPENOT_ARCHIVE_NOTE', 'there is no checkpoint') : read;
  const { size } = read.checkpoint;
  if (index >= size)
    return failure('OPENOT_ARCHIVE_NOTE', `entry ${index} is not in the log of the checkpoint, which has ${size}`);
  const path: Uint8Array[] = [];
  for (const nodes of inclusionPath(index, size)) {
    const hashes = await nodeHashes(source, nodes, size);
    if (hashes === undefined) return failure('OPENOT_ARCHIVE_DAMAGED', 'a tile that the proof needs is not there');
    path.push(foldRight(hashes));
  }
  return { ok: true, proof: { index, path, checkpoint: Buffer.from(note).toString('utf8') } };
}

/** Checks a proof file against its entry and the key of the log. */
export function verifyProof(
  text: string,
  entry: Uint8Array,
  keys: readonly NoteVerifier[]
): { readonly ok: true; readonly index: number; readonly checkpoint: Checkpoint } | Failure<'OPENOT_ARCHIVE_NOTE'> {
  const parsed = parseProof(text);
  if (!parsed.ok) return parsed;
  const { index, path, checkpoint: note } = parsed.proof;
  const opened = openCheckpoint(note, keys);
  if (!opened.ok) return opened;
  const { size, root } = opened.checkpoint;
  return includes({ index, size, root }, leafHash(entry), path)
    ? { ok: true, index, checkpoint: opened.checkpoint }
    : failure(
        'OPENOT_ARCHIVE_NOTE',
        `the proof does not lead from this entry to the root of ${size} entries: it is another one, or was changed`
      );
}
