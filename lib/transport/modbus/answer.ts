import { TransportError } from '../transport';
import { exceptionError, shownDevice, shownRegister } from './errors';
import { Answer } from './frame';
import { ModbusSettings, RegisterType } from './settings';

/** One request: at most as many registers as one answer holds. */
export interface RegisterRequest {
  readonly registerType: RegisterType;
  readonly address: number;
  readonly count: number;
}

/** Why a request brought no registers; `exception` where the device answered, and said why. */
export interface RequestError extends TransportError {
  readonly exception?: number;
}

/** Two bytes a register, as on the wire. */
export type RequestOutcome = { readonly ok: true; readonly bytes: Uint8Array } | RequestError;

/** What an answer says to a request. Undefined when it is no answer to that request, although it bears its id. */
export function outcomeOf(
  { functionCode, body }: Answer,
  request: RegisterRequest,
  settings: ModbusSettings
): RequestOutcome | undefined {
  const asked = request.registerType === 'holding' ? 3 : 4;
  if (functionCode === (asked | 0x80) && body.length >= 1) {
    const where =
      `${request.count} registers from ${shownRegister(request.registerType, request.address)} of ` +
      `${shownDevice(settings)}, unit ${settings.unitId}`;
    return { ...exceptionError(body[0], where), exception: body[0] };
  }
  // Many devices answer with a unit id of their own: it is the answer to this request all the same.
  if (functionCode !== asked || body.length !== 1 + request.count * 2 || body[0] !== request.count * 2)
    return undefined;
  return { ok: true, bytes: body.subarray(1) };
}
