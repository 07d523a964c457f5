import { Transport } from '../transport';
import { ModbusConnection } from './api';
import { SharedModbusConnection } from './connection';
import { ModbusRing, ModbusSettings } from './settings';
import { ModbusTransport } from './transport';

export * from './api';
export * from './settings';

/** For lib/discovery, which looks at a device with the same connection and the same readings. */
export { SharedModbusConnection } from './connection';
export { transportError } from '../link';
export { ModbusClient } from './client';
export type { RequestOutcome } from './client';
export { shownDevice, shownRegister } from './errors';
export { CONTROL_REGISTERS, findControl } from './inspect';
export { bytesInOrder, layoutAt } from './layout';
export type { Layout } from './layout';
export { openSocket } from './open-socket';
export type { Opening } from './open-socket';
export { ModbusTransport } from './transport';

/**
 * What a device node makes once: nothing is opened before the first reader asks. What is absent or out of its range
 * takes the default or the nearest limit.
 */
export function createModbusConnection(
  settings: Partial<ModbusSettings> & Pick<ModbusSettings, 'host'>
): ModbusConnection {
  return new SharedModbusConnection(settings);
}

/**
 * A way to one ring over a shared connection. Its `close` lets go of the connection.
 * @throws TypeError when the connection was not made by `createModbusConnection`.
 */
export function createModbusTransport(connection: ModbusConnection, ring: ModbusRing): Transport {
  if (!(connection instanceof SharedModbusConnection))
    throw new TypeError('connection must be made by createModbusConnection');
  return new ModbusTransport(connection, ring);
}
