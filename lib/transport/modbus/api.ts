import type { ConnectionState } from '../link';
import { TransportError } from '../transport';
import { ModbusSettings, RegisterType } from './settings';

/** State of the shared connection, for the config node and whoever shows it. */
export interface ModbusConnectionState extends ConnectionState {
  /** Connections opened since it was made: above 1 one was lost or given up. */
  connections: number;
  /** Registers that one request asks for, at most: below the setting where the device refused more. */
  maxRegisters: number;
}

/** Consecutive registers of one kind; `count` may exceed what one request brings. */
export interface RegisterAsk {
  readonly registerType: RegisterType;
  readonly address: number;
  readonly count: number;
}

/** Two bytes a register, as on the wire: the high one first. */
export type RegistersOutcome = { readonly ok: true; readonly bytes: Uint8Array } | TransportError;

/**
 * One TCP connection to one device, shared by all its readers: opened with the first holder, closed with the last, and
 * opened anew by whoever acquires it after it was lost. Made by `createModbusConnection`. Nothing here throws or
 * rejects.
 */
export interface ModbusConnection {
  readonly settings: ModbusSettings;
  state(): ModbusConnectionState;
  /** Calls `listener` at every change of state; returns how to stop that. */
  onState(listener: (state: ModbusConnectionState) => void): () => void;
  /** Takes hold and connects if there is no connection. Again after a failure: tries again. */
  acquire(holder: object): Promise<{ readonly ok: true } | TransportError>;
  /** Lets go; the last one closes the connection. */
  release(holder: object): Promise<void>;
  /** Reads registers in as few requests as the device allows, each with its own deadline. Needs a holder. */
  registers(ask: RegisterAsk): Promise<RegistersOutcome>;
  /** Ends everything at once, whoever holds it (at close of the config node); it is not opened again. */
  destroy(): Promise<void>;
}
