/** Checkpoints (C2SP tlog-checkpoint): how large a log is and what its root is, as a signed note. */
import { failure } from '../../base';
import { HASH_LENGTH } from '../tree/digest';
import { TreeHead } from '../tree/merkle';
import { NoteFailure, NoteSigner, NoteVerifier, OpenedNote, openNote, parseNote, signNote } from './signed-note';

/** What a checkpoint says. */
export interface Checkpoint extends TreeHead {
  /** The name of the log. */
  readonly origin: string;
}

/** The text of a checkpoint, without signatures. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;

/** A checkpoint with the signature of its log. */
export const signCheckpoint = (checkpoint: Checkpoint, signer: NoteSigner): string =>
  signNote(checkpointText(checkpoint), signer);

/** What the text of a checkpoint says; lines behind the third are extensions, and left alone. */
export function parseCheckpointText(
  text: string
): { readonly ok: true; readonly checkpoint: Checkpoint } | NoteFailure {
  const [origin, sizeText, base64] = text.split('\n');
  const size = Number(sizeText);
  const root = Buffer.from(base64 ?? '', 'base64');
  if (
    !origin ||
    !/^(0|[1-9][0-9]{0,15})$/.test(sizeText ?? '') ||
    !Number.isSafeInteger(size) ||
    root.length !== HASH_LENGTH ||
    root.toString('base64') !== base64 ||
    !text.endsWith('\n')
  )
    return failure(
      'OPENOT_ARCHIVE_NOTE',
      `this is no checkpoint: expected three lines (the log's name, its size, its root in base64), found ` +
        `${JSON.stringify(text.slice(0, 200))}`
    );
  return { ok: true, checkpoint: { origin, size, root } };
}

/** What a checkpoint says, whoever signed it: its signatures are not looked at. */
export function readCheckpoint(
  note: string | Uint8Array
): { readonly ok: true; readonly checkpoint: Checkpoint } | NoteFailure {
  const parsed = parseNote(note);
  return parsed.ok ? parseCheckpointText(parsed.note.text) : parsed;
}

/** A checkpoint that one of these keys signed, under the name of its log. */
export function openCheckpoint(
  note: string | Uint8Array,
  verifiers: readonly NoteVerifier[]
): { readonly ok: true; readonly checkpoint: Checkpoint; readonly note: OpenedNote } | NoteFailure {
  const opened = openNote(note, verifiers);
  if (!opened.ok) return opened;
  const parsed = parseCheckpointText(opened.text);
  if (!parsed.ok) return parsed;
  const { origin } = parsed.checkpoint;
  if (!opened.by.some(({ name }) => name === origin))
    return failure(
      'OPENOT_ARCHIVE_NOTE',
      `the checkpoint of the log ${origin} is signed by ${opened.by[0].name}, not by that log`
    );
  return { ok: true, checkpoint: parsed.checkpoint, note: opened };
}
