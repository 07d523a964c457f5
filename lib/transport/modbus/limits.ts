import { DEFAULT_MODBUS_SETTINGS, MAX_PIPELINE, MAX_REGISTERS, ModbusSettings } from './settings';

/** The settings with what is absent or out of its range at the default or the nearest limit. */
export function withLimits(given: Partial<ModbusSettings> & Pick<ModbusSettings, 'host'>): ModbusSettings {
  const number = (key: keyof typeof DEFAULT_MODBUS_SETTINGS, min: number, max: number): number => {
    const value = given[key];
    return value === undefined || !Number.isFinite(value)
      ? DEFAULT_MODBUS_SETTINGS[key]
      : Math.min(max, Math.max(min, Math.trunc(value)));
  };
  return {
    host: given.host,
    port: number('port', 1, 65_535),
    unitId: number('unitId', 0, 255),
    requestTimeoutMs: number('requestTimeoutMs', 50, 600_000),
    maxRegisters: number('maxRegisters', 1, MAX_REGISTERS),
    pipeline: number('pipeline', 1, MAX_PIPELINE)
  };
}
