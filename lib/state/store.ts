import type { Failure } from '../base';

/** Whether one may use this state, or who else does. */
export type LockOutcome = { readonly ok: true } | Failure<'OPENOT_STATE_LOCKED'>;

/** What `save` and `remove` reject with when another took the state over meanwhile: whoever used it must end. */
export class LockLost extends Error {
  readonly code = 'OPENOT_STATE_LOCKED';
}

/**
 * Where a state lives between runs. Bytes in, bytes out; what they mean is the owner's (`envelope.ts`).
 *
 * @example
 * ```ts
 * import { openReader } from '@openot/node-red/reader';
 * import type { Store } from '@openot/node-red/state';
 * import { modbus } from '@openot/node-red/transport/modbus';
 *
 * // A place in a database of yours; only one process uses it.
 * const saved = new Map<string, Uint8Array>();
 * const store: Store = {
 *   lock: async () => ({ ok: true }),
 *   load: async () => saved.get('plc-7'),
 *   save: async (bytes) => void saved.set('plc-7', bytes.slice()),
 *   remove: async () => void saved.delete('plc-7'),
 *   unlock: async () => undefined
 * };
 * const reader = openReader({ transport: modbus({ host: 'plc-7', control: 0, ring: 100 }), store });
 * ```
 */
export interface Store {
  /** Asks to be the only user of this state. Asked again while it is refused. Rejects when that cannot be found out. */
  lock(): Promise<LockOutcome>;
  /** The saved bytes, or undefined when there never were any. Rejects when they exist but cannot be read. */
  load(): Promise<Uint8Array | undefined>;
  /** Replaces the saved bytes atomically: after a crash either the old or the new are there, whole. */
  save(bytes: Uint8Array): Promise<void>;
  /** Removes the saved bytes. */
  remove(): Promise<void>;
  /**
   * Whether it is still this user's alone; absent where nobody else can take it. Rejects when that cannot be found out.
   */
  isMine?(): Promise<boolean>;
  /** Others may use it from now on. */
  unlock(): Promise<void>;
}
