import type { ConnectionState } from '../link';

/** State of the shared connection, for the config node and whoever shows it. */
export interface OpcuaConnectionState extends ConnectionState {
  /** Clients built since it was made: above 1 the watchdog or an error has thrown one away. */
  clients: number;
}

/**
 * One session to one endpoint, shared by all its readers: opened with the first, closed with the last.
 * Made by `createOpcuaConnection`; handed to `createOpcuaTransport`.
 */
export interface OpcuaConnection {
  state(): OpcuaConnectionState;
  /** Calls `listener` at every change of state; returns how to stop that. */
  onState(listener: (state: OpcuaConnectionState) => void): () => void;
  /**
   * Lets go of the session at once, whoever holds it (at close of the config node). At most half a second. Never
   * rejects.
   */
  destroy(): Promise<void>;
}
