import { DEFAULT_MODBUS_SETTINGS, ModbusSettings } from '../../lib/transport/modbus';
import { CodedError } from './coded-error';
import { choiceOf, numberOf } from './numbers';
import type { Places } from './variables';

/** The dialog's properties as they stand in a flow file. */
export interface ModbusProperties {
  host?: unknown;
  port?: unknown;
  unitId?: unknown;
  requestTimeout?: unknown;
  maxRegisters?: unknown;
  pipeline?: unknown;
  connectPause?: unknown;
  requestPause?: unknown;
  transactionId?: unknown;
}

/** Where they may name environment variables, with the label of the dialog. */
export const MODBUS_PLACES: Places<ModbusProperties> = { host: 'Host' };

/** A name, an IPv4 address, or an IPv6 address with or without brackets: no scheme, no port, no user name. */
const HOST = /^(\[[0-9a-f:.]+(%[\w.]+)?\]|[0-9a-f:.]*:[0-9a-f:.]*(%[\w.]+)?|[^\s/:[\]@%]+)$/i;

/**
 * What the connection needs, out of a dialog. Throws OPENOT_CONFIG; the message names the field, what was found and
 * what is expected.
 */
export function modbusSettings(properties: ModbusProperties): { settings: ModbusSettings; host: string } {
  const host = hostOf(properties.host);
  const fallback = DEFAULT_MODBUS_SETTINGS;
  return {
    host,
    settings: {
      ...fallback,
      host,
      port: numberOf(properties.port, { name: 'Port', fallback: fallback.port, min: 1, max: 65_535 }),
      unitId: numberOf(properties.unitId, { name: 'Unit id', fallback: fallback.unitId, min: 0, max: 255 }),
      requestTimeoutMs: numberOf(properties.requestTimeout, {
        name: 'Time-out',
        fallback: fallback.requestTimeoutMs,
        min: 100,
        max: 600_000
      }),
      maxRegisters: numberOf(properties.maxRegisters, {
        name: 'Max. registers',
        fallback: fallback.maxRegisters,
        min: 1,
        max: 125
      }),
      pipeline: numberOf(properties.pipeline, { name: 'Under way', fallback: fallback.pipeline, min: 1, max: 16 }),
      connectPauseMs: numberOf(properties.connectPause, {
        name: 'Pause after connect',
        fallback: fallback.connectPauseMs,
        min: 0,
        max: 10_000
      }),
      requestPauseMs: numberOf(properties.requestPause, {
        name: 'Pause between',
        fallback: fallback.requestPauseMs,
        min: 0,
        max: 10_000
      }),
      transactionId: choiceOf(properties.transactionId, 'Transaction id', ['strict', 'tolerant'])
    }
  };
}

function hostOf(value: unknown): string {
  const written = String(value ?? '').trim();
  if (written === '')
    throw new CodedError(
      'OPENOT_CONFIG',
      'the field "Host" is empty: the name or the IP address of the device is expected',
      'Host'
    );
  // Whatever stands before an @ may be a password.
  const shown = written.replace(/[\s\S]*@/, '…@').slice(0, 80);
  if (!HOST.test(written))
    throw new CodedError(
      'OPENOT_CONFIG',
      `the field "Host" must be a name or an IP address alone, found "${shown}": no modbus:// or tcp:// before ` +
        'it, and the port in its own field',
      'Host'
    );
  return written.replace(/^\[|\]$/g, '');
}
