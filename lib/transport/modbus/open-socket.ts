import { connect, Socket } from 'node:net';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { openError, shownDevice } from './errors';

/** Milliseconds of quiet after which the system asks whether the other side is still there. */
const KEEP_ALIVE_MS = 10_000;
/** Milliseconds that a device has to close its side; then ours is gone all the same. */
const CLOSE_MS = 500;

/** A connection attempt that can be called off. */
export interface Opening {
  readonly done: Promise<Socket | TransportError>;
  abort(): void;
}

/**
 * Connects within `ms`. The socket has an `error` listener from its first moment on: an error without one ends the
 * process.
 */
export function openSocket(to: { readonly host: string; readonly port: number }, ms: number): Opening {
  const device = shownDevice(to);
  let socket: Socket;
  try {
    socket = connect({
      host: to.host,
      port: to.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS
    });
  } catch (error) {
    return { done: Promise.resolve(openError(error, device)), abort: () => undefined };
  }
  const done = new Promise<Socket | TransportError>((resolve) => {
    const timer = setTimeout(
      () =>
        end(
          transportError(
            'OPENOT_MODBUS_UNREACHABLE',
            `no connection to ${device} within ${Math.round(ms)} ms: check host, port, cable and firewall`,
            'reconnect'
          )
        ),
      ms
    );
    const end = (outcome: Socket | TransportError): void => {
      clearTimeout(timer);
      resolve(outcome);
      if (!(outcome instanceof Socket)) socket.destroy();
    };
    socket.once('connect', () => end(socket));
    socket.on('error', (error) => end(openError(error, device)));
    socket.once('close', () => end(openError(new Error('the connection was closed'), device)));
  });
  return { done, abort: () => socket.destroy() };
}

/**
 * Waits until a socket that was ended (FIN) is closed by the other side too; a silent one is destroyed after half a
 * second.
 */
export function closed(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), CLOSE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
