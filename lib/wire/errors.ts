import type { OpenotCode } from '../base/codes';
import { errorCode } from './error-code';
import { SYNC_HEX_V1 } from './header';

/**
 * What can be wrong with one record's bytes, or with a record to be encoded (docs/format.md 6). Values, never
 * exceptions.
 */
export type WireErrorDetail =
  | { readonly kind: 'truncated'; readonly needed: number; readonly available: number }
  /** `found` = the four bytes at the sync position as lowercase hex. */
  | { readonly kind: 'wrongSync'; readonly found: string }
  | { readonly kind: 'invalidLength'; readonly totalLength: number; readonly available: number }
  /** `expected` = stored in the record, `actual` = computed over its bytes. */
  | { readonly kind: 'crcMismatch'; readonly expected: number; readonly actual: number }
  /** `offset` = of the slot's header, from the record's first byte. */
  | { readonly kind: 'invalidSlot'; readonly offset: number }
  /** `offset` = of the padding byte that is not zero, from the record's first byte. */
  | { readonly kind: 'invalidPadding'; readonly offset: number }
  | { readonly kind: 'slotTooLong'; readonly key: number; readonly len: number }
  | { readonly kind: 'recordTooLong'; readonly len: number };

/** A wire error as a result: `ok` tells it from a record. */
export type WireError = { readonly ok: false } & WireErrorDetail;

/** A wire error from its parts. */
export const wireError = (detail: WireErrorDetail): WireError => ({ ok: false, ...detail });

/** The stable code of a wire error, for people and for Catch nodes. */
export function wireErrorCode(error: WireErrorDetail): OpenotCode {
  if (error.kind === 'wrongSync' && error.found === SYNC_HEX_V1) return 'OPENOT_WIRE_VERSION_1';
  return errorCode('OPENOT_WIRE', error.kind);
}

const hex8 = (value: number): string => '0x' + value.toString(16).padStart(8, '0');

/** One sentence: what was expected and what was found. The caller adds where. */
export function describeWireError(error: WireErrorDetail): string {
  switch (error.kind) {
    case 'truncated':
      return `the record needs ${error.needed} bytes, only ${error.available} are there`;
    case 'wrongSync':
      return error.found === SYNC_HEX_V1
        ? 'this is a record of OpenOT wire version 1 (OOT!); only version 2 (OOT2) is readable: update the logger ' +
            'on the controller'
        : `a record must begin with OOT2 (4f4f5432), found ${error.found}`;
    case 'invalidLength':
      return (
        `the length field says ${error.totalLength} bytes, which no record of this kind can have ` +
        `(${error.available} are there)`
      );
    case 'crcMismatch':
      return `the CRC-32C stored is ${hex8(error.expected)}, the bytes give ${hex8(error.actual)}`;
    case 'invalidSlot':
      return `the slot at byte ${error.offset} does not fit into the record`;
    case 'invalidPadding':
      return `the padding byte at ${error.offset} is not zero`;
    case 'slotTooLong':
      return `the payload of key ${error.key} has ${error.len} bytes, at most 255 are possible`;
    case 'recordTooLong':
      return `the record would have ${error.len} bytes, at most 65535 are possible`;
  }
}
