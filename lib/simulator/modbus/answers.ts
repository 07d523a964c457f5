import { Socket } from 'node:net';
import { SeededRandom } from '../random';
import { ModbusQuirks } from './quirks';
import { Registers } from './registers';
import { ServerRequest } from './requests';

const MAX_REGISTERS = 125;
/** Milliseconds that an answer waits for another one to share its segment with. */
const JOIN_MS = 5;

/** Makes and sends the answers, with the habits that `quirks` says at that moment. */
export class Answers {
  readonly counted = { answers: 0, exceptions: 0, registers: 0 };
  private readonly timers = new Set<NodeJS.Timeout>();
  /** Requests that wait for the end of the program's cycle. */
  private readonly forScan: Array<() => void> = [];
  private scanning: NodeJS.Timeout | undefined;
  private number = 0;
  private readonly lastIds = new WeakMap<Socket, ServerRequest>();
  private readonly held = new WeakMap<Socket, Buffer[]>();

  constructor(
    private readonly registers: Registers,
    private readonly quirks: ModbusQuirks,
    private readonly random: SeededRandom
  ) {}

  take(socket: Socket, request: ServerRequest): void {
    const { scan, delay, late, silent, unitId, foreignUnit } = this.quirks;
    this.number++;
    if (silent || (unitId !== undefined && request.unitId !== unitId && foreignUnit !== 'exception')) return;
    const isLate = late !== undefined && this.number % late.every === 0;
    const answer = (): void => {
      // The memory is copied when its turn has come, and sent late.
      const frame = this.answerTo(request);
      if (isLate) this.after(late.afterMs, () => this.send(socket, request, frame));
      else this.send(socket, request, frame);
    };
    if (scan) this.atScan(scan, answer);
    else if (delay) this.after(delay, answer);
    else answer();
  }

  stop(): void {
    clearTimeout(this.scanning);
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.forScan.length = 0;
  }

  private after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    this.timers.add(timer);
  }

  /** One at the end of each cycle. */
  private atScan(ms: number, answer: () => void): void {
    this.forScan.push(answer);
    if (this.scanning !== undefined) return;
    const cycle = (): void => {
      this.scanning = undefined;
      this.forScan.shift()?.();
      if (this.forScan.length > 0) this.scanning = setTimeout(cycle, this.quirks.scan ?? 0);
    };
    this.scanning = setTimeout(cycle, ms);
  }

  private answerTo(request: ServerRequest): Buffer {
    const exception = this.exceptionOf(request);
    if (exception !== undefined) return this.refuse(request, exception);
    const bytes = this.registers.read(request.address, request.count);
    if (typeof bytes === 'number') return this.refuse(request, bytes);
    this.counted.answers++;
    this.counted.registers += request.count;
    return frame(request, request.functionCode, Buffer.concat([Buffer.from([bytes.length]), bytes]));
  }

  private refuse(request: ServerRequest, exception: number): Buffer {
    this.counted.exceptions++;
    return frame(request, request.functionCode | 0x80, Buffer.from([exception]));
  }

  private exceptionOf({ unitId, functionCode, address, count }: ServerRequest): number | undefined {
    const { quirks } = this;
    if (quirks.unitId !== undefined && unitId !== quirks.unitId) return 11;
    if (quirks.exception !== undefined) return quirks.exception;
    if (!(quirks.functions ?? [3, 4]).includes(functionCode) || (functionCode !== 3 && functionCode !== 4)) return 1;
    if (this.isBusy()) return 6;
    if (count < 1 || count > MAX_REGISTERS) return 3;
    if (count > (quirks.maxRegisters ?? MAX_REGISTERS)) return quirks.refuseWith ?? 3;
    return address + count > 65_536 ? 2 : undefined;
  }

  private isBusy(): boolean {
    const { busy } = this.quirks;
    if (busy === undefined) return false;
    if (typeof busy === 'number') return this.random.chance(busy);
    return busy.times > 0 && busy.times-- > 0;
  }

  private send(socket: Socket, request: ServerRequest, answer: Buffer): void {
    if (socket.destroyed || socket.writableEnded) return;
    const before = this.lastIds.get(socket);
    this.lastIds.set(socket, request);
    const frames = this.quirks.staleAnswers && before !== undefined ? [stale(before), answer] : [answer];
    const bytes = Buffer.concat(frames);
    if (this.quirks.segments === 'joined') this.sendJoined(socket, bytes);
    else if (this.quirks.segments === 'split') this.sendSplit(socket, bytes);
    else socket.write(bytes);
  }

  private sendJoined(socket: Socket, bytes: Buffer): void {
    const held = this.held.get(socket) ?? [];
    this.held.set(socket, held);
    held.push(bytes);
    const flush = (): void =>
      void (held.length > 0 && !socket.destroyed && socket.write(Buffer.concat(held.splice(0))));
    if (held.length >= 2) flush();
    else this.after(JOIN_MS, flush);
  }

  /** In the header, then in the middle of a register. Answers do not overtake each other. */
  private sendSplit(socket: Socket, bytes: Buffer): void {
    const held = this.held.get(socket) ?? [];
    this.held.set(socket, held);
    const cuts = [0, 4, 10 + (bytes.length >> 1), bytes.length].map((at) => Math.min(at, bytes.length));
    const isIdle = held.length === 0;
    for (let i = 0; i + 1 < cuts.length; i++) held.push(bytes.subarray(cuts[i], cuts[i + 1]));
    const next = (): void => {
      const piece = held.shift();
      if (piece === undefined || socket.destroyed) return;
      socket.write(piece);
      if (held.length > 0) this.after(1, next);
    };
    if (isIdle) next();
  }
}

function frame({ id, unitId }: ServerRequest, functionCode: number, body: Buffer): Buffer {
  const bytes = Buffer.alloc(8 + body.length);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt16BE(2 + body.length, 4);
  bytes[6] = unitId;
  bytes[7] = functionCode;
  body.copy(bytes, 8);
  return bytes;
}

/** An answer to the request before, once more, with zeros: whoever believed it would read nothing but them. */
const stale = (before: ServerRequest): Buffer =>
  frame(before, before.functionCode & 0x7f, Buffer.alloc(1 + before.count * 2, 0).fill(before.count * 2, 0, 1));
