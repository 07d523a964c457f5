import type { OpenotCode } from '../../../base';
import type { LogError, LogRemedy } from '../../../logobject';
import type { TransportError } from '../../transport';

/** What an answer of GetRecords means. */
const ANSWERS: Readonly<Record<string, readonly [OpenotCode, LogRemedy, string]>> = {
  BadInvalidArgument: ['OPENOT_LOG_ARGUMENT', 'later', 'it refuses our arguments'],
  BadArgumentsMissing: ['OPENOT_LOG_ARGUMENT', 'later', 'it misses an argument'],
  BadOutOfRange: ['OPENOT_LOG_ARGUMENT', 'later', 'it refuses an argument'],
  BadTypeMismatch: ['OPENOT_LOG_ARGUMENT', 'later', 'it refuses the type of an argument'],
  BadContinuationPointInvalid: ['OPENOT_LOG_CONTINUATION', 'startOver', 'it forgot where the reading was'],
  BadNoContinuationPoints: ['OPENOT_LOG_POINTS', 'later', 'it has no continuation point left'],
  BadUserAccessDenied: ['OPENOT_LOG_DENIED', 'later', 'this user may not read it'],
  BadNodeIdUnknown: ['OPENOT_LOG_NONE', 'refused', 'it is not there'],
  BadNodeIdInvalid: ['OPENOT_LOG_NONE', 'refused', 'it is not there'],
  BadMethodInvalid: ['OPENOT_LOG_NONE', 'refused', 'it has no such method'],
  BadNotExecutable: ['OPENOT_LOG_NOT_IMPLEMENTED', 'refused', 'it cannot be read'],
  BadNotImplemented: ['OPENOT_LOG_NOT_IMPLEMENTED', 'refused', 'it cannot be read'],
  BadInternalError: ['OPENOT_LOG_NOT_IMPLEMENTED', 'refused', 'it cannot be read'],
  BadResponseTooLarge: ['OPENOT_LOG_TOO_LARGE', 'smaller', 'the answer would be too large'],
  BadEncodingLimitsExceeded: ['OPENOT_LOG_TOO_LARGE', 'smaller', 'the answer would be too large']
};

/** A status of a call, named `BadUserAccessDenied`, as an error; `at` = log and server, for a person. */
export function logError(status: string, at: string): LogError {
  const [code, remedy, what] = ANSWERS[status] ?? ['OPENOT_OPCUA_READ_FAILED', 'later', 'it cannot be read now'];
  return { ok: false, code, message: `the log ${at}: ${what} (${status})`, remedy };
}

/** A failure of the connection or of a service as an error of a log. */
export function logErrorOf({ code, message, remedy }: TransportError): LogError {
  if (code === 'OPENOT_OPCUA_TOO_LARGE') return { ok: false, code: 'OPENOT_LOG_TOO_LARGE', message, remedy: 'smaller' };
  return { ok: false, code, message, remedy: remedy === 'refused' ? 'refused' : 'later' };
}
