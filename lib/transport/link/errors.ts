import type { OpenotCode } from '../../base/codes';
import { Remedy, TransportError } from '../transport';

/** An error as transports answer with it. */
export const transportError = (code: OpenotCode, message: string, remedy: Remedy): TransportError => ({
  ok: false,
  code,
  message,
  remedy
});
