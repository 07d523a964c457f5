import { FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { FileSystem, systemFiles } from '../../state/files';

/** What an archive needs of a file system beyond what a state needs, step by step. */
export interface FolderSystem extends FileSystem {
  /** Creates or replaces the file's bytes, and flushes them. */
  writeFlushed(path: string, bytes: Uint8Array): Promise<void>;
  /** Writes into a file at this offset and flushes it; makes it where it is missing. */
  writeAt(path: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** Cuts a file to this length and flushes it; makes it where it is missing. */
  truncate(path: string, length: number): Promise<void>;
  /** The names in a folder; none where it is missing. */
  list(path: string): Promise<readonly string[]>;
  /** Removes a folder with all in it; no error where it is missing. */
  removeFolder(path: string): Promise<void>;
}

/** The folders of this machine: archives may be read by others, whose rights the folder itself decides. */
export const systemFolders: FolderSystem = {
  ...systemFiles,
  write: (path, bytes) => using(open(path, 'w'), (file) => file.writeFile(bytes)),
  makeFolder: async (path) => void (await mkdir(path, { recursive: true })),
  writeFlushed: (path, bytes) =>
    using(open(path, 'w'), async (file) => {
      await file.writeFile(bytes);
      await file.sync();
    }),
  writeAt: (path, offset, bytes) =>
    using(openForWriting(path), async (file) => {
      for (let at = 0; at < bytes.length;)
        at += (await file.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
      await file.sync();
    }),
  truncate: (path, length) =>
    using(openForWriting(path), async (file) => {
      await file.truncate(length);
      await file.sync();
    }),
  list: (path) =>
    readdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    }),
  removeFolder: (path) => rm(path, { recursive: true, force: true })
};

/** Closes the file whatever becomes of the work. */
async function using(opening: Promise<FileHandle>, work: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await opening;
  try {
    await work(file);
  } finally {
    await file.close();
  }
}

/** Without cutting what is in it. */
async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'w');
  }
}
