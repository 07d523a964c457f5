import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogRecord, ticksOfUnixMs } from '../../lib/logobject';
import { type LogHabits, LogStore, Producer, startOpcuaServer } from '../../lib/simulator';
import { keyAtHand } from './key-at-hand';

/** A device with a log, in the test's own process: it outlives whoever reads it. */
export interface LogDevice {
  readonly endpointUrl: string;
  readonly store: LogStore;
  /** Device less host, milliseconds. May be changed. */
  offsetMs: number;
  /** Enters a record whose Time is that of the device's clock so long ago. */
  enter(text: string, agoMs?: number, more?: Partial<LogRecord>): void;
  /** Cuts every connection, as a network failure would. */
  dropConnections(): void;
  stop(): Promise<void>;
}

/** Starts one whose ServerLog is readable. */
export async function startLogDevice(offsetMs = 0, habits: LogHabits = {}): Promise<LogDevice> {
  const store = new LogStore(habits);
  const pkiFolder = keyAtHand(mkdtempSync(join(tmpdir(), 'openot-log-device-')));
  const server = await startOpcuaServer({
    producer: new Producer({ ringBytes: 4096, clock: () => 1n, definitionHash: '00112233445566aa' }),
    port: 0,
    pkiFolder,
    logs: [{ name: 'ServerLog', store }],
    clockOffsetMs: () => device.offsetMs
  });
  const device: LogDevice = {
    endpointUrl: server.endpointUrl,
    store,
    offsetMs,
    enter: (text, agoMs = 0, more = {}) =>
      store.add({
        ticks: ticksOfUnixMs(Date.now() - agoMs + device.offsetMs),
        severity: 180,
        sourceName: 'Motor',
        message: { locale: 'en', text },
        ...more
      }),
    dropConnections: () => server.dropConnections(),
    stop: async () => {
      await server.stop();
      rmSync(pkiFolder, { recursive: true, force: true });
    }
  };
  return device;
}
