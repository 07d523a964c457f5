import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '../../../lib/base/system';
import { createReader, ReaderError, ReaderSettings, ReaderStatus } from '../../../lib/reader';
import { itemsOfBatch } from '../../../lib/stream';
import {
  createModbusConnection,
  createModbusTransport,
  DEFAULT_MODBUS_SETTINGS,
  ModbusSettings
} from '../../../lib/transport/modbus';
import { createOpcuaConnection, createOpcuaTransport, OpcuaSettings } from '../../../lib/transport/opcua';
import { Transport } from '../../../lib/transport/transport';
import { ReaderShow } from '../../../nodes/openot-reader/show';
import { Plc } from '../../e2e/support/plc';
import { volatileStore } from '../../../lib/state';
import { Tally } from './tally';

/** A way to a controller through this port of 127.0.0.1, and how to let go of it. */
export interface Way {
  readonly transport: Transport;
  end(): Promise<void>;
}

/** How readers of the tests reach a controller: where its server is, and the way there by another port. */
export interface Carriage {
  readonly name: string;
  portOf(plc: Plc): number;
  open(plc: Plc, port: number): Way;
  /** Milliseconds that one request may take. */
  readonly requestTimeoutMs: number;
}

export function opcuaCarriage(settings: Partial<OpcuaSettings> = {}): Carriage {
  // One for all: making a key takes a second of a processor.
  const pkiFolder = mkdtempSync(join(tmpdir(), 'openot-client-'));
  process.on('exit', () => rmSync(pkiFolder, { recursive: true, force: true }));
  return {
    name: 'OPC UA',
    requestTimeoutMs: settings.requestTimeoutMs ?? 10_000,
    portOf: (plc) => plc.simulator.server!.port,
    open: (plc, port) => {
      const connection = createOpcuaConnection({
        endpoint: `opc.tcp://127.0.0.1:${port}/openot`,
        pkiFolder,
        ...settings
      });
      return {
        transport: createOpcuaTransport(connection, { controlNode: plc.controlNodeId, ringNodes: plc.ringNodeIds }),
        end: () => connection.destroy()
      };
    }
  };
}

export function modbusCarriage(settings: Partial<ModbusSettings> = {}): Carriage {
  return {
    name: 'Modbus TCP',
    requestTimeoutMs: settings.requestTimeoutMs ?? DEFAULT_MODBUS_SETTINGS.requestTimeoutMs,
    portOf: (plc) => plc.simulator.modbus!.port,
    open: (plc, port) => {
      const { controlAddress, ringAddress } = plc.simulator.modbus!;
      const connection = createModbusConnection({ host: '127.0.0.1', port, ...settings });
      return {
        transport: createModbusTransport(connection, {
          registerType: 'holding',
          controlAddress,
          ringAddress,
          byteOrder: 'big'
        }),
        end: () => connection.destroy()
      };
    }
  };
}

/** What a reader said of itself at one moment, and the colour that its node would show. */
export interface Seen {
  /** Of the monotonic clock. */
  readonly atMs: number;
  readonly status: ReaderStatus;
  readonly fill: string;
}

/** A reader whose output is counted and whose status is looked at ten times a second. */
export interface FollowedReader {
  readonly tally: Tally;
  readonly seen: Seen[];
  readonly errors: ReaderError[];
  /** When the newest record came, of the monotonic clock. */
  lastRecordMs(): number;
  status(): ReaderStatus;
  stop(): Promise<void>;
}

/** `keepsSeen` false: only what the reader says now counts, and nothing is gathered. */
export function followReader(
  way: Way,
  settings: Partial<ReaderSettings> = {},
  { keepsSeen = true } = {}
): FollowedReader {
  const tally = new Tally();
  const seen: Seen[] = [];
  const errors: ReaderError[] = [];
  const show = new ReaderShow();
  let lastRecordMs = -Infinity;
  const look = (status: ReaderStatus): void => {
    const atMs = performance.now();
    if (keepsSeen) seen.push({ atMs, status, fill: show.show(status, atMs).fill ?? '' });
  };
  const reader = createReader({
    transport: way.transport,
    store: volatileStore(),
    clock: systemClock(),
    random: systemRandom(),
    settings: { stream: 'followed', intervalMs: 100, ...settings },
    sink: (batch) => {
      const { items, error } = itemsOfBatch(batch.payload, batch.facts);
      if (error !== undefined) throw new Error(error.message);
      tally.take(items);
      if (batch.records > 0) lastRecordMs = performance.now();
      reader.settle(batch.serial);
    },
    onStatus: look,
    onError: (error) => errors.push(error)
  });
  reader.start();
  const timer = setInterval(() => look(reader.status()), 100);
  return {
    tally,
    seen,
    errors,
    lastRecordMs: () => lastRecordMs,
    status: () => reader.status(),
    stop: async () => {
      clearInterval(timer);
      await reader.stop();
      await way.end();
    }
  };
}
