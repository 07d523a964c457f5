/** Proof files (C2SP tlog-proof): that one entry stands in the log of a checkpoint, checked without the log. */
import { failure } from '../../base';
import { HASH_LENGTH } from '../tree/digest';
import { NoteFailure } from './signed-note';

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves has paths of this length at most. */
const MAX_PATH = 63;

/** What a proof file holds. */
export interface ProofFile {
  readonly index: number;
  /** From the leaf's sibling up. */
  readonly path: readonly Uint8Array[];
  /** The checkpoint's note, whole. */
  readonly checkpoint: string;
  /** Of an `extra` line, which says nothing here. */
  readonly extra?: string;
}

/** The text of a proof file. */
export function formatProof({ index, path, checkpoint }: ProofFile): string {
  const lines = path.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  return `${HEADER}\nindex ${index}\n${lines}\n${checkpoint}`;
}

/** Takes a proof file apart; nothing is believed yet. */
export function parseProof(text: string): { readonly ok: true; readonly proof: ProofFile } | NoteFailure {
  const refused = (why: string): NoteFailure => failure('OPENOT_ARCHIVE_NOTE', `this is no proof file: ${why}`);
  const end = text.indexOf('\n\n');
  if (end < 0) return refused('it has no empty line before a checkpoint');
  const [header, ...rest] = text.slice(0, end).split('\n');
  if (header !== HEADER)
    return refused(`its first line must be ${HEADER}, found ${JSON.stringify(header.slice(0, 60))}`);
  const extra = rest[0]?.startsWith('extra ') ? rest.shift()?.slice(6) : undefined;
  const indexText = /^index (0|[1-9][0-9]{0,15})$/.exec(rest.shift() ?? '')?.[1];
  if (indexText === undefined || !Number.isSafeInteger(Number(indexText))) return refused('it has no line `index <n>`');
  const path = rest.map((line) => Buffer.from(line, 'base64'));
  const isPath = path.every((hash, i) => hash.length === HASH_LENGTH && hash.toString('base64') === rest[i]);
  if (!isPath || path.length > MAX_PATH) return refused('its path must be lines of base64 of 32 bytes');
  const proof = { index: Number(indexText), path, checkpoint: text.slice(end + 2) };
  return { ok: true, proof: extra === undefined ? proof : { ...proof, extra } };
}
