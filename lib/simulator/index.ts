/**
 * A controller in a process: a producer that fills a ring, two plants that feed it, and servers for OPC UA and Modbus
 * TCP that show it.
 */
export * from './opcua/opcua-server';
export * from './opcua/quirks';
export * from './modbus/modbus-server';
export * from './modbus/quirks';
export type { ServerRequest } from './modbus/requests';
export * from './memory';
export * from './producer';
export * from './lifecycle';
export { simulatorCommands } from './commands';
export type { CommandResult, SimulatorCommand } from './commands';
export * from './simulator';
export { scenarios, type ScenarioName } from './scenarios';
export type { PlayerState } from './player';
export type { TruthRecord } from './truth';
export { LogStore } from './log-store';
export type { LogAnswer, LogCall, LogHabits, ServedLog } from './log-store';
