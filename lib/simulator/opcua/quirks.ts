import { TornOptions } from '../torn-copy';

/** OPC UA types in which a controller may show bytes. Numbers hold little-endian words. */
export const elementTypes = [
  'Byte',
  'SByte',
  'UInt16',
  'Int16',
  'UInt32',
  'Int32',
  'UInt64',
  'Int64',
  'ByteString'
] as const;
/** One of `elementTypes`. */
export type ElementType = (typeof elementTypes)[number];

/** What a server does with an IndexRange. `short` = one element too few; `shifted` = one element late. */
export type IndexRangeMode = 'normal' | 'ignored' | 'refused' | 'short' | 'shifted';

/** Service faults that a Read can be answered with. */
export type ReadFault =
  'BadResponseTooLarge' | 'BadEncodingLimitsExceeded' | 'BadOutOfMemory' | 'BadTimeout' | 'BadTooManyOperations';

/** A service fault, and which Reads it answers. */
export interface FaultOptions {
  readonly status: ReadFault;
  /** Only when the Read asks for more ring or control bytes than this; absent = every Read. */
  readonly aboveBytes?: number;
  /** Milliseconds before the fault is sent; a long one makes the client's own deadline strike first. */
  readonly delay?: number;
  /** How many Reads fail before the server behaves again; absent = for ever. */
  readonly times?: number;
}

/**
 * Bad habits of real servers, each off by default. All can be set or changed while the server runs, but for the layout.
 */
export interface Quirks {
  /** Layout: type of the control block's elements. Default UInt32. */
  controlType?: ElementType;
  /** Layout: type of the ring's elements. Default UInt32. */
  ringType?: ElementType;
  /** Layout: the ring cut into so many nodes, in order. Default 1. */
  ringNodes?: number;
  /** Layout: ArrayDimensions says 0 (unknown) instead of the length. */
  dimensionsZero?: boolean;
  /** Copies are cut by the program's own stores. */
  torn?: TornOptions;
  /** Chance that a read comes while an update is half done (the copy interrupts the program: an odd seqlock). */
  midUpdate?: number;
  /** The control block is served from a copy that is renewed only every so many milliseconds. */
  staleControl?: number;
  /** The same for the ring. */
  staleRing?: number;
  indexRange?: IndexRangeMode;
  /** Status with which a range is refused. Default BadIndexRangeInvalid. */
  rangeStatus?: 'BadIndexRangeInvalid' | 'BadNotSupported' | 'BadInvalidArgument' | 'BadInternalError';
  /** Status of every value, as its 32 bits: 0x00300000 is GoodClamped. Default 0, Good. */
  valueStatus?: number;
  /** Layout: nodes in one Read, else BadTooManyOperations. */
  maxNodesPerRead?: number;
  /** Layout: sessions at a time, else BadTooManySessions. Default 20. */
  maxSessions?: number;
  /** Layout: subscriptions of one session, else BadTooManySubscriptions. Default 10. */
  maxSubscriptions?: number;
  fault?: FaultOptions;
  /** Milliseconds every Read takes. */
  delay?: number;
}
