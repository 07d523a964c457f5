import { ModbusRing, ModbusSettings } from '../transport/modbus';
import {
  SharedModbusConnection,
  CONTROL_REGISTERS,
  findControl,
  layoutAt,
  ModbusTransport
} from '../transport/modbus/probing';
import type { RingFacts, TransportError } from '../transport/transport';
import type { ProbeReport } from './api';
import { Budget } from './budget';
import { Finding, probe, usable } from './probe';
import { checkRing } from './ring-check';

/** Milliseconds that a test may take. */
export const PROBE_MS = 10_000;

/**
 * Tests a ring in a device's registers: a connection of its own, one request at a time, closed at the end. Never
 * rejects.
 */
export async function probeModbusRing(
  settings: Partial<ModbusSettings> & Pick<ModbusSettings, 'host'>,
  ring: ModbusRing,
  timeMs = PROBE_MS,
  signal?: AbortSignal
): Promise<ProbeReport> {
  const budget = new Budget(timeMs, signal);
  const connection = new SharedModbusConnection({ ...settings, pipeline: 1 });
  budget.onEnd(() => void connection.destroy());
  const transport = new ModbusTransport(connection, ring);
  try {
    return await probe({ transport, change: (connected) => changes(connection, ring, connected, budget) }, budget);
  } finally {
    budget.close();
    await transport.close();
    await connection.destroy();
  }
}

type Proposal = { change: Record<string, string>; findings: readonly Finding[] };
const NOTHING: Proposal = { change: {}, findings: [] };

async function changes(
  connection: SharedModbusConnection,
  ring: ModbusRing,
  connected: RingFacts | TransportError,
  budget: Budget
): Promise<Proposal> {
  if (connected.ok) return orderChange(connection, ring);
  return connected.code === 'OPENOT_MODBUS_CONTROL_SHIFTED' ? addressChange(connection, ring, budget) : NOTHING;
}

/** The byte order is found from the sync at every connect, but a setting that says the truth explains itself. */
async function orderChange(
  connection: SharedModbusConnection,
  { registerType, controlAddress, byteOrder }: ModbusRing
): Promise<Proposal> {
  const read = await connection.registers({ registerType, address: controlAddress, count: 2 });
  const layout = read.ok ? layoutAt(read.bytes) : undefined;
  if (layout === undefined || layout.byteOrder === byteOrder) return NOTHING;
  const text =
    `the bytes within registers are in the other order: set Byte order to ${layout.byteOrder} (the reader finds it ` +
    'by itself as well)';
  return { change: { byteOrder: layout.byteOrder }, findings: [usable(text)] };
}

/**
 * A control block stands near by: addresses that were counted from 1 are wrong by one, both of them. What is proposed
 * was tried.
 */
async function addressChange(connection: SharedModbusConnection, ring: ModbusRing, budget: Budget): Promise<Proposal> {
  const first = Math.max(0, ring.controlAddress - CONTROL_REGISTERS);
  const count = Math.min(65_536 - first, ring.controlAddress - first + CONTROL_REGISTERS + 4);
  const held = {};
  try {
    const acquired = await connection.acquire(held);
    const read = acquired.ok
      ? await connection.registers({ registerType: ring.registerType, address: first, count })
      : acquired;
    const found = read.ok ? findControl(read.bytes) : undefined;
    if (found === undefined) return NOTHING;
    const controlAddress = first + found;
    for (const ringAddress of new Set([ring.ringAddress + controlAddress - ring.controlAddress, ring.ringAddress])) {
      if (ringAddress < 0 || !(await isRing(connection, { ...ring, controlAddress, ringAddress }, budget))) continue;
      const text =
        `a whole ring was found with the control block at ${controlAddress} and the ring at ${ringAddress}: set ` +
        'these addresses';
      return {
        change: { controlAddress: String(controlAddress), ringAddress: String(ringAddress) },
        findings: [usable(text)]
      };
    }
    return NOTHING;
  } finally {
    await connection.release(held);
  }
}

async function isRing(connection: SharedModbusConnection, ring: ModbusRing, budget: Budget): Promise<boolean> {
  const transport = new ModbusTransport(connection, ring);
  const connected = await transport.connect();
  const check = connected.ok ? await checkRing(transport, budget) : undefined;
  await transport.close();
  return check?.kind === 'proved';
}
