import type { Store } from '../../lib/state';

const owners = new Map<string, object>();

/**
 * The store of the node that opened this file last. A reader (or another node) whose closing was given up lives on for
 * a while beside
 * the one that was made in its place: what it still saves or removes would destroy the state of that one, so it does
 * nothing.
 */
export function ownedStore(path: string, store: Store): Store {
  const owner = {};
  owners.set(path, owner);
  const ifOwner = (work: () => Promise<void>): Promise<void> =>
    owners.get(path) === owner ? work() : Promise.resolve();
  return {
    lock: () => store.lock(),
    load: () => store.load(),
    save: (bytes) => ifOwner(() => store.save(bytes)),
    remove: () => ifOwner(() => store.remove()),
    isMine: () => (owners.get(path) === owner ? (store.isMine?.() ?? Promise.resolve(true)) : Promise.resolve(false)),
    // Also by one that is no owner any more: it must not go on touching the lock.
    unlock: () => store.unlock()
  };
}
