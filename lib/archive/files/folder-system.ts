import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { FileSystem, systemFiles } from '../../state/files';

/** What an archive needs of a file system beyond what a state needs, step by step. */
export interface FolderSystem extends FileSystem {
  /**
   * Writes into a file at this offset; makes it where it is missing. May be gone after a power failure until `sync`.
   */
  writeAt(path: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** Cuts a file to this length; makes it where it is missing. */
  truncate(path: string, length: number): Promise<void>;
  /** The names in a folder; none where it is missing. */
  list(path: string): Promise<readonly string[]>;
  /** Removes a folder with all in it; no error where it is missing. */
  removeFolder(path: string): Promise<void>;
}

/** The folders of this machine: archives may be read by others, whose rights the folder itself decides. */
export const systemFolders: FolderSystem = {
  ...systemFiles,
  write: async (path, bytes) => {
    const file = await open(path, 'w');
    try {
      await file.writeFile(bytes);
    } finally {
      await file.close();
    }
  },
  makeFolder: async (path) => void (await mkdir(path, { recursive: true })),
  writeAt: async (path, offset, bytes) => {
    const file = await openForWriting(path);
    try {
      for (let at = 0; at < bytes.length;)
        at += (await file.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
    } finally {
      await file.close();
    }
  },
  truncate: async (path, length) => {
    const file = await openForWriting(path);
    try {
      await file.truncate(length);
    } finally {
      await file.close();
    }
  },
  list: (path) =>
    readdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    }),
  removeFolder: (path) => rm(path, { recursive: true, force: true })
};

/** Without cutting what is in it. */
async function openForWriting(path: string): ReturnType<typeof open> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'w');
  }
}
