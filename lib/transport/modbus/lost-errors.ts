import { transportError } from '../link';
import { TransportError } from '../transport';
import type { RegisterRequest } from './answer';
import { shownRegister } from './errors';

/** A connection on which so few were answered may show a habit of the device. */
export const FEW_ANSWERS = 8;

/** The device has closed the connection. */
export const closedError = (device: string, hasAnswered: boolean): TransportError =>
  transportError(
    'OPENOT_MODBUS_CONNECTION_LOST',
    `${device} closed the connection${hasAnswered ? '' : ' before it answered anything'}: a new one is opened. Some ` +
      'devices close the oldest connection when too many are open',
    'reconnect'
  );

/** The connection broke. */
export const brokenError = (device: string, error: Error): TransportError =>
  transportError(
    'OPENOT_MODBUS_CONNECTION_LOST',
    `the connection to ${device} broke (${(error as NodeJS.ErrnoException).code ?? error.message}): a new ` +
      'one is opened',
    'reconnect'
  );

/** What came is no answer of Modbus TCP. */
export const protocolError = (device: string, found: string): TransportError =>
  transportError(
    'OPENOT_MODBUS_PROTOCOL',
    `${device} sent ${found}: is that a Modbus TCP device (not RTU over TCP)? The connection is opened anew`,
    'reconnect'
  );

/** One request was not answered in time, on a connection that has answered others. */
export function timeoutError(device: string, request: RegisterRequest, ms: number, answers: number): TransportError {
  const where = `${request.count} registers from ${shownRegister(request.registerType, request.address)}`;
  const pause = answers <= FEW_ANSWERS ? ', or a pause between requests,' : '';
  const advice =
    `they are asked for again; a longer request time-out, or fewer registers in a request${pause} helps where the ` +
    'device drops requests';
  const message = `${device} did not answer within ${ms} ms for ${where}: ${advice}`;
  return transportError('OPENOT_MODBUS_TIMEOUT', message, 'retry');
}

/** What is known of a connection on which a request was not answered. */
export interface Unanswered {
  /** Answers on this connection before it. */
  readonly answers: number;
  readonly ms: number;
  readonly unitId: number;
  /** Transaction id of an answer that belongs to no request. */
  readonly unmatchedId: number | undefined;
}

/** A device that takes connections and does not answer: what may be the reason, as far as the connection shows it. */
export function silentError(device: string, { answers, ms, unitId, unmatchedId }: Unanswered): TransportError {
  const silent = (message: string): TransportError => transportError('OPENOT_MODBUS_SILENT', message, 'reconnect');
  if (unmatchedId !== undefined)
    return silent(
      `${device} answers with transaction id ${unmatchedId}, which belongs to no request: set the transaction id to ` +
        'tolerant in the Modbus node, for devices that do not repeat it'
    );
  if (answers > 0 && answers <= FEW_ANSWERS)
    return silent(
      `${device} answered ${answers === 1 ? 'the first request' : `${answers} requests`} on this connection and then ` +
        `nothing within ${ms} ms: a pause between requests in the Modbus node (50 ms) helps devices that need one. ` +
        'The connection is opened anew'
    );
  if (answers > 0)
    return silent(`${device} did not answer a request within ${ms} ms: the connection is given up and opened anew`);
  return silent(
    `${device} takes the connection but did not answer a request, asked twice within ${ms} ms: check the unit id ` +
      `(now ${unitId}; 255, 1 and 0 are usual), and that the controller is in RUN; another master, or a reader of ` +
      'this or another Node-RED, may hold the only connection that it serves. A new connection is tried'
  );
}
