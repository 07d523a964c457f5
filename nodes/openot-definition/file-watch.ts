import { FSWatcher, watch } from 'node:fs';

/**
 * Milliseconds between two looks at the files where the operating system's notices do not come (network drives,
 * containers).
 */
export const POLL_INTERVAL_MS = 2000;
/** Milliseconds after the last notice before the files are looked at: an editor that saves raises several. */
export const SETTLE_MS = 100;

/**
 * Calls `look` when something in the folder may have changed: soon after a notice of the operating system, and at every
 * `POLL_INTERVAL_MS` all the same, since notices are lost on network drives and cease when a folder is replaced. It is
 * the folder of a file that is watched, not the file: an atomic save puts another file in its place.
 * Never two looks at a time. Returns how to end it.
 */
export function watchFolder(folder: string, look: () => Promise<void>, pollMs = POLL_INTERVAL_MS): () => void {
  let watcher: FSWatcher | undefined;
  let settle: NodeJS.Timeout | undefined;
  let busy = false;
  let again = false;
  let ended = false;

  const run = (): void => {
    if (ended) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    void look().finally(() => {
      busy = false;
      if (again) {
        again = false;
        run();
      }
    });
  };
  const notice = (): void => {
    clearTimeout(settle);
    settle = setTimeout(run, SETTLE_MS);
  };
  const arm = (): void => {
    if (watcher !== undefined || ended) return;
    try {
      watcher = watch(folder, { persistent: false }, notice);
      const broken = (): void => {
        watcher?.close();
        watcher = undefined;
      };
      watcher.on('error', broken);
      watcher.on('close', () => (watcher = undefined));
    } catch {
      // The folder does not exist yet, or the system is out of watches: polling goes on, and tries again.
      watcher = undefined;
    }
  };
  arm();
  const poll = setInterval(() => {
    arm();
    run();
  }, pollMs);
  return () => {
    ended = true;
    clearInterval(poll);
    clearTimeout(settle);
    watcher?.close();
  };
}
