import { systemClock, systemRandom } from '../../../lib/base/system';
import { createReader, Reader, ReaderError, ReaderSettings, ReaderStatus } from '../../../lib/reader';
import { Item, itemsOfBatch } from '../../../lib/stream';
import { fileStore } from '../../../lib/state/files';
import { Store } from '../../../lib/state';
import { Transport } from '../../../lib/transport/transport';
import { Way } from './followed-reader';

/** One life of a reader whose state is a real file: it ends in order, or as by a kill. */
export interface MortalReader {
  /** Everything handed on, in order, with the incarnation it came under. */
  readonly items: readonly (Item & { readonly incarnation: number })[];
  readonly errors: readonly ReaderError[];
  status(): ReaderStatus;
  stop(): Promise<void>;
  /** Nothing more comes out of it and nothing more is saved, from this moment on; its lock stays behind. */
  kill(): Promise<void>;
}

/** Batches are settled as they come. */
export function mortalReader(way: Way, statePath: string, settings: Partial<ReaderSettings> = {}): MortalReader {
  const items: (Item & { readonly incarnation: number })[] = [];
  const errors: ReaderError[] = [];
  let isDead = false;
  /** What is asked for after the end is never answered, nor what was under way then. */
  const mortal = <T>(work: () => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const unlessDead = (then: () => void): void => {
        if (!isDead) then();
      };
      unlessDead(() => {
        work().then(
          (value) => unlessDead(() => resolve(value)),
          (error: unknown) => unlessDead(() => reject(error instanceof Error ? error : new Error(String(error))))
        );
      });
    });
  const reader: Reader = createReader({
    transport: mortalTransport(way.transport, mortal),
    store: mortalStore(fileStore(statePath), mortal),
    clock: systemClock(),
    random: systemRandom(),
    settings: { stream: 'mortal', ...settings },
    sink: async (batch) => {
      await mortal(() => Promise.resolve());
      const decoded = itemsOfBatch(batch.payload, batch.facts);
      if (decoded.error !== undefined) throw new Error(decoded.error.message);
      for (const item of decoded.items) items.push({ ...item, incarnation: batch.facts.incarnation });
      reader.settle(batch.serial);
    },
    onError: (error) => void (!isDead && errors.push(error))
  });
  reader.start();
  return {
    items,
    errors,
    status: () => reader.status(),
    stop: async () => {
      await reader.stop();
      await way.end();
    },
    kill: async () => {
      isDead = true;
      await way.end();
    }
  };
}

type Mortal = <T>(work: () => Promise<T>) => Promise<T>;

const mortalTransport = (transport: Transport, mortal: Mortal): Transport => ({
  connect: () => mortal(() => transport.connect()),
  read: (parts) => mortal(() => transport.read(parts)),
  close: () => mortal(() => transport.close()),
  ...(transport.onLost === undefined ? {} : { onLost: (listener) => transport.onLost!(listener) })
});

const mortalStore = (store: Store, mortal: Mortal): Store => ({
  lock: () => mortal(() => store.lock()),
  load: () => mortal(() => store.load()),
  save: (bytes) => mortal(() => store.save(bytes)),
  remove: () => mortal(() => store.remove()),
  isMine: () => mortal(() => store.isMine?.() ?? Promise.resolve(true)),
  unlock: () => mortal(() => store.unlock())
});
