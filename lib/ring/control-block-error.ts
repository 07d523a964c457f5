import type { OpenotCode } from '../base/codes';
import { SYNC_HEX_V1 } from '../wire';
import { errorCode } from '../wire/error-code';
import type { ControlBlockErrorDetail, PositionTooLarge } from './control-block';

/** The stable code of a control block error, for people and for Catch nodes (docs/format.md 7). */
export function controlBlockErrorCode(error: ControlBlockErrorDetail | PositionTooLarge): OpenotCode {
  if (error.kind === 'wrongSync' && error.found === SYNC_HEX_V1) return 'OPENOT_WIRE_VERSION_1';
  return errorCode('OPENOT_CONTROL', error.kind);
}

/** One sentence: what was expected, what was found, and what to do where a person can. The caller adds where. */
export function describeControlBlockError(error: ControlBlockErrorDetail | PositionTooLarge): string {
  switch (error.kind) {
    case 'truncated':
      return (
        `a control block has ${error.needed} bytes, only ${error.available} are there: the address, or the length ` +
        'of the variable, is not that of a control block'
      );
    case 'wrongSync':
      return error.found === SYNC_HEX_V1
        ? 'this is a control block of OpenOT wire version 1 (OOT!); only version 2 (OOT2) is readable: update the ' +
            'logger on the controller'
        : `a control block must begin with OOT2 (4f4f5432), found ${error.found}: check the address, and the order ` +
            'of the bytes';
    case 'unsupportedVersion':
      return (
        `the control block says version ${error.version}, only version 2 is readable: update the logger on the ` +
        'controller, or this package'
      );
    case 'reservedNotZero':
      return (
        `byte ${error.offset} of the control block is reserved and must be 0: this is not a control block, or one ` +
        'of a later version'
      );
    case 'updating':
      return `the controller is updating the control block (seqlock ${error.seqlock} is odd): read again`;
    case 'staleSnapshot':
      return `the control block changed while it was read (seqlock ${error.first}, then ${error.second}): read again`;
    case 'positionTooLarge':
      return (
        `${error.field} is ${error.value}; values up to 2^53-1 can be handled: the control block is damaged, or ` +
        'the logger on the controller writes it wrongly'
      );
  }
}
