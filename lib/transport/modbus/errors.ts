import { errorText } from '../../base';
import { transportError } from '../link';
import { TransportError } from '../transport';

/** `host:port` as shown to people; an IPv6 address in brackets. */
export const shownDevice = ({ host, port }: { host: string; port: number }): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Both ways in which people count: `register 100 (holding, 40101)`. */
export function shownRegister(registerType: 'holding' | 'input', address: number): string {
  const base = registerType === 'holding' ? 400_001 : 300_001;
  return `${registerType} register ${address} (${base + address} in tools that count from ${base})`;
}

/** What nobody expected: a value all the same, because a promise that rejects unseen ends Node-RED. */
export const unexpectedError = (error: unknown, device: string): TransportError =>
  transportError(
    'OPENOT_MODBUS_UNEXPECTED',
    `the Modbus client failed in an unknown way at ${device} (${errorText(error).split('\n')[0].slice(0, 200)}): ` +
      'it is tried again; please report it',
    'reconnect'
  );

/** Why there is no TCP connection. */
export function openError(error: unknown, device: string): TransportError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  const advice: Record<string, string> = {
    ECONNREFUSED:
      'nothing listens there: check the port, and that the Modbus server of the controller is enabled and has a ' +
      'free connection',
    ENOTFOUND: 'the name is not known: check the host',
    EAI_AGAIN: 'the name cannot be looked up now: check the network and the host',
    EHOSTUNREACH: 'there is no way to that host: check network and cable',
    ENETUNREACH: 'there is no way to that network: check network and cable',
    ETIMEDOUT: 'nothing answers: check host, cable and firewall'
  };
  const found = advice[code] ?? `${errorText(error).split('\n')[0].slice(0, 200)}`;
  return transportError(
    'OPENOT_MODBUS_UNREACHABLE',
    `no connection to ${device}${code === '' ? '' : ` (${code})`}: ${found}`,
    'reconnect'
  );
}

/** What an exception answer means. `where` names registers and device. Codes are those of the Modbus standard. */
export function exceptionError(code: number, where: string): TransportError {
  const said = `${where}: the device answered with exception ${code}`;
  switch (code) {
    case 1:
      return transportError(
        'OPENOT_MODBUS_FUNCTION_REFUSED',
        `${said} (function not supported): choose the other register type, or enable it in the controller`,
        'refused'
      );
    case 2:
      return transportError(
        'OPENOT_MODBUS_ADDRESS_REFUSED',
        `${said} (no such address): check the address (counted from 0: what other tools call 40001 or 30001 is 0 ` +
          'here), the register type, and that the area in the controller is large enough',
        'refused'
      );
    case 3:
      return transportError(
        'OPENOT_MODBUS_VALUE_REFUSED',
        `${said} (value not allowed): check the address, and that the area in the controller is large enough`,
        'refused'
      );
    case 4:
      return transportError(
        'OPENOT_MODBUS_DEVICE_FAILURE',
        `${said} (failure in the device): is the controller in RUN? It is asked again`,
        'retry'
      );
    case 5:
    case 6:
      return transportError(
        'OPENOT_MODBUS_BUSY',
        `${said} (busy) again and again: it is asked again; a longer interval or fewer clients would help`,
        'retry'
      );
    case 10:
    case 11:
      return transportError(
        'OPENOT_MODBUS_GATEWAY',
        `${said} (the gateway does not reach the unit) again and again: check the unit id and the device behind ` +
          'the gateway; it is asked again',
        'retry'
      );
    default:
      return transportError(
        'OPENOT_MODBUS_EXCEPTION',
        `${said}, which the standard does not explain for a read: it is asked again; see the manual of the device`,
        'retry'
      );
  }
}
