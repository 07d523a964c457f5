import { TransportError } from '../transport';
import { RegisterRequest, RequestOutcome } from './answer';
import type { ModbusClient } from './client';

/** Requests of one device, whatever connections they take. */
export interface ModbusLink {
  /** Milliseconds of the slowest answer. */
  readonly slowestMs: number;
  /** Transaction id given last. */
  readonly lastId: number;
  /** Sends when its turn has come. Never rejects. */
  ask(request: RegisterRequest): Promise<RequestOutcome>;
  /** Ends everything; whoever waits for an answer gets this error at once. */
  close(error: TransportError): Promise<void>;
}

/**
 * The link to a device that closes its connection after an answer, or after a few: a new one is opened for the next
 * request, and what was asked on one that ended meanwhile is asked once more. One request at a time.
 */
export class ReopeningClient implements ModbusLink {
  slowestMs = 0;
  lastId = 0;
  private client: ModbusClient | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private end: TransportError | undefined;

  /** `open` gives a new connection, told the id given last; `onGone` is told when the device is not to be had. */
  constructor(
    private readonly open: (lastId: number) => Promise<ModbusClient | TransportError>,
    private readonly onGone: (error: TransportError) => void
  ) {}

  ask(request: RegisterRequest): Promise<RequestOutcome> {
    const outcome = this.turn.then(() => this.askNow(request));
    this.turn = outcome;
    return outcome;
  }

  async close(error: TransportError): Promise<void> {
    this.end ??= error;
    const { client } = this;
    this.client = undefined;
    await client?.close(error);
  }

  private async askNow(request: RegisterRequest): Promise<RequestOutcome> {
    for (let isAgain = false; ; isAgain = true) {
      const wasOpen = this.client !== undefined;
      this.client ??= await this.opened();
      if (this.end !== undefined) return this.end;
      const { client } = this;
      if (client === undefined) return this.failed as TransportError;
      const outcome = await client.ask(request);
      this.slowestMs = Math.max(this.slowestMs, client.slowestMs);
      this.lastId = client.lastId;
      if (client.hasEnded) this.client = undefined;
      // The connection that was there had ended while the request was on its way.
      if (!outcome.ok && outcome.remedy === 'reconnect' && wasOpen && !isAgain) continue;
      if (!outcome.ok && outcome.remedy === 'reconnect') this.onGone(outcome);
      return outcome;
    }
  }

  private failed: TransportError | undefined;

  private async opened(): Promise<ModbusClient | undefined> {
    const opened = await this.open(this.lastId);
    if ('ok' in opened) {
      this.failed = opened;
      this.onGone(opened);
      return undefined;
    }
    if (this.end === undefined) return opened;
    await opened.close(this.end);
    return undefined;
  }
}
