import { CONTROL_BLOCK_LENGTH, ControlOffset } from '../../ring';
import { readU32 } from '../../wire';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { SharedModbusConnection } from './connection';
import { shownDevice, shownRegister } from './errors';
import { bytesInOrder, Layout, layoutAt } from './layout';
import { MAX_REGISTERS, ModbusRing } from './settings';

/** Registers of a control block. */
export const CONTROL_REGISTERS = CONTROL_BLOCK_LENGTH / 2;

/** Its sync in every byte order. */
const VERSION_1 = ['OOT!', 'OO!T', 'T!OO', '!TOO'];

/** What was found at the addresses that were configured. */
export interface Inspection {
  readonly ok: true;
  readonly layout: Layout;
  readonly about: readonly string[];
}

/**
 * Looks before anything is believed: the control block, in which byte order it is, and the ring's first and last
 * registers. Answers the mistakes that a person can make in the dialog, each with a code of its own.
 */
export async function inspectRing(
  connection: SharedModbusConnection,
  ring: ModbusRing
): Promise<Inspection | TransportError> {
  const { registerType, controlAddress, ringAddress } = ring;
  const before = connection.state().maxRegisters;
  const control = await connection.registers({ registerType, address: controlAddress, count: CONTROL_REGISTERS });
  if (!control.ok)
    return control.code === 'OPENOT_MODBUS_FUNCTION_REFUSED' ? otherFunction(connection, ring, control) : control;
  const layout = layoutAt(control.bytes);
  if (layout === undefined || findControl(control.bytes) !== 0) return noControlBlock(connection, ring, control.bytes);
  const capacity = readU32(bytesInOrder(control.bytes, layout), ControlOffset.capacity);
  const units = layout.registers;
  const registers = Math.ceil(capacity / (2 * units)) * units;
  const place = placeError(connection, ring, registers, capacity);
  if (place !== undefined) return place;
  const wrong = registers === 0 ? undefined : await tryRing(connection, ring, registers, capacity);
  if (wrong !== undefined) return wrong;
  const limit = connection.state().maxRegisters;
  const last = ringAddress + Math.max(1, registers) - 1;
  const cut =
    limit < CONTROL_REGISTERS
      ? `in ${Math.ceil(CONTROL_REGISTERS / limit)} requests, because the device answers ${limit} registers at ` +
        'most: torn looks are more frequent'
      : 'in one request';
  const mismatch =
    layout.byteOrder === ring.byteOrder
      ? ''
      : `; the setting says ${ring.byteOrder}: set byteOrder to ${layout.byteOrder}`;
  const about = [
    `device: ${shownDevice(connection.settings)}, unit ${connection.settings.unitId}, function ` +
      `${registerType === 'holding' ? 3 : 4}`,
    `control block: ${registerType} registers ${controlAddress} to ${controlAddress + CONTROL_REGISTERS - 1}, ${cut}`,
    `ring: ${registerType} registers ${ringAddress} to ${last}, ${capacity} bytes`,
    `byte order: ${layout.name}, found from the sync${mismatch}`,
    'registers per request: at most ' +
      `${limit}` +
      `${limit < before ? ` (the device refused ${Math.min(before, Math.max(registers, CONTROL_REGISTERS))})` : ''}`
  ];
  return { ok: true, layout, about };
}

/** The ring's first request and its last register: a wrong address shows now, not at the first wrap. */
async function tryRing(
  connection: SharedModbusConnection,
  { registerType, ringAddress }: ModbusRing,
  registers: number,
  capacity: number
): Promise<TransportError | undefined> {
  const first = Math.min(registers, connection.state().maxRegisters);
  const asks = [{ registerType, address: ringAddress, count: first }];
  if (first < registers) asks.push({ registerType, address: ringAddress + registers - 1, count: 1 });
  const read = await connection.registersOf(asks);
  if (read.ok || read.remedy !== 'refused') return read.ok ? undefined : read;
  const message =
    `the control block says that the ring has ${capacity} bytes, so registers ${ringAddress} to ` +
    `${ringAddress + registers - 1}, but they cannot all be read: ${read.message}`;
  return { ...read, message };
}

function placeError(
  connection: SharedModbusConnection,
  { registerType, controlAddress, ringAddress }: ModbusRing,
  registers: number,
  capacity: number
): TransportError | undefined {
  const at = shownDevice(connection.settings);
  if (ringAddress + registers > 65_536) {
    const message =
      `the control block at ${at} says that the ring has ${capacity} bytes: from ` +
      `${shownRegister(registerType, ringAddress)} on it would end beyond the last address, 65535. Check the ` +
      'address of the ring';
    return transportError('OPENOT_MODBUS_RING_BEYOND', message, 'refused');
  }
  if (ringAddress < controlAddress + CONTROL_REGISTERS && controlAddress < ringAddress + registers) {
    const message =
      `control block (registers ${controlAddress} to ${controlAddress + CONTROL_REGISTERS - 1}) and ring ` +
      `(${ringAddress} to ${ringAddress + registers - 1}, ${capacity} bytes) overlap: check both addresses`;
    return transportError('OPENOT_MODBUS_OVERLAP', message, 'refused');
  }
  return undefined;
}

async function otherFunction(
  connection: SharedModbusConnection,
  ring: ModbusRing,
  refused: TransportError
): Promise<TransportError> {
  const other = ring.registerType === 'holding' ? 'input' : 'holding';
  const tried = await connection.registers({ registerType: other, address: ring.controlAddress, count: 1 });
  return tried.ok
    ? {
        ...refused,
        message:
          `${refused.message}. ${other} registers (function ${other === 'input' ? 4 : 3}) answer there: choose ` +
          'them'
      }
    : refused;
}

/** Nothing begins there that could be a control block: perhaps near by. */
async function noControlBlock(
  connection: SharedModbusConnection,
  ring: ModbusRing,
  wire: Uint8Array
): Promise<TransportError> {
  const { registerType, controlAddress } = ring;
  const where = `${shownRegister(registerType, controlAddress)} of ${shownDevice(connection.settings)}`;
  if (wire.every((byte) => byte === 0)) {
    const message =
      `expected the control block (OOT2) from ${where} on, found zeros: is that the right address, does the ` +
      `controller's program run, and does no watchdog of the Modbus server clear the registers?`;
    return transportError('OPENOT_MODBUS_CONTROL_ZERO', message, 'refused');
  }
  if (VERSION_1.includes(String.fromCharCode(...wire.subarray(0, 4)))) {
    return transportError(
      'OPENOT_WIRE_VERSION_1',
      `${where} begins a control block of OpenOT wire version 1 (OOT!); only version 2 (OOT2) is readable: ` +
        'update the logger on the controller',
      'refused'
    );
  }
  const count = Math.min(MAX_REGISTERS, 65_536 - controlAddress);
  const later = await connection.registers({ registerType, address: controlAddress, count });
  const found = findControl(later.ok ? later.bytes : wire);
  if (found !== undefined) return shifted(controlAddress, controlAddress + found);
  const first = Math.max(0, controlAddress - CONTROL_REGISTERS);
  const earlier =
    controlAddress === 0
      ? undefined
      : await connection.registers({ registerType, address: first, count: controlAddress - first + 4 });
  const foundEarlier = earlier?.ok === true ? findControl(earlier.bytes) : undefined;
  if (foundEarlier !== undefined) return shifted(controlAddress, first + foundEarlier);
  const atRing =
    layoutAt(wire) === undefined
      ? undefined
      : await connection.registers({ registerType, address: ring.ringAddress, count: 4 });
  if (atRing?.ok === true && findControl(atRing.bytes) === 0) {
    const message =
      `control block and ring look exchanged: a record begins at register ${controlAddress}, the control block at ` +
      `register ${ring.ringAddress}: exchange the two addresses`;
    return transportError('OPENOT_MODBUS_EXCHANGED', message, 'refused');
  }
  const bytes = Buffer.from(wire.subarray(0, 8))
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1 ');
  const message =
    `expected the control block (4f 4f 54 32, OOT2, in any byte order) from ${where} on, ` +
    `found ${layoutAt(wire) === undefined ? '' : 'a record of the ring: '}${bytes}: ` +
    'check the address (counted from 0), the register type and the unit id';
  return transportError('OPENOT_MODBUS_CONTROL_MISSING', message, 'refused');
}

function shifted(asked: number, found: number): TransportError {
  const far = Math.abs(found - asked);
  const by = `${far === 1 ? 'one register' : `${far} registers`} ${found > asked ? 'later' : 'earlier'}`;
  const hint =
    far === 1 ? ' Addresses are counted from 0 here; many tools count from 1. Check the address of the ring too' : '';
  return transportError(
    'OPENOT_MODBUS_CONTROL_SHIFTED',
    `no control block begins at register ${asked}, it was found ${by}: set controlAddress to ${found}.${hint}`,
    'refused'
  );
}

/**
 * Registers from the beginning of `wire` to the first control block. Records begin with the same sync; their byte 4 is
 * a length, a multiple of four.
 */
export function findControl(wire: Uint8Array): number | undefined {
  for (let at = 0; at + 8 <= wire.length; at += 2) {
    const layout = layoutAt(wire, at);
    if (layout !== undefined && bytesInOrder(wire.slice(at, at + 8), layout)[ControlOffset.version] % 4 !== 0)
      return at / 2;
  }
  return undefined;
}
