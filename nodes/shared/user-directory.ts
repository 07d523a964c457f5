import type { NodeAPI } from 'node-red';
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

/** A node's id as part of a file name: ids of nodes inside subflows contain characters that file systems refuse. */
export function fileNameOf(id: string): string {
  return id.replace(/[^A-Za-z0-9_.-]/g, '_');
}
