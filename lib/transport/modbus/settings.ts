/** How a Modbus TCP device is reached, and where in it the ring lies. */

/** holding: function 3; input: function 4. */
export type RegisterType = 'holding' | 'input';
/** Which byte of the ring stands in the high half of a register: big = the first of the two, little = the second. */
export type ByteOrder = 'big' | 'little';

/** How an answer is matched with its request. */
export type TransactionIdName = 'strict' | 'tolerant';

/** Shared by all readers of one `openot-modbus` node. */
export interface ModbusSettings {
  readonly host: string;
  readonly port: number;
  /** 0 to 255. */
  readonly unitId: number;
  /** Milliseconds that one request may take, and that opening the connection may take. */
  readonly requestTimeoutMs: number;
  /** Registers in one request, 1 to 125; lowered where the device refuses. */
  readonly maxRegisters: number;
  /** Requests in flight at a time, 1 to 16; 1 with tolerant transaction ids. */
  readonly pipeline: number;
  /** Milliseconds that a device is left alone after connecting, 0 to 10,000. */
  readonly connectPauseMs: number;
  /** Milliseconds between an answer and the next request, 0 to 10,000. */
  readonly requestPauseMs: number;
  /**
   * strict: an answer belongs to the request whose transaction id it bears. tolerant: to the one request that is in
   * flight, whatever it bears, for devices that always send 0.
   */
  readonly transactionId: TransactionIdName;
}

/** For what a device node does not say. */
export const DEFAULT_MODBUS_SETTINGS: Omit<ModbusSettings, 'host'> = {
  port: 502,
  unitId: 255,
  requestTimeoutMs: 3000,
  maxRegisters: 125,
  pipeline: 1,
  connectPauseMs: 0,
  requestPauseMs: 0,
  transactionId: 'strict'
};

/** The standard's limit for functions 3 and 4. */
export const MAX_REGISTERS = 125;
/** Milliseconds of a pause, at most. */
export const MAX_PAUSE_MS = 10_000;
/** Requests in flight, at most. */
export const MAX_PIPELINE = 16;

/**
 * Where the bytes lie. Addresses are counted from 0, as on the wire: 0 is the register that tools call 40001 or 30001.
 */
export interface ModbusRing {
  readonly registerType: RegisterType;
  readonly controlAddress: number;
  readonly ringAddress: number;
  /** What is expected; what the control block shows counts. */
  readonly byteOrder: ByteOrder;
  /** Bytes of the ring, where somebody knows: then the control block must say the same. */
  readonly ringBytes?: number;
}
