/** What an archive keeps apart from its folder: what it signed last, and what it knows of its streams at that size. */
import { isCount, isObject, isText, listOf, shapeOf } from '../../base';
import { openJson, checksummedJson } from '../../state';
import { TreeHead } from '../tree/merkle';
import { HASH_LENGTH } from '../tree/digest';
import { DefinitionEntry, LogHead } from './entry';
import { isDefinition, isHead } from './read-entry';
import type { Mark, Retention } from './retention';
import { StreamTracker } from './stream-tracker';

const FORMAT = { magic: 'openot-archive', version: 1 };

/** The saved state of one archive node. */
export interface ArchiveState extends Retention {
  /** The name of the log, made once. */
  readonly origin: string;
  /** What the setting said when the log was begun: empty for a name that was made. */
  readonly setting: string;
  /** The verifier key of what signed it. */
  readonly vkey: string;
  /** Signed, or about to be. */
  readonly head: TreeHead;
  /** The log that this one continues. */
  readonly previous: LogHead | null;
  /** How many logs were before this one under this node; their files stand in `before/1`, `before/2` … */
  readonly before: number;
  /** The files of the log before this one are being moved there. */
  readonly isMoving: boolean;
  readonly entered: readonly DefinitionEntry[];
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
  const { origin, setting, vkey, head, entered, missing, previous, before, isMoving } = value;
  const retention = retentionOf(value);
  const root = Buffer.from(isText(head.root) ? head.root : '', 'base64');
  const streams = value.streams.map((stream) => StreamTracker.fromJSON(stream));
  const isTexts = listOf(isText);
  if (!isText(origin) || !isText(setting) || !isText(vkey) || !isCount(head.size) || root.length !== HASH_LENGTH)
    return { ok: false, why };
  if (!isCount(before) || !(previous === null || isHead(previous))) return { ok: false, why };
  if (!listOf(isDefinition)(entered) || !isTexts(missing) || streams.includes(undefined)) return { ok: false, why };
  if (retention === undefined) return { ok: false, why };
  const state: ArchiveState = {
    origin,
    setting,
    vkey,
    head: { size: head.size, root },
    ...retention,
    previous,
    before,
    isMoving: isMoving === true,
    entered: entered as DefinitionEntry[],
    missing: missing as string[],
    streams: streams as StreamTracker[]
  };
  return { ok: true, state };
}

const isMark = shapeOf<Mark>({ index: isCount, openMs: (value) => typeof value === 'number' });
const isContent = (value: unknown): boolean => Array.isArray(value) && isText(value[0]) && isCount(value[1]);

function retentionOf(value: Record<string, unknown>): Retention | undefined {
  const { minimum, removed, marks, openMs, contents } = value;
  if (!isCount(minimum) || !isCount(removed) || typeof openMs !== 'number') return undefined;
  if (!listOf(isMark)(marks) || !listOf(isContent)(contents)) return undefined;
  return { minimum, removed, openMs, marks: marks as Mark[], contents: contents as [string, number][] };
}
