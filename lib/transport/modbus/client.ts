import { Socket } from 'node:net';
import { Fifo } from '../../base';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { outcomeOf, RegisterRequest, RequestOutcome } from './answer';
import { shownDevice, shownRegister } from './errors';
import { Answer, encodeRead, FrameReader } from './frame';
import { closed } from './open-socket';
import { ModbusSettings } from './settings';

export type { RegisterRequest, RequestError, RequestOutcome } from './answer';

interface Pending {
  readonly request: RegisterRequest;
  readonly sentMs: number;
  /** Absent once the deadline has passed: then its place in the pipeline is kept until the late answer comes. */
  resolve: ((outcome: RequestOutcome) => void) | undefined;
  timer: NodeJS.Timeout;
}

interface Waiting {
  readonly request: RegisterRequest;
  readonly resolve: (outcome: RequestOutcome) => void;
}

/** Milliseconds that a late answer is waited for after its deadline, at most; then the connection is given up. */
const GRACE_MS = 1000;

/** What a client begins with. */
export interface ClientStart {
  /**
   * Milliseconds for a request as long as nothing was answered: fewer than the settings say while a link is tried
   * again.
   */
  readonly firstMs: number;
  /** Transaction id of the connection before: a gateway may still send answers to it. */
  readonly lastId: number;
}

/**
 * The requests of one TCP connection: `pipeline` in flight, the others wait. Every answer is matched by its
 * transaction id with the request that is out under it, and must fit it; so a late answer is never that of another
 * request. A device works one request off after the other, so a request whose deadline has passed keeps its place
 * until its answer comes after all; when that takes long too, the connection is given up (`onGone`).
 *
 * This is a client of our own because jsmodbus (4.0.10 and 5.0.0) cannot give that: it has one request out at a time,
 * whatever is queued; an answer that comes after its time-out ends the request that follows it and everything queued
 * (OutOfSync); an answer that it cannot parse, as one with an unknown function code, stays in its buffer for ever and
 * everything that comes later is piled up behind it.
 */
export class ModbusClient {
  /** Milliseconds of the slowest answer. */
  slowestMs = 0;
  private answered = false;
  private readonly frames = new FrameReader();
  private readonly pending = new Map<number, Pending>();
  private readonly waiting = new Fifo<Waiting>();
  /** Transaction id given last. */
  lastId: number;
  private end: TransportError | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly settings: ModbusSettings,
    private readonly start: ClientStart,
    private readonly onGone: (error: TransportError) => void
  ) {
    this.lastId = start.lastId;
    socket.on('data', (chunk: Buffer) => this.received(chunk));
    socket.on('close', () =>
      this.gone(
        transportError(
          'OPENOT_MODBUS_CONNECTION_LOST',
          `${this.device} closed the connection${this.answered ? '' : ' before it answered anything'}: a new one ` +
            'is opened. Some devices close the oldest connection when too many are open',
          'reconnect'
        )
      )
    );
    // An error is always followed by close; without a listener it would end the process.
    socket.on('error', (error) =>
      this.gone(
        transportError(
          'OPENOT_MODBUS_CONNECTION_LOST',
          `the connection to ${this.device} broke (${(error as NodeJS.ErrnoException).code ?? error.message}): a ` +
            'new one is opened',
          'reconnect'
        )
      )
    );
  }

  /** Sends when its turn has come; the deadline counts from then. Never rejects. */
  ask(request: RegisterRequest): Promise<RequestOutcome> {
    if (this.end !== undefined) return Promise.resolve(this.end);
    return new Promise((resolve) => {
      this.waiting.push({ request, resolve });
      this.send();
    });
  }

  /**
   * Ends the connection; whoever waits for an answer gets this error at once. The listeners stay: what comes late is
   * dropped. The promise ends when the device has closed its side too, or was waited for long enough.
   */
  close(error: TransportError): Promise<void> {
    this.finish(error);
    this.socket.end();
    return closed(this.socket);
  }

  private get device(): string {
    return shownDevice(this.settings);
  }

  private send(): void {
    while (this.end === undefined && this.pending.size < this.settings.pipeline) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      const { request } = next;
      const id = this.nextId();
      const ms = this.answered
        ? this.settings.requestTimeoutMs
        : Math.min(this.start.firstMs, this.settings.requestTimeoutMs);
      this.pending.set(id, {
        request,
        sentMs: performance.now(),
        resolve: next.resolve,
        timer: setTimeout(() => this.overdue(id, ms), ms)
      });
      this.socket.write(
        encodeRead(id, this.settings.unitId, request.registerType === 'holding' ? 3 : 4, request.address, request.count)
      );
    }
  }

  /** Not one that is still out, as one of a request whose answer is late. */
  private nextId(): number {
    do this.lastId = (this.lastId % 0xffff) + 1;
    while (this.pending.has(this.lastId));
    return this.lastId;
  }

  private received(chunk: Buffer): void {
    if (this.end !== undefined) return;
    for (const answer of this.frames.push(chunk)) {
      const pending = this.pending.get(answer.id);
      // Nobody waits for it: a second answer, or one of a connection before a gateway.
      if (pending === undefined) continue;
      this.take(answer, pending);
      if (this.end !== undefined) return;
    }
    if (this.frames.broken !== undefined) this.notModbus(this.frames.broken);
    else this.send();
  }

  private take(answer: Answer, pending: Pending): void {
    const outcome = outcomeOf(answer, pending.request, this.settings);
    if (outcome === undefined)
      return this.notModbus(
        `an answer of unit ${answer.unitId}, function ${answer.functionCode}, ${answer.body.length} bytes to a ` +
          `request for ${pending.request.count} registers`
      );
    clearTimeout(pending.timer);
    this.pending.delete(answer.id);
    this.answered = true;
    this.slowestMs = Math.max(this.slowestMs, performance.now() - pending.sentMs);
    pending.resolve?.(outcome);
  }

  private overdue(id: number, ms: number): void {
    const pending = this.pending.get(id);
    if (pending === undefined || this.end !== undefined) return;
    const { request, resolve } = pending;
    const { settings, device } = this;
    if (!this.answered) {
      const unit =
        `check the unit id (now ${settings.unitId}; 255, 1 and 0 are usual), ` + 'and that the controller is in RUN';
      return this.giveUp(
        transportError(
          'OPENOT_MODBUS_SILENT',
          `${device} takes the connection but did not answer a request within ${ms} ms: ${unit}. A new ` +
            'connection is tried',
          'reconnect'
        )
      );
    }
    pending.resolve = undefined;
    const graceMs = Math.min(GRACE_MS, settings.requestTimeoutMs);
    const silent =
      `${device} did not answer a request within ${ms + graceMs} ms: ` + 'the connection is given up and opened anew';
    pending.timer = setTimeout(() => this.giveUp(transportError('OPENOT_MODBUS_SILENT', silent, 'reconnect')), graceMs);
    const where = `${request.count} registers from ${shownRegister(request.registerType, request.address)}`;
    const advice =
      'they are asked for again; a longer request time-out, or fewer registers in a request, where the device ' +
      'ignores long ones';
    resolve?.(
      transportError(
        'OPENOT_MODBUS_TIMEOUT',
        `${device} did not answer within ${ms} ms for ${where}: ${advice}`,
        'retry'
      )
    );
  }

  private notModbus(found: string): void {
    this.giveUp(
      transportError(
        'OPENOT_MODBUS_PROTOCOL',
        `${this.device} sent ${found}: is that a Modbus TCP device (not RTU over TCP)? The connection is opened anew`,
        'reconnect'
      )
    );
  }

  private giveUp(error: TransportError): void {
    this.gone(error);
    this.socket.end();
  }

  private gone(error: TransportError): void {
    if (this.end !== undefined) return;
    this.finish(error);
    this.onGone(error);
  }

  private finish(error: TransportError): void {
    if (this.end !== undefined) return;
    this.end = error;
    for (const { timer, resolve } of this.pending.values()) {
      clearTimeout(timer);
      resolve?.(error);
    }
    this.pending.clear();
    for (const { resolve } of this.waiting.clear()) resolve(error);
  }
}
