import { Transport } from '../transport';
import { ModbusConnection } from './api';
import { SharedModbusConnection } from './connection';
import { ModbusRing, ModbusSettings } from './settings';
import { ModbusTransport } from './transport';

/** A ring in a Modbus device: the settings of the connection, and the registers of the ring. */
export interface ModbusRingOptions extends Partial<ModbusSettings> {
  readonly host: string;
  /** First register of the control block, counted from 0. */
  readonly control: number;
  /** First register of the ring, counted from 0. */
  readonly ring: number;
  /** Default holding. */
  readonly registerType?: ModbusRing['registerType'];
  /** Which byte stands in the high half of a register; what the control block shows counts. Default big. */
  readonly byteOrder?: ModbusRing['byteOrder'];
  readonly ringBytes?: number;
}

/**
 * A way to one ring over a connection of its own, which is opened by the first `connect` and closed by `close`. Several
 * rings of one device are reached by `createModbusConnection` and one `createModbusTransport` each. Never throws: what
 * is wrong is the outcome of `connect`.
 *
 * @example
 * ```ts
 * import { modbus } from '@openot/node-red/transport/modbus';
 *
 * const transport = modbus({ host: 'plc-7', control: 0, ring: 100 });
 * ```
 */
export function modbus(options: ModbusRingOptions): Transport {
  const { control, ring, registerType = 'holding', byteOrder = 'big', ringBytes, ...settings } = options;
  return createModbusTransport(createModbusConnection(settings), {
    registerType,
    controlAddress: control,
    ringAddress: ring,
    byteOrder,
    ringBytes
  });
}

/**
 * A connection that all rings of one device share: nothing is opened before the first of them asks. What is absent or
 * out of its range takes the default or the nearest limit.
 *
 * @example
 * ```ts
 * import { createModbusConnection } from '@openot/node-red/transport/modbus';
 *
 * const connection = createModbusConnection({ host: 'plc-7', unitId: 1, pipeline: 2 });
 * connection.onState(({ state }) => console.log(state));
 * ```
 */
export function createModbusConnection(
  settings: Partial<ModbusSettings> & Pick<ModbusSettings, 'host'>
): ModbusConnection {
  return new SharedModbusConnection(settings);
}

/**
 * A way to one ring over a shared connection. Its `close` lets go of the connection.
 * @throws TypeError when the connection was not made by `createModbusConnection`.
 *
 * @example
 * ```ts
 * import { createModbusConnection, createModbusTransport } from '@openot/node-red/transport/modbus';
 *
 * const connection = createModbusConnection({ host: 'plc-7' });
 * const transport = createModbusTransport(connection, {
 *   registerType: 'holding',
 *   controlAddress: 0,
 *   ringAddress: 100,
 *   byteOrder: 'big'
 * });
 * ```
 */
export function createModbusTransport(connection: ModbusConnection, ring: ModbusRing): Transport {
  if (!(connection instanceof SharedModbusConnection))
    throw new TypeError('connection must be made by createModbusConnection');
  return new ModbusTransport(connection, ring);
}
