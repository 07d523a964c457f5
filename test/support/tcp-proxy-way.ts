import { Socket } from 'node:net';
import { Seeded } from './seeded';
import { repeatedAtMs, WayFaults } from './tcp-proxy';

/** What a direction of a connection needs of its proxy. */
export interface WayContext {
  readonly faults: WayFaults;
  readonly random: Seeded;
  isUp(): boolean;
  onPiece(): void;
  onPassed(bytes: number): void;
  onGarbled(): void;
}

/** Something that reached the proxy and goes on at `dueMs`; `end` = FIN, `break` = RST. */
interface Piece {
  readonly dueMs: number;
  readonly what: Buffer | 'end' | 'break';
}

/** Bytes that wait before the sender is told to wait too. */
const FULL = 256 * 1024;

/** One direction of one connection: everything in the order in which it came. */
export class Way {
  private queue: Piece[] = [];
  private waiting = 0;
  private timer: NodeJS.Timeout | undefined;
  private lastDueMs = 0;
  private swallows = false;
  /** Nothing passes before that: TCP has not sent again yet. */
  private notBeforeMs = 0;
  /** When the first of what waits came to a link that was down. */
  private lostSinceMs: number | undefined;
  private closed = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly context: WayContext
  ) {
    from.on('data', (data) => this.take(data));
    from.on('end', () => this.add('end', 0));
    // An error is a RST, or a server that is not there: the other side learns of it in its turn.
    from.on('error', () => this.add('break', 0));
  }

  /** From here on everything is gone for ever, also what is on its way. */
  swallow(): void {
    this.swallows = true;
    this.queue = [];
    this.waiting = 0;
    this.from.resume();
  }

  /** The link is back; `resendMs` = TCP's first interval, undefined = everything passes at once. */
  resume(resendMs: number | undefined): void {
    const nowMs = performance.now();
    this.notBeforeMs =
      resendMs === undefined || this.lostSinceMs === undefined
        ? nowMs
        : repeatedAtMs(this.lostSinceMs, resendMs, nowMs);
    this.lostSinceMs = undefined;
    this.pump();
  }

  /** What still waits on a slow link is on a quick one now. */
  hurry(): void {
    this.lastDueMs = Math.min(this.lastDueMs, performance.now());
    this.queue = this.queue.map(({ dueMs, what }) => ({ dueMs: Math.min(dueMs, this.lastDueMs), what }));
    this.pump();
  }

  /** Hands on what is due. */
  pump(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (!this.closed && this.context.isUp() && this.queue.length > 0) {
      const waitMs = Math.max(this.queue[0].dueMs, this.notBeforeMs) - performance.now();
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.pump(), waitMs);
        return;
      }
      this.handOn((this.queue.shift() as Piece).what);
    }
    if (this.waiting < FULL && this.from.isPaused()) this.from.resume();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.queue = [];
  }

  private take(data: Buffer): void {
    const { faults, random } = this.context;
    this.context.onPiece();
    if (data.length > 1 && random.next() < faults.split) {
      const at = 1 + random.below(data.length - 1);
      this.add(data.subarray(0, at), at);
      this.add(data.subarray(at), data.length - at);
    } else this.add(data, data.length);
  }

  private add(what: Piece['what'], bytes: number): void {
    if (this.swallows || this.closed) return;
    const { faults, random } = this.context;
    const travelMs = faults.delayMs + faults.jitterMs * random.next();
    const wireMs = faults.bytesPerSecond > 0 ? (1000 * bytes) / faults.bytesPerSecond : 0;
    // Nothing overtakes on a stream, and a narrow link carries one piece after the other.
    this.lastDueMs = Math.max(performance.now() + travelMs, this.lastDueMs) + wireMs;
    if (!this.context.isUp()) this.lostSinceMs ??= performance.now();
    this.queue.push({ dueMs: this.lastDueMs, what });
    this.waiting += bytes;
    if (this.waiting >= FULL) this.from.pause();
    if (this.queue.length === 1 || this.timer === undefined) this.pump();
  }

  private handOn(what: Piece['what']): void {
    if (what === 'end') this.to.end();
    else if (what === 'break') this.to.resetAndDestroy();
    else {
      this.waiting -= what.length;
      this.context.onPassed(what.length);
      if (!this.to.destroyed && this.to.writable) this.to.write(this.garbled(what));
    }
  }

  private garbled(data: Buffer): Buffer {
    const { faults, random } = this.context;
    if (random.next() >= faults.garble) return data;
    this.context.onGarbled();
    const changed = Buffer.from(data);
    for (let n = 1 + random.below(4); n > 0; n--) changed[random.below(changed.length)] ^= 1 + random.below(255);
    return changed;
  }
}
