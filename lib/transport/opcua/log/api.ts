import type { LogPort } from '../../../logobject';
import type { TransportError } from '../../transport';

/** Which events are listened to: those that are log entries by Part 26, or all of them. */
export type EventFilterName = 'log' | 'all';

/* What the logs of a server look like from outside: no type of node-opcua is among it. */

/** A log of a server, as it shows itself. */
export interface FoundLog {
  /** NodeId with its namespace URI: `nsu=urn:plc;s=Log`, `i=19372`. */
  readonly logObject: string;
  readonly name: string;
  /** Absent where the server does not say, or says 0. */
  readonly maxRecords?: number;
  readonly maxStorageMs?: number;
  readonly minimumSeverity?: number;
  /** Whether its method can be called; a server that only copies the standard's nodes shows one that cannot. */
  readonly isReadable: boolean;
}

/** Something odd about a server or a page of its log that is read all the same. */
export interface PageWarning {
  readonly code: 'OPENOT_LOG_FLAT' | 'OPENOT_LOG_REST' | 'OPENOT_LOG_EVENTS';
  readonly message: string;
}

/** A log that can be read, with who it belongs to. */
export interface OpenLog {
  readonly port: LogPort;
  /** NodeId with its namespace URI. */
  readonly logObject: string;
  readonly name: string;
}

/** The logs of one server, open. */
export interface OpenLogs {
  readonly ok: true;
  readonly applicationUri: string;
  readonly logs: readonly OpenLog[];
}

/** The logs behind one shared connection, for one reader of them. Nothing of it rejects. */
export interface OpcuaLogs {
  /** Number of the session; logs count for the one in which they were opened. 0 = none is open. */
  readonly session: number;
  /** Opens the connection if need be, and finds the logs: those named, or the ServerLog, or all. */
  open(objects: readonly string[], warn: (warning: PageWarning) => void): Promise<OpenLogs | TransportError>;
  /**
   * Opens the connection if need be; its events are the log, from now on. `onEvent` is called when one came. A server
   * that does not let anybody listen is an error of that log's facts.
   */
  openEvents(filter: EventFilterName, onEvent: () => void): Promise<OpenLogs | TransportError>;
  /** Calls `onEvent` at every event, until the session ends or `close`: a sign that the log has something new. */
  signal(filter: EventFilterName, onEvent: () => void): Promise<{ readonly ok: true } | TransportError>;
  /** All logs there are, readable or not, for a person to choose from. */
  browse(): Promise<{ readonly ok: true; readonly logs: readonly FoundLog[] } | TransportError>;
  /** Lets go of the connection. */
  close(): Promise<void>;
}
