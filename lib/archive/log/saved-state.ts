/** What an archive keeps apart from its folder: what it signed last, and what it knows of its streams at that size. */
import { isCount, isObject, isText, listOf } from '../../base';
import { openJson, checksummedJson } from '../../state';
import { TreeHead } from '../tree/merkle';
import { HASH_LENGTH } from '../tree/digest';
import { LogHead } from './entry';
import { isHead } from './read-entry';
import { StreamTracker } from './stream-tracker';

const FORMAT = { magic: 'openot-archive', version: 1 };

/** The saved state of one archive node. */
export interface ArchiveState {
  /** The name of the log, made once. */
  readonly origin: string;
  /** What the setting said when the log was begun: empty for a name that was made. */
  readonly setting: string;
  /** The verifier key of what signed it. */
  readonly vkey: string;
  /** Signed, or about to be. */
  readonly head: TreeHead;
  /** Entries below it were pruned. */
  readonly minimum: number;
  /** The log that this one continues. */
  readonly previous: LogHead | null;
  /** How many logs were before this one under this node; their files stand in `before/1`, `before/2` … */
  readonly before: number;
  /** The files of the log before this one are being moved there. */
  readonly isMoving: boolean;
  readonly entered: readonly string[];
  readonly missing: readonly string[];
  readonly streams: readonly StreamTracker[];
}

/** As bytes. */
export const encodeState = ({ head, streams, ...rest }: ArchiveState): Uint8Array =>
  checksummedJson(FORMAT, {
    ...rest,
    head: { size: head.size, root: Buffer.from(head.root).toString('base64') },
    streams: streams.map((stream) => stream.toJSON())
  });

/** Out of bytes, whole or not at all. */
export function decodeState(
  bytes: Uint8Array
): { readonly ok: true; readonly state: ArchiveState } | { readonly ok: false; readonly why: string } {
  const opened = openJson(FORMAT, bytes);
  if (!opened.ok) return { ok: false, why: opened.why };
  const { value } = opened;
  const why = 'it has not the form of one';
  if (!isObject(value) || !isObject(value.head) || !Array.isArray(value.streams)) return { ok: false, why };
  const { origin, setting, vkey, head, minimum, entered, missing, previous, before, isMoving } = value;
  const root = Buffer.from(isText(head.root) ? head.root : '', 'base64');
  const streams = value.streams.map((stream) => StreamTracker.fromJSON(stream));
  const isTexts = listOf(isText);
  if (!isText(origin) || !isText(setting) || !isText(vkey) || !isCount(head.size) || root.length !== HASH_LENGTH)
    return { ok: false, why };
  if (!isCount(before) || !(previous === null || isHead(previous))) return { ok: false, why };
  if (!isCount(minimum) || !isTexts(entered) || !isTexts(missing) || streams.includes(undefined))
    return { ok: false, why };
  const state: ArchiveState = {
    origin,
    setting,
    vkey,
    head: { size: head.size, root },
    minimum,
    previous,
    before,
    isMoving: isMoving === true,
    entered: entered as string[],
    missing: missing as string[],
    streams: streams as StreamTracker[]
  };
  return { ok: true, state };
}
