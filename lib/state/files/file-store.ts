import { dirname } from 'node:path';
import { LockLost, Store } from '../store';
import { FileLock, LockPorts } from './file-lock';
import { FileSystem, systemFiles } from './file-system';
import { systemLockPorts } from './lock-ports';

/**
 * A store in one file, replaced atomically: written beside it, flushed, renamed over it, the folder flushed. After a
 * crash the old or the new bytes are there, whole. The folder is made when missing. `<path>.lock` keeps others away.
 *
 * @example
 * ```ts
 * import { fileStore } from '@openot/node-red/state/files';
 *
 * const store = fileStore('./plc-7.state');
 * if ((await store.lock()).ok) {
 *   await store.save(Buffer.from('where it was'));
 *   await store.unlock();
 * }
 * ```
 */
export function fileStore(path: string, ports: Partial<LockPorts> = {}): Store {
  const files = ports.files ?? systemFiles;
  const lock = new FileLock(`${path}.lock`, { ...systemLockPorts(), ...ports, files });
  let locked = false;
  let turn: Promise<unknown> = Promise.resolve();
  // One at a time: two writers of the same temporary file would mix their bytes.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  };
  const ifMine = async (work: () => Promise<void>): Promise<void> => {
    if (locked && !(await lock.isKept())) throw new LockLost(`another process took the lock ${path}.lock`);
    return work();
  };
  return {
    lock: () =>
      inTurn(async () => {
        await files.makeFolder(dirname(path));
        const outcome = await lock.acquire();
        locked = outcome.ok;
        return outcome;
      }),
    load: () => inTurn(() => files.read(path)),
    save: (bytes) => inTurn(() => ifMine(() => replaceFile(files, path, bytes))),
    remove: () =>
      inTurn(() =>
        ifMine(async () => {
          await files.remove(path);
          // Or a power failure could bring it back.
          await files.syncFolder(dirname(path));
        })
      ),
    isMine: () => inTurn(async () => !locked || lock.isKept()),
    unlock: () =>
      inTurn(async () => {
        locked = false;
        await lock.release();
      })
  };
}

async function replaceFile(files: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  await files.makeFolder(dirname(path));
  await files.write(temporary, bytes);
  await files.sync(temporary);
  await files.rename(temporary, path);
  // Without this the rename itself may be lost at a power failure.
  await files.syncFolder(dirname(path));
}
