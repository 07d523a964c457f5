import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '../../lib/base/system';
import { volatileStore } from '../../lib/state';
import { createReader, ReaderError, ReaderSettings, ReaderStatus, Store } from '../../lib/reader';
import { BatchFacts, Item, itemsOfBatch } from '../../lib/stream';
import { createModbusConnection, createModbusTransport, ModbusRing, ModbusSettings } from '../../lib/transport/modbus';
import { createOpcuaConnection, createOpcuaTransport, OpcuaNodes } from '../../lib/transport/opcua';
import { Transport } from '../../lib/transport/transport';
import { WAIT_MS } from './until';
import { keyAtHand } from './key-at-hand';

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

interface LiveOptions {
  readonly settings?: Partial<ReaderSettings>;
  readonly store?: Store;
  readonly onItems?: (items: Item[], facts: BatchFacts) => void;
}

/**
 * A reader on a real OPC UA server, with the real clock, whose batches are taken apart as the decoder does. A request
 * has the time of a wait: on a busy machine an answer may be late, and is no error.
 */
export function startLiveReader(options: LiveOptions & { endpointUrl: string; nodes: OpcuaNodes }): LiveReader {
  const pkiFolder = keyAtHand(mkdtempSync(join(tmpdir(), 'openot-client-')));
  const connection = createOpcuaConnection({
    endpoint: options.endpointUrl,
    pkiFolder,
    requestTimeoutMs: WAIT_MS
  });
  return startReaderOn(createOpcuaTransport(connection, options.nodes), options, async () => {
    await connection.destroy();
    rmSync(pkiFolder, { recursive: true, force: true });
  });
}

/** The same on a Modbus device. */
export function startLiveModbusReader(
  options: LiveOptions & { device: Partial<ModbusSettings> & Pick<ModbusSettings, 'port'>; ring: ModbusRing }
): LiveReader {
  const connection = createModbusConnection({ host: '127.0.0.1', requestTimeoutMs: WAIT_MS, ...options.device });
  return startReaderOn(createModbusTransport(connection, options.ring), options, () => connection.destroy());
}

/** The same on any transport; `end` is called when the reader has stopped. */
export function startReaderOn(transport: Transport, options: LiveOptions, end: () => Promise<void>): LiveReader {
  const items: Item[] = [];
  const facts: BatchFacts[] = [];
  const errors: ReaderError[] = [];
  const reader = createReader({
    transport,
    store: options.store ?? volatileStore(),
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
      await end();
    }
  };
}
