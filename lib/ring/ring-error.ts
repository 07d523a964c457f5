import type { OpenotCode } from '../base/codes';
import { describeWireError, WireError, wireErrorCode } from '../wire';
import { errorCode } from '../wire/error-code';

/**
 * What can be wrong with a ring, or with a place in it (docs/format.md 8). Positions are absolute. Values, never
 * exceptions.
 */
export type RingErrorDetail =
  /** A zero byte where a lap begins: a record must stand there. */
  | { readonly kind: 'unexpectedWrapMarker'; readonly abs: number }
  /** A zero byte whose lap ends beyond head: no producer has written past it, so it marks nothing. */
  | { readonly kind: 'wrapBeyondHead'; readonly abs: number; readonly boundaryAbs: number; readonly headAbs: number }
  /** The record, or the shortest one possible, would not end within its lap. */
  | { readonly kind: 'recordCrossesBoundary'; readonly abs: number }
  /** A record in a ring always carries a CRC; this one says that it has none. */
  | { readonly kind: 'missingCrc'; readonly abs: number }
  | { readonly kind: 'wire'; readonly abs: number; readonly error: WireError }
  | { readonly kind: 'capacityZero' }
  | { readonly kind: 'recordExceedsCapacity'; readonly length: number; readonly capacity: number };

/** A ring error as a result: `ok` tells it from what was asked for. */
export type RingError = { readonly ok: false } & RingErrorDetail;

/** A ring error from its parts. */
export const ringError = (detail: RingErrorDetail): RingError => ({ ok: false, ...detail });

/** The stable code of a ring error, for people and for Catch nodes. A wire error keeps its own. */
export function ringErrorCode(error: RingErrorDetail): OpenotCode {
  if (error.kind === 'wire') return wireErrorCode(error.error);
  return errorCode('OPENOT_RING', error.kind);
}

/** One sentence: what was expected, what was found, and where in the ring. */
export function describeRingError(error: RingErrorDetail): string {
  switch (error.kind) {
    case 'unexpectedWrapMarker':
      return `at position ${error.abs} a lap of the ring begins: a record must stand there, found a zero byte`;
    case 'wrapBeyondHead':
      return (
        `the zero byte at position ${error.abs} would skip to ${error.boundaryAbs}, beyond the head at ` +
        `${error.headAbs}: nothing was written there yet`
      );
    case 'recordCrossesBoundary':
      return `the record at position ${error.abs} would cross the end of the ring`;
    case 'missingCrc':
      return `the record at position ${error.abs} has no CRC: records in a ring must have one`;
    case 'wire':
      return `at position ${error.abs}: ${describeWireError(error.error)}`;
    case 'capacityZero':
      return 'the ring has no bytes';
    case 'recordExceedsCapacity':
      return `a record of ${error.length} bytes does not fit into a ring of ${error.capacity}`;
  }
}
