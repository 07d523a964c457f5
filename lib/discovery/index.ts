/** Searches for rings and tests of them, over every carriage: what the buttons of the reader's dialog do. */
export * from './api';
export { findModbusRings, ALL_REGISTERS } from './find-modbus';
export { findOpcuaRings } from './find-opcua';
export { probeModbusRing, PROBE_MS } from './probe-modbus';
export { probeOpcuaRing } from './probe-opcua';
export type { ScanRange } from './register-scan';
