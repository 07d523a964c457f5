import { ArchiveFiles } from '../ports';
import { FolderSystem, systemFolders } from './folder-system';

/** Folders that are remembered as made and flushed. */
const MAX_KNOWN = 4096;

/** The files of an archive below a folder: what is written is flushed, and so are the folders that name it. */
export function archiveFiles(root: string, system: FolderSystem = systemFolders): ArchiveFiles {
  const known = new Set<string>();
  const at = (path: string): string => (path === '' ? root : `${root}/${path}`);
  const above = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');

  /** A new folder is known after a power failure only when the one above it was flushed. */
  const made = async (folder: string): Promise<void> => {
    if (known.has(folder)) return;
    if (folder !== '') await made(above(folder));
    await system.makeFolder(at(folder));
    if (folder !== '') await system.syncFolder(at(above(folder)));
    if (known.size > MAX_KNOWN) known.clear();
    known.add(folder);
  };

  /** Beside it first: what is written again after a failure may be what a head about to be signed stands on. */
  const replace = async (path: string, bytes: Uint8Array): Promise<void> => {
    await system.writeFlushed(`${path}.new`, bytes);
    await system.rename(`${path}.new`, path);
  };

  return {
    read: (path) => system.read(at(path)),
    write: async (files) => {
      const folders = [...new Set(files.map(({ path }) => above(path)))];
      for (const folder of folders) await made(folder);
      await Promise.all(files.map(({ path, bytes }) => replace(at(path), bytes)));
      await Promise.all(folders.map((folder) => system.syncFolder(at(folder))));
    },
    writeAt: async (path, offset, bytes) => {
      await made(above(path));
      await system.writeAt(at(path), offset, bytes);
      if (offset === 0) await system.syncFolder(at(above(path)));
    },
    cut: async (path, length) => {
      await made(above(path));
      await system.truncate(at(path), length);
    },
    list: (folder) => system.list(at(folder)),
    move: async (from, to) => {
      await made(above(to));
      await system.rename(at(from), at(to));
      await system.syncFolder(at(above(to)));
      await system.syncFolder(at(above(from)));
      known.clear();
    },
    remove: async (path) => {
      await system.removeFolder(at(path));
      known.clear();
    }
  };
}
