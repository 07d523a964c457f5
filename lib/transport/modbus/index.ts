/** A ring in the registers of a Modbus TCP device. */
export type { ModbusConnection, ModbusConnectionState, RegisterAsk, RegistersOutcome } from './api';
export { createModbusConnection, createModbusTransport, modbus } from './create';
export type { ModbusRingOptions } from './create';
export { DEFAULT_MODBUS_SETTINGS, MAX_PIPELINE, MAX_REGISTERS } from './settings';
export type { ByteOrder, ModbusRing, ModbusSettings, RegisterType } from './settings';
