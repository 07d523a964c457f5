import { Checkpoints } from './checkpoints';
import { ReaderSettings } from '../settings';
import { ReaderError } from '../status';

/**
 * Misses acknowledgements (docs/reader.md): under `onAck`, batches that were handed on and of which nothing was
 * settled
 * for `ackTimeoutMs`. It is said, never mended: what was not acknowledged is not passed over.
 */
export class AckWatch {
  private sinceMs: number | undefined;
  private told = false;

  constructor(
    private readonly settings: Pick<ReaderSettings, 'commit' | 'ackTimeoutMs' | 'maxInFlight'>,
    private readonly checkpoints: Checkpoints,
    private readonly report: (error: ReaderError) => void
  ) {}

  /** Something was settled, or everything forgotten: the waiting begins anew. */
  moved(): void {
    this.sinceMs = undefined;
    this.told = false;
  }

  /** Milliseconds until it has to be looked at again; Infinity while nothing is waited for. */
  due(nowMs: number): number {
    if (this.settings.commit !== 'onAck' || this.checkpoints.inFlight === 0) {
      this.moved();
      return Infinity;
    }
    this.sinceMs ??= nowMs;
    const left = this.sinceMs + this.settings.ackTimeoutMs - nowMs;
    if (left > 0) return left;
    if (!this.told) this.report(this.error());
    this.told = true;
    return Infinity;
  }

  /** What is wrong now. */
  get trouble(): ReaderError | undefined {
    return this.told ? this.error() : undefined;
  }

  private error(): ReaderError {
    const { inFlight } = this.checkpoints;
    return {
      code: 'OPENOT_ACK_TIMEOUT',
      message:
        `${inFlight} of at most ${this.settings.maxInFlight} batches were handed on and none was acknowledged for ` +
        `${this.settings.ackTimeoutMs / 1000} s: put an openot-ack at the end of the wires where there is none; ` +
        'else a message may have been swallowed or its msg.openot.commit removed on the way to it, or what stands ' +
        'before it is slow or failing. Reading goes ' +
        `on only until ${this.settings.maxInFlight} are outstanding; nothing is passed over. After the flow is ` +
        'mended, restart the flows or deploy them in full: reading begins again behind the last acknowledged batch'
    };
  }
}
