import type { Node, NodeAPI } from 'node-red';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ArchiveSettings, isKeyName } from '../../lib/archive';
import { ArchiveKey, keyInFile, parseKey } from '../../lib/archive/files';
import { CodedError } from '../runtime/coded-error';
import { numberOf } from '../runtime/numbers';
import { softwareName } from '../runtime/software';
import { fileNameOf, userDirectory, userPath } from '../runtime/user-directory';
import { withVariables } from '../runtime/variables';

const DAY_MS = 86_400_000;

/** The saved properties of the node. */
export interface ArchiveProperties {
  folder?: string;
  origin?: string;
  checkpointInterval?: string;
  flushDelay?: string;
  keep?: string;
}

export interface ArchiveCredentials {
  key?: string;
}

/** What the properties mean. */
export interface ArchiveNodeSettings extends ArchiveSettings {
  readonly folder: string;
  readonly stateFile: string;
  readonly keyFile: string;
  readonly keyText: string;
}

/** Reads the properties. Throws OPENOT_CONFIG. */
export function archiveSettings(
  RED: NodeAPI,
  node: Node,
  given: ArchiveProperties,
  { key = '' }: ArchiveCredentials
): ArchiveNodeSettings {
  const def = withVariables(RED, node, given, { folder: 'Folder', origin: 'Name of the log' });
  const id = fileNameOf(node.id);
  const openot = join(userDirectory(RED), 'openot');
  const folder = String(def.folder ?? '').trim();
  const origin = String(def.origin ?? '').trim();
  if (origin !== '' && !isKeyName(origin))
    throw new CodedError(
      'OPENOT_CONFIG',
      `the field "Name of the log" must have no spaces and no +, found "${origin.slice(0, 80)}"`,
      'Name of the log'
    );
  return {
    folder: folder === '' ? join(openot, 'archives', id) : userPath(RED, folder),
    stateFile: join(openot, 'archives', `${id}.state`),
    keyFile: join(openot, 'keys', id),
    keyText: key.trim(),
    origin,
    defaultOrigin: `openot/${hostname().replace(/[\s+]/gu, '-')}/${id}`,
    checkpointInterval: numberOf(def.checkpointInterval, {
      name: 'Checkpoint',
      fallback: 60_000,
      min: 1000,
      max: 86_400_000
    }),
    flushDelay: numberOf(def.flushDelay, { name: 'Flush', fallback: 50, min: 0, max: 10_000 }),
    keep: numberOf(def.keep, { name: 'Keep', fallback: 0, min: 0, max: 36_500 }) * DAY_MS,
    software: softwareName()
  };
}

/** The key of the credentials, else that of the node's own file, made at first use. Rejects: OPENOT_ARCHIVE_KEY. */
export async function keyOfSettings({
  keyText,
  keyFile,
  origin,
  defaultOrigin
}: ArchiveNodeSettings): Promise<ArchiveKey> {
  const name = origin === '' ? defaultOrigin : origin;
  const found = keyText === '' ? await keyInFile(keyFile, name) : parseKey(keyText);
  if (!found.ok) throw new CodedError(found.code, keyText === '' ? found.message : `the field "Key": ${found.message}`);
  return found.key;
}
