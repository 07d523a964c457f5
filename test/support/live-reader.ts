import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '../../lib/platform';
import { createReader, ReaderError, ReaderSettings, ReaderStatus, Store } from '../../lib/reader';
import { BatchFacts, Item, itemsOfBatch } from '../../lib/ring';
import { createOpcuaConnection, createOpcuaTransport, OpcuaNodes } from '../../lib/transport/opcua';

/** A state file that lives in memory. */
export function memoryStore(): Store {
  let saved: Uint8Array | undefined;
  return {
    lock: () => Promise.resolve({ ok: true }),
    unlock: () => Promise.resolve(),
    load: () => Promise.resolve(saved),
    save: (bytes) => {
      saved = bytes.slice();
      return Promise.resolve();
    },
    remove: () => {
      saved = undefined;
      return Promise.resolve();
    }
  };
}

export interface LiveReader {
  /** All items handed on, in order; batches are settled at once. */
  readonly items: Item[];
  readonly facts: BatchFacts[];
  readonly errors: ReaderError[];
  status(): ReaderStatus;
  /** Asks for a poll now. */
  read(): void;
  stop(): Promise<void>;
}

/** A reader on a real OPC UA server, with the real clock, whose batches are taken apart as the decoder does. */
export function startLiveReader(options: { endpointUrl: string; nodes: OpcuaNodes; settings?: Partial<ReaderSettings>; store?: Store; onItems?: (items: Item[], facts: BatchFacts) => void }): LiveReader {
  const pkiFolder = mkdtempSync(join(tmpdir(), 'openot-client-'));
  const connection = createOpcuaConnection({ endpoint: options.endpointUrl, pkiFolder });
  const items: Item[] = [];
  const facts: BatchFacts[] = [];
  const errors: ReaderError[] = [];
  const reader = createReader({
    transport: createOpcuaTransport(connection, options.nodes),
    store: options.store ?? memoryStore(),
    clock: systemClock(),
    random: systemRandom(),
    settings: { stream: 'live', intervalMs: 50, ...options.settings },
    sink: (batch) => {
      const decoded = itemsOfBatch(batch.payload, batch.facts);
      if (decoded.error !== undefined) throw new Error(decoded.error.message);
      if (options.onItems !== undefined) options.onItems(decoded.items, batch.facts);
      else {
        items.push(...decoded.items);
        facts.push(batch.facts);
      }
      reader.settle(batch.serial);
    },
    onError: (error) => errors.push(error)
  });
  reader.start();
  return {
    items,
    facts,
    errors,
    status: () => reader.status(),
    read: () => reader.read(),
    stop: async () => {
      await reader.stop();
      await connection.destroy();
      rmSync(pkiFolder, { recursive: true, force: true });
    }
  };
}
