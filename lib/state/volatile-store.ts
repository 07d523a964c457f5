import { Store } from './store';

/**
 * A state that lives as long as the process, for readers that are to begin at the beginning: nobody else can have it.
 */
export function volatileStore(): Store {
  let saved: Uint8Array | undefined;
  return {
    lock: () => Promise.resolve({ ok: true }),
    load: () => Promise.resolve(saved),
    save: (bytes) => {
      saved = bytes.slice();
      return Promise.resolve();
    },
    remove: () => {
      saved = undefined;
      return Promise.resolve();
    },
    unlock: () => Promise.resolve()
  };
}
