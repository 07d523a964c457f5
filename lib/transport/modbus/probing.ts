/** What lib/discovery looks at a device with: the same connection and the same readings as the transport. */
export { ModbusClient } from './client';
export type { RequestOutcome } from './client';
export { SharedModbusConnection } from './connection';
export { shownDevice, shownRegister } from './errors';
export { CONTROL_REGISTERS, findControl } from './inspect';
export { bytesInOrder, layoutAt } from './layout';
export type { Layout } from './layout';
export { openSocket } from './open-socket';
export { PASSING, PASSING_PAUSES_MS } from './register-reads';
export type { Opening } from './open-socket';
export { ModbusTransport } from './transport';
export { transportError } from '../link';
