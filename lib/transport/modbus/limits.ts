import { DEFAULT_MODBUS_SETTINGS, MAX_PAUSE_MS, MAX_PIPELINE, MAX_REGISTERS, ModbusSettings } from './settings';

type NumberKey = Exclude<keyof typeof DEFAULT_MODBUS_SETTINGS, 'transactionId'>;

/** The settings with what is absent or out of its range at the default or the nearest limit. */
export function withLimits(given: Partial<ModbusSettings> & Pick<ModbusSettings, 'host'>): ModbusSettings {
  const number = (key: NumberKey, min: number, max: number): number => {
    const value = given[key];
    return value === undefined || !Number.isFinite(value)
      ? DEFAULT_MODBUS_SETTINGS[key]
      : Math.min(max, Math.max(min, Math.trunc(value)));
  };
  const transactionId = given.transactionId === 'tolerant' ? 'tolerant' : 'strict';
  return {
    host: given.host,
    port: number('port', 1, 65_535),
    unitId: number('unitId', 0, 255),
    requestTimeoutMs: number('requestTimeoutMs', 50, 600_000),
    maxRegisters: number('maxRegisters', 1, MAX_REGISTERS),
    // Without its id an answer can only belong to the one request that is out.
    pipeline: transactionId === 'tolerant' ? 1 : number('pipeline', 1, MAX_PIPELINE),
    connectPauseMs: number('connectPauseMs', 0, MAX_PAUSE_MS),
    requestPauseMs: number('requestPauseMs', 0, MAX_PAUSE_MS),
    transactionId
  };
}
