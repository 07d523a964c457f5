import { Store } from './store';

/**
 * A state that lives as long as the process, for readers that are to begin at the beginning: nobody else can have it.
 *
 * @example
 * ```ts
 * import { openReader } from '@openot/node-red/reader';
 * import { volatileStore } from '@openot/node-red/state';
 * import { modbus } from '@openot/node-red/transport/modbus';
 *
 * const reader = openReader({ transport: modbus({ host: 'plc-7', control: 0, ring: 100 }), store: volatileStore() });
 * ```
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
