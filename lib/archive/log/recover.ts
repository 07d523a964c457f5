/** How an archive that was stopped, killed or changed goes on: from what was signed last to the end of its journal. */
import { Failure, failure } from '../../base';
import { openCheckpoint, parseVkey } from '../note';
import { ArchiveFiles } from '../ports';
import { leafHash } from '../tree/digest';
import { consistencyPath, foldRight, isPrefix, rootOfComplete, TreeHead } from '../tree/merkle';
import { Node } from '../tree/merkle';
import { tileOf, tilePath } from '../tree/tiles';
import { overlapOf, readJournal } from './journal';
import { JOURNAL, lastLeaves, readEntries } from './log-files';
import { Log } from './log';
import { ArchiveState } from './saved-state';

/** What was found. */
export interface Recovered {
  readonly ok: true;
  readonly head: TreeHead;
  /** Entries behind what the saved state knows, in order: to be learnt from again. */
  readonly unlearnt: readonly Buffer[];
  /** Entries of the journal behind the last checkpoint. */
  readonly journalled: number;
  /** Bytes at the end of the journal that were cut. */
  readonly cut: number;
  /** The saved state was older than the folder. */
  readonly isStateOlder: boolean;
  /** The checkpoint of the head stands in the folder. */
  readonly isSigned: boolean;
}

/** Why an archive cannot go on. */
export type RecoverFailure = Failure<'OPENOT_ARCHIVE_WENT_BACK' | 'OPENOT_ARCHIVE_DAMAGED'>;

const WAY_OUT =
  'Put back the folder as it was; or send this node a message with topic "begin": the old files are moved beside ' +
  'it, and a new log begins that names the last checkpoint of the old one';

/** A folder that cannot reach what was signed. */
export const wentBack = (found: string): RecoverFailure =>
  failure(
    'OPENOT_ARCHIVE_WENT_BACK',
    `the archive went back: ${found}. Nothing is appended, since a log must never have two truths. ${WAY_OUT}`
  );

/** A folder whose files were changed or are broken. */
export const damaged = (found: string): RecoverFailure =>
  failure(
    'OPENOT_ARCHIVE_DAMAGED',
    `the archive is damaged: ${found}. Nothing is appended; \`openot verify\` names the places. ${WAY_OUT}`
  );

/** Brings the log to where it can go on, or says why it cannot. */
export async function recover(
  files: ArchiveFiles,
  log: Log,
  state: ArchiveState,
  checkpoint: Uint8Array | undefined
): Promise<Recovered | RecoverFailure> {
  const reached = await reach(files, log, state, checkpoint);
  if (!reached.ok) return reached;
  const { head, isSigned } = reached;
  const journal = readJournal((await files.read(JOURNAL)) ?? new Uint8Array(0));
  if (journal.end === 'damaged')
    return damaged(`its journal has a broken frame at byte ${journal.length}, with flushed entries behind it`);
  const { length } = journal;
  const size = (await files.read(JOURNAL))?.length ?? 0;
  // What was read may not be flushed, and the next mark says that it is.
  if (size > 0) await files.cut(JOURNAL, length);
  const leaves = journal.entries.map(leafHash);
  const overlap = overlapOf(leaves, await lastLeaves(files, head.size, leaves.length));
  const entries = journal.entries.slice(overlap).map((entry) => Buffer.from(entry));
  log.resume(entries, length);
  const between = await readEntries(files, head.size, state.head.size, head.size);
  if (between === undefined) return damaged(`entries ${state.head.size} to ${head.size - 1} cannot be read`);
  return {
    ok: true,
    head,
    unlearnt: [...between.map((entry) => Buffer.from(entry)), ...entries],
    journalled: entries.length,
    cut: size - length,
    isStateOlder: head.size > state.head.size,
    isSigned
  };
}

/** Stands at the last head that was signed, or was about to be. */
async function reach(
  files: ArchiveFiles,
  log: Log,
  state: ArchiveState,
  checkpoint: Uint8Array | undefined
): Promise<{ readonly ok: true; readonly head: TreeHead; readonly isSigned: boolean } | RecoverFailure> {
  const verifier = parseVkey(state.vkey);
  const opened = checkpoint === undefined || !verifier.ok ? undefined : openCheckpoint(checkpoint, [verifier.verifier]);
  const found = opened?.ok === true && opened.checkpoint.origin === state.origin ? opened.checkpoint : undefined;
  if (found !== undefined && found.size > state.head.size) {
    // The state is older than the folder: what it knows must be a prefix of what the folder says.
    const isExtension = (await log.restore(found)) && (await extends_(files, state.head, found));
    return isExtension
      ? { ok: true, head: found, isSigned: true }
      : wentBack(
          `its checkpoint of ${found.size} entries is no extension of the ${state.head.size} that were signed before`
        );
  }
  if (await log.restore(state.head)) {
    const isSigned =
      found !== undefined && found.size === state.head.size && Buffer.compare(found.root, state.head.root) === 0;
    return { ok: true, head: state.head, isSigned: isSigned || state.head.size === 0 };
  }
  const has = found === undefined ? 'has no checkpoint of this log' : `has a checkpoint of ${found.size} entries`;
  return wentBack(`${state.head.size} entries were signed, the folder ${has} and its tiles do not yield that root`);
}

/** Whether the tiles of the newer head show that the older one is a prefix of it. */
async function extends_(files: ArchiveFiles, older: TreeHead, newer: TreeHead): Promise<boolean> {
  const path: Uint8Array[] = [];
  for (const nodes of consistencyPath(older.size, newer.size)) {
    const hashes = await nodeHashes(files, nodes, newer.size);
    if (hashes === undefined) return false;
    path.push(foldRight(hashes));
  }
  return isPrefix(older, newer, path);
}

/** The hashes of nodes out of the tiles of a log of `size` entries; undefined where one is missing or cut short. */
export async function nodeHashes(
  files: Pick<ArchiveFiles, 'read'>,
  nodes: readonly Node[],
  size: number
): Promise<Uint8Array[] | undefined> {
  const hashes: Uint8Array[] = [];
  for (const node of nodes) {
    const { tile, start, count } = tileOf(node, size);
    const bytes = await files.read(tilePath(tile));
    if (bytes === undefined || bytes.length !== tile.width * 32) return undefined;
    hashes.push(rootOfComplete(bytes, start, count));
  }
  return hashes;
}
