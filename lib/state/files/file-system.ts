import { mkdir, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inWords } from './file-errors';
import { retried } from './retried';

/** What the state store needs of a file system, step by step, so that a fault simulator can break each step. */
export interface FileSystem {
  /** The whole file; undefined when it is not there. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Creates or replaces the file's bytes. They may be gone after a power failure until `sync`. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Creates the file with these bytes; false when there is one already. */
  create(path: string, bytes: Uint8Array): Promise<boolean>;
  /** The file's bytes survive a power failure from now on. */
  sync(path: string): Promise<void>;
  /** Atomically in the place of what was there. May be undone by a power failure until `syncFolder`. */
  rename(from: string, to: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  /** No error when it is not there. */
  remove(path: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /** Sets the time of the last change to now; false when the file is not there. */
  touch(path: string): Promise<boolean>;
  /** Time of the last change, milliseconds since the Unix epoch; undefined when the file is not there. */
  changedMs(path: string): Promise<number | undefined>;
}

/** The files of this machine; created ones are readable by their owner only. */
export const systemFiles: FileSystem = {
  read: (path) =>
    unlessMissing(
      readFile(path).then((bytes) => new Uint8Array(bytes)),
      undefined
    ),
  write: (path, bytes) => inWords(path, writeFile(path, bytes, { mode: 0o600 })),
  create: (path, bytes) =>
    writeFile(path, bytes, { mode: 0o600, flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        return inWords(path, Promise.reject(error));
      }
    ),
  sync: (path) => syncOpened(path, 'r+'),
  rename: (from, to) =>
    inWords(
      to,
      retried(() => rename(from, to))
    ),
  syncFolder: (path) =>
    syncOpened(path, 'r').catch((error: NodeJS.ErrnoException) => {
      // Not every system lets a folder be opened: there a rename is as durable as the system makes it.
      if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'].includes(error.code ?? '')) throw error;
    }),
  remove: (path) => rm(path, { force: true }),
  makeFolder: (path) => inWords(path, makeFolder(path)),
  touch: (path) => {
    const now = new Date();
    return unlessMissing(
      utimes(path, now, now).then(() => true),
      false
    );
  },
  changedMs: (path) =>
    unlessMissing(
      stat(path).then(({ mtimeMs }) => mtimeMs),
      undefined
    )
};

/** Folder by folder: Node's own `recursive` says ENOENT where the truth is a file system that is mounted read-only. */
async function makeFolder(path: string): Promise<void> {
  const isThere = await makeOne(path);
  if (isThere || dirname(path) === path) return;
  await makeFolder(dirname(path));
  if (!(await makeOne(path))) throw Object.assign(new Error('not made'), { code: 'ENOENT' });
}

/** Whether the folder is there now; false where the one above it is missing. */
async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    if (code !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  }
  return true;
}

async function syncOpened(path: string, flags: string): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function unlessMissing<T, M>(work: Promise<T>, missing: M): Promise<T | M> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missing;
    throw error;
  }
}
