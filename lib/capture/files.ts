import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that is being written. */
export interface CaptureHandle {
  /** Appends the bytes, all of them. Rejects as the file system does. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** What recording and replaying ask of a file system. */
export interface CaptureFiles {
  /** Names in a folder; none where it does not exist. */
  list(folder: string): Promise<string[]>;
  /** What stands at a path, and its length in bytes. */
  look(path: string): Promise<{ readonly kind: 'file' | 'folder' | 'none'; readonly bytes: number }>;
  read(path: string): Promise<Uint8Array>;
  /** A new file, its folder made when missing. Rejects with EEXIST where there is one. */
  create(path: string): Promise<CaptureHandle>;
  remove(path: string): Promise<void>;
}

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/** The files of this machine. */
export function diskFiles(): CaptureFiles {
  return {
    list: async (folder) => {
      try {
        return await readdir(folder);
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    look: async (path) => {
      try {
        const found = await stat(path);
        return { kind: found.isDirectory() ? 'folder' : 'file', bytes: found.size };
      } catch (error) {
        if (isMissing(error)) return { kind: 'none', bytes: 0 };
        throw error;
      }
    },
    read: async (path) => new Uint8Array(await readFile(path)),
    create: async (path) => {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, 'wx', 0o600);
      return {
        write: (bytes) => file.appendFile(bytes),
        close: () => file.close()
      };
    },
    remove: (path) => rm(path, { force: true })
  };
}
