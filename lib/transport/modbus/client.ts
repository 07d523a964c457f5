import { Socket } from 'node:net';
import { Fifo } from '../../base';
import { TransportError } from '../transport';
import { outcomeOf, RegisterRequest, RequestOutcome } from './answer';
import { shownDevice } from './errors';
import { brokenError, closedError, protocolError, silentError, timeoutError } from './lost-errors';
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
  /** It was sent a second time, under the same id. */
  isRepeated: boolean;
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
  /** Answers so far. */
  answers = 0;
  /** The device closed the connection in order. */
  wasClosed = false;
  /** Transaction id of an answer that belongs to no request. */
  private unmatchedId: number | undefined;
  /** Nothing is sent before, and (tolerant) nothing that comes is an answer: of the monotonic clock. */
  private readyMs: number;
  private pace: NodeJS.Timeout | undefined;
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
    this.readyMs = performance.now() + settings.connectPauseMs;
    socket.on('data', (chunk: Buffer) => this.received(chunk));
    socket.on('end', () => (this.wasClosed = this.end === undefined));
    socket.on('close', () => this.gone(closedError(this.device, this.answers > 0)));
    // An error is always followed by close; without a listener it would end the process.
    socket.on('error', (error) => this.gone(brokenError(this.device, error)));
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

  /** Nothing can be asked any more. */
  get hasEnded(): boolean {
    return this.end !== undefined;
  }

  private get device(): string {
    return shownDevice(this.settings);
  }

  private send(): void {
    while (this.end === undefined && this.pending.size < this.settings.pipeline) {
      if (this.waiting.length === 0 || this.pausing()) return;
      const { request, resolve } = this.waiting.shift() as Waiting;
      const id = this.nextId();
      const ms =
        this.answers > 0
          ? this.settings.requestTimeoutMs
          : Math.min(this.start.firstMs, this.settings.requestTimeoutMs);
      const timer = setTimeout(() => this.overdue(id, ms), ms);
      this.pending.set(id, { request, sentMs: performance.now(), resolve, timer, isRepeated: false });
      this.write(id, request);
    }
  }

  /** True while the device is to be left alone; then this comes again by itself. */
  private pausing(): boolean {
    const leftMs = this.readyMs - performance.now();
    if (leftMs <= 0) return false;
    clearTimeout(this.pace);
    this.pace = setTimeout(() => this.send(), leftMs);
    return true;
  }

  private write(id: number, { registerType, address, count }: RegisterRequest): void {
    this.socket.write(encodeRead(id, this.settings.unitId, registerType === 'holding' ? 3 : 4, address, count));
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
      const id = this.idOf(answer);
      const pending = id === undefined ? undefined : this.pending.get(id);
      // Nobody waits for it: a second answer, or one of a connection before a gateway.
      if (id === undefined || pending === undefined) {
        this.unmatchedId = answer.id;
        continue;
      }
      this.take(id, answer, pending);
      if (this.end !== undefined) return;
    }
    if (this.frames.broken !== undefined) this.notModbus(this.frames.broken);
    else this.send();
  }

  /** The request that it answers; undefined where it answers none. */
  private idOf({ id }: Answer): number | undefined {
    if (this.settings.transactionId === 'strict') return id;
    // What comes while nothing was sent, or right behind a request that was sent twice, is a second answer.
    const [only] = this.pending.keys();
    return performance.now() < this.readyMs ? undefined : only;
  }

  private take(id: number, answer: Answer, pending: Pending): void {
    const outcome = outcomeOf(answer, pending.request, this.settings);
    if (outcome === undefined)
      return this.notModbus(
        `an answer of unit ${answer.unitId}, function ${answer.functionCode}, ${answer.body.length} bytes to a ` +
          `request for ${pending.request.count} registers`
      );
    clearTimeout(pending.timer);
    this.pending.delete(id);
    this.answers++;
    const nowMs = performance.now();
    this.slowestMs = Math.max(this.slowestMs, nowMs - pending.sentMs);
    const isTwice = pending.isRepeated && this.settings.transactionId === 'tolerant';
    this.readyMs = nowMs + Math.max(this.settings.requestPauseMs, isTwice ? GRACE_MS : 0);
    pending.resolve?.(outcome);
  }

  private overdue(id: number, ms: number): void {
    const pending = this.pending.get(id);
    if (pending === undefined || this.end !== undefined) return;
    const { request, resolve } = pending;
    const { settings, device, answers, unmatchedId } = this;
    if (answers === 0 && !pending.isRepeated && ms >= settings.requestTimeoutMs) {
      // Devices that need a while after connecting drop what comes before.
      pending.isRepeated = true;
      pending.timer = setTimeout(() => this.overdue(id, ms), ms);
      return this.write(id, request);
    }
    const unanswered = { answers, unitId: settings.unitId, unmatchedId };
    if (answers === 0) {
      const passedMs = pending.isRepeated ? 2 * ms : ms;
      return this.giveUp(silentError(device, { ...unanswered, ms: passedMs }));
    }
    pending.resolve = undefined;
    const graceMs = Math.min(GRACE_MS, settings.requestTimeoutMs);
    const silent = silentError(device, { ...unanswered, ms: ms + graceMs });
    pending.timer = setTimeout(() => this.giveUp(silent), graceMs);
    resolve?.(timeoutError(device, request, ms, answers));
  }

  private notModbus(found: string): void {
    this.giveUp(protocolError(this.device, found));
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
    clearTimeout(this.pace);
    for (const { timer, resolve } of this.pending.values()) {
      clearTimeout(timer);
      resolve?.(error);
    }
    this.pending.clear();
    for (const { resolve } of this.waiting.clear()) resolve(error);
  }
}
