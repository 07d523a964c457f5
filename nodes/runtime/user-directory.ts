import type { NodeAPI } from 'node-red';
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Node-RED's user directory: where this package keeps reader states, keys and certificates, under `openot/`. */
export function userDirectory(RED: NodeAPI): string {
  return RED.settings.userDir ?? join(homedir(), '.node-red');
}

/** A path as a user wrote it: absolute, or relative to the user directory. */
export function userPath(RED: NodeAPI, path: string): string {
  return resolve(userDirectory(RED), path);
}

/** Longest name, in characters, that is written out; file systems take about 255 with what is put behind it. */
const MAX_NAME = 120;

/**
 * A node's id as part of a file name, another one for every other id, also where a file system does not tell `A` from
 * `a`: two nodes must never share a file. Lowercase letters, digits and `-` stay, everything else becomes `_` and its
 * code unit in four hex digits: no separator, no `..`, none of the names that Windows keeps for its devices.
 */
export function fileNameOf(id: string): string {
  const escape = (char: string): string => `_${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const name = id
    .replace(/[^a-z0-9-]/g, escape)
    .replace(/^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/, (device) => escape(device[0]) + device.slice(1));
  if (name !== '' && name.length <= MAX_NAME) return name;
  // `__` stands in no other name.
  return `__${createHash('sha256').update(id, 'utf16le').digest('hex')}`;
}
