import { transportError } from '../link';
import { TransportError } from '../transport';

/** Connections that ended over a Read of a whole ring before that counts as the reason. */
const ENOUGH = 2;

/**
 * Reads of a ring's variable as a whole, because its server refuses ranges: they cannot be made smaller. What fails
 * with them is told as that, where the plain error would promise smaller Reads or a new session for ever.
 */
export class WholeReads {
  private broken = 0;

  /** One has come. */
  came(): void {
    this.broken = 0;
  }

  /** The error of a Read of `text` as a whole; `bytes` where its length is known. */
  failed(error: TransportError, text: string, bytes?: number): TransportError {
    const size = bytes === undefined ? '' : ` (${bytes} bytes)`;
    const whole = `the server answers no range of ${text}, and as a whole${size}`;
    const advice =
      'make the ring of several variables, one NodeId a line, or raise the message size that the server allows';
    if (error.code === 'OPENOT_OPCUA_TIMEOUT')
      return {
        ...error,
        message: `${whole} it did not come in time: raise the time-out, or ${advice}`,
        remedy: 'retry'
      };
    if (error.code === 'OPENOT_OPCUA_SESSION_LOST' && ++this.broken < ENOUGH) return error;
    if (error.code !== 'OPENOT_OPCUA_TOO_LARGE' && error.code !== 'OPENOT_OPCUA_SESSION_LOST') return error;
    const found =
      error.code === 'OPENOT_OPCUA_TOO_LARGE'
        ? 'it is too large for an answer'
        : 'the connection ended over it again and again';
    return transportError('OPENOT_OPCUA_WHOLE_TOO_LARGE', `${whole} ${found}: ${advice}`, 'refused');
  }
}
