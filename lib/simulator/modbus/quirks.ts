import { Quirks } from '../opcua/quirks';

/**
 * Bad habits of real Modbus servers, each off by default. The object is read at every request, so all of it can be
 * changed while the server runs. Those of the copy itself (torn, midUpdate, staleControl, staleRing) are OPC UA's.
 */
export interface ModbusQuirks extends Pick<Quirks, 'torn' | 'midUpdate' | 'staleControl' | 'staleRing'> {
  /** Byte of the image that stands in a register's high half: big (the default) = the first, little = the second. */
  byteOrder?: 'big' | 'little';
  /** The two registers of a 32-bit word are exchanged: as programs show DINTs that a library wrote. */
  wordsSwapped?: boolean;
  /** Everything stands so many registers later (or earlier) than configured. */
  shift?: number;
  /** Registers in one request, at most; more are refused with `refuseWith`. Default 125. */
  maxRegisters?: number;
  /** Default 3. */
  refuseWith?: 2 | 3;
  /** Functions that are answered; all others get exception 1. Default 3 and 4. */
  functions?: readonly number[];
  /** Milliseconds of the program's cycle: one request is answered at the end of each, whoever sent it. */
  scan?: number;
  /** Milliseconds before an answer is sent. */
  delay?: number;
  /** Chance that a request is answered with exception 6 (busy), or how many of the next ones are. */
  busy?: number | { times: number };
  /** Exception that every request is answered with. */
  exception?: number;
  /** Connections at a time; the oldest is closed when another comes. Default 16. */
  maxConnections?: number;
  /** A watchdog has cleared the registers. */
  zeroed?: boolean;
  /** The only unit id that is answered; the others get no answer, or exception 11 with `foreignUnit`. */
  unitId?: number;
  foreignUnit?: 'silent' | 'exception';
  /** Every so many requests, an answer comes only `afterMs` later, under its own old transaction id. */
  late?: { readonly every: number; readonly afterMs: number };
  /** Before each answer comes one more with the transaction id of the request before, and zeros in it. */
  staleAnswers?: boolean;
  /** How answers lie in TCP segments: joined = two in one, split = each in three. */
  segments?: 'joined' | 'split';
  /** Requests are taken and never answered. */
  silent?: boolean;
  /** Stores that the program does between two requests, at most. */
  storesBetween?: number;
}
