import type { OpenotCode } from '../../lib/base';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../runtime/coded-error';

/** Files of a folder that are looked at, at most; in the order of their names. */
export const MAX_FILES = 256;
/** Bytes of one definition file, at most. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** One file as it stands on disk; `stamp` differs when its content may have changed. */
export interface FoundFile {
  readonly path: string;
  readonly stamp: string;
}

export type Listing =
  { readonly ok: true; readonly files: readonly FoundFile[] } | { readonly ok: false; readonly error: CodedError };
export type FileText =
  { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly error: CodedError };

const codeOf = (thrown: unknown): string => (thrown as { code?: string } | null)?.code ?? 'unknown error';

/** The file itself, or the `*.json` files directly in the folder (hidden ones left out: editors write there). */
export async function listDefinitionFiles(source: 'file' | 'folder', path: string): Promise<Listing> {
  try {
    if (source === 'file') {
      const file = await stampOf(path);
      return file === undefined
        ? refused('OPENOT_DEFINITION_UNREADABLE', `${path} is not a file: name a file, or choose "folder"`)
        : { ok: true, files: [file] };
    }
    const names = (await readdir(path))
      .filter((name) => name.toLowerCase().endsWith('.json') && !name.startsWith('.'))
      .sort();
    if (names.length > MAX_FILES)
      return refused(
        'OPENOT_DEFINITION_TOO_MANY',
        `the folder ${path} holds ${names.length} definition files, at most ${MAX_FILES} are read: move the old ` +
          'ones away'
      );
    const files: FoundFile[] = [];
    for (const name of names) {
      // One that vanished since the listing is simply not there.
      const file = await stampOf(join(path, name)).catch(() => undefined);
      if (file !== undefined) files.push(file);
    }
    return { ok: true, files };
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOTDIR')
      return refused('OPENOT_DEFINITION_UNREADABLE', `${path} is not a folder: name a folder, or choose "file"`);
    if (codeOf(thrown) === 'ENOENT')
      return refused(
        'OPENOT_DEFINITION_NOT_FOUND',
        `there is no definition ${source} at ${path}: correct the path (relative ones begin at the user ` +
          'directory), or put it there; it is then picked up'
      );
    return refused(
      'OPENOT_DEFINITION_UNREADABLE',
      `the definition ${source} ${path} cannot be read (${codeOf(thrown)}): give Node-RED's user the right to read it`
    );
  }
}

export async function readDefinitionFile(path: string): Promise<FileText> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES)
      return refused('OPENOT_DEFINITION_TOO_LARGE', `${path} has ${size} bytes, at most ${MAX_FILE_BYTES} are read`);
    return { ok: true, bytes: await readFile(path) };
  } catch (thrown) {
    return refused(
      'OPENOT_DEFINITION_UNREADABLE',
      `the definition file ${path} cannot be read (${codeOf(thrown)}): give Node-RED's user the right to read it`
    );
  }
}

async function stampOf(path: string): Promise<FoundFile | undefined> {
  const facts = await stat(path);
  return facts.isFile() ? { path, stamp: `${facts.mtimeMs}/${facts.ctimeMs}/${facts.size}/${facts.ino}` } : undefined;
}

function refused(code: OpenotCode, text: string): { ok: false; error: CodedError } {
  return { ok: false, error: new CodedError(code, text) };
}
