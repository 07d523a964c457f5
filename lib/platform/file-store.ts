import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Store } from '../reader/ports';

/**
 * A store in one file, replaced atomically: written beside it, flushed, renamed over it, the folder flushed. After a
 * crash the old or the new bytes are there, whole. The folder is made when missing.
 */
export function fileStore(path: string): Store {
  let turn: Promise<unknown> = Promise.resolve();
  // One at a time: two writers of the same temporary file would mix their bytes.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  };
  return {
    load: () =>
      inTurn(async () => {
        try {
          return new Uint8Array(await readFile(path));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
          throw error;
        }
      }),
    save: (bytes) => inTurn(() => replaceFile(path, bytes)),
    remove: () => inTurn(() => rm(path, { force: true }))
  };
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Without this the rename itself may be lost at a power failure. Not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows: the rename is as durable as the system makes it.
  }
}
