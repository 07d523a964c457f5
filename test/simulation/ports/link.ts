import { ReadOutcome, ReadPart, RingFacts, Transport, TransportError } from '../../../lib/transport/transport';
import { Chance } from '../chance';
import { Scheduler } from '../scheduler';
import { Alarm } from '../violation';
import { Program } from '../world/program';
import { Tearing, tornCopy } from '../world/torn-copy';
import { Gate } from './gate';

/** What a link does to those who read through it; absent or 0 = not at all. Chances are per Read. */
export interface LinkPlan {
  /** Milliseconds from request to answer. */
  readonly latency: readonly [number, number];
  readonly tearing?: Tearing;
  /** Chance that the copy begins in the middle of an update. */
  readonly midUpdate: number;
  /** Order in which the items of one Read are looked at. */
  readonly order: 'given' | 'reversed' | 'shuffled';
  /** Bytes that one request brings: the program runs on between two. */
  readonly block?: number;
  /** Answers come from copies that are made so often, in milliseconds. */
  readonly controlCopyMs?: number;
  readonly ringCopyMs?: number;
  /** Chance that such a copy is not renewed when it should be. */
  readonly missedCopy: number;
  /** Chance that one Read is answered with the memory of up to `oldMs` ago. */
  readonly old: number;
  readonly oldMs: number;
  readonly short: number;
  readonly long: number;
  readonly shifted: number;
  readonly swapped: number;
  readonly duplicated: number;
  /** Errors by remedy. */
  readonly retry: number;
  readonly lost: number;
  readonly refused: number;
  readonly timeOut: number;
  readonly timeOutMs: number;
  /** Bytes of the ring in one Read above which the server refuses. */
  readonly largest?: number;
  /** Chance that a lost session takes so long to come back, in milliseconds. */
  readonly outage: number;
  readonly outageMs: number;
  readonly connectFails: number;
  readonly tellsSize: boolean;
  readonly granularity: number;
  readonly tellsLoss: boolean;
  /** Small requests: the reader looks before it asks for a window. */
  readonly lookFirst: boolean;
}

interface Copies {
  control?: Uint8Array;
  controlLife: number;
  controlAt: number;
  ring?: Uint8Array;
  ringAt: number;
}

/** What the world's server does, whoever asks: shared by all sessions. */
export class Server {
  /** Nobody gets through before this. */
  downUntil = -1;
  refusesUntil = -1;
  /** Nothing goes wrong any more. */
  isCalm = false;
  reads = 0;
  private readonly copies: Copies = { controlLife: 0, controlAt: -1, ringAt: -1 };
  private past: { at: number; life: number; control: Uint8Array; ring: Uint8Array } | undefined;

  /** Told of every Read, for people. */
  onRead: (parts: readonly ReadPart[], outcome: ReadOutcome) => void = () => undefined;
  /** Life of the ring that the control block handed out last is of. */
  lifeSeen = 0;

  constructor(
    readonly program: Program,
    readonly plan: LinkPlan,
    readonly chance: Chance,
    readonly scheduler: Scheduler
  ) {}

  get isDown(): boolean {
    return this.scheduler.now < this.downUntil;
  }

  calm(): void {
    this.isCalm = true;
    this.downUntil = this.refusesUntil = -1;
    this.past = undefined;
  }

  does(probability: number): boolean {
    return !this.isCalm && this.chance.does(probability);
  }

  /** The parts as the server sees them between `fromMs` and now. */
  look(parts: readonly ReadPart[], fromMs: number): Uint8Array[] {
    const { plan, chance, program } = this;
    this.reads++;
    const toMs = this.scheduler.now;
    const turns = parts.map((_, i) => i);
    if (!this.isCalm && plan.order === 'reversed') turns.reverse();
    if (!this.isCalm && plan.order === 'shuffled') chance.shuffle(turns);
    program.advance(fromMs);
    this.keepPast(fromMs);
    if (this.past !== undefined && fromMs - this.past.at <= plan.oldMs && this.does(plan.old)) {
      const { control, ring, life } = this.past;
      this.lifeSeen = life;
      return parts.map((part) =>
        part.kind === 'control' ? control.slice() : ring.slice(part.offset, part.offset + part.length)
      );
    }
    const views: Uint8Array[] = new Array<Uint8Array>(parts.length);
    for (let n = 0; n < turns.length; n++) {
      program.advance(fromMs + ((toMs - fromMs) * (n + 1)) / turns.length);
      const part = parts[turns[n]];
      views[turns[n]] = part.kind === 'control' ? this.control() : this.ring(part.offset, part.length);
    }
    return views;
  }

  private control(): Uint8Array {
    const { plan, program, copies } = this;
    this.lifeSeen = program.life;
    if (program.isBlank) return new Uint8Array(88);
    if (this.isCalm || plan.controlCopyMs === undefined) return this.copy(program.plc.control, 0, 88);
    if (copies.control === undefined || this.isDue(copies.controlAt, plan.controlCopyMs)) {
      // Copied in one block, as docs/reader.md demands of a gateway: a copy that is torn would confirm itself.
      copies.control = program.plc.control.slice();
      copies.controlAt = this.scheduler.now;
      copies.controlLife = program.life;
    }
    this.lifeSeen = copies.controlLife;
    return copies.control.slice();
  }

  private ring(offset: number, length: number): Uint8Array {
    const { plan, program, copies } = this;
    // The memory may be another one than was asked for: a ring that is smaller now has no bytes there.
    const { plc } = program;
    const to = Math.min(offset + length, plc.capacity);
    if (offset >= to) return new Uint8Array(0);
    if (program.isBlank) return new Uint8Array(to - offset);
    if (this.isCalm || plan.ringCopyMs === undefined) return this.blocks(offset, to);
    if (
      copies.ring === undefined ||
      copies.ring.length !== plc.capacity ||
      this.isDue(copies.ringAt, plan.ringCopyMs)
    ) {
      copies.ring = this.copy(plc.ring, 0, plc.capacity);
      copies.ringAt = this.scheduler.now;
    }
    return copies.ring.slice(offset, to);
  }

  private isDue(at: number, everyMs: number): boolean {
    return (
      this.scheduler.now - at >= everyMs &&
      !(this.scheduler.now - at < 2 * everyMs && this.chance.does(this.plan.missedCopy))
    );
  }

  private blocks(from: number, to: number): Uint8Array {
    const { block } = this.plan;
    if (this.isCalm || block === undefined || to - from <= block) return this.copy(this.program.plc.ring, from, to);
    const out = new Uint8Array(to - from);
    for (let at = from; at < to; at += block) {
      const end = Math.min(to, at + block);
      out.set(this.copy(this.program.plc.ring, at, end), at - from);
      for (let n = this.chance.below(40); n > 0; n--) this.program.step();
    }
    return out;
  }

  private copy(source: Uint8Array, from: number, to: number): Uint8Array {
    const { plan, chance, program } = this;
    if (this.isCalm) return source.slice(from, to);
    if (plan.midUpdate > 0) for (let n = chance.does(plan.midUpdate) ? chance.below(12) : 0; n > 0; n--) program.step();
    return tornCopy(source, from, to, plan.tearing, chance, () => program.step());
  }

  private keepPast(now: number): void {
    const { plan, program } = this;
    if (plan.old === 0 || this.isCalm || (this.past !== undefined && now - this.past.at < plan.oldMs / 2)) return;
    this.past = {
      at: now,
      life: program.life,
      control: program.isBlank ? new Uint8Array(88) : program.plc.control.slice(),
      ring: program.plc.ring.slice()
    };
  }
}

/** One reader's way to the ring: a session that breaks, answers that come late, short, twice or not at all. */
export class Link implements Transport {
  private isConnected = false;
  private isClosed = false;
  private outstanding = 0;
  private last: { at: number; parts: readonly ReadPart[]; views: Uint8Array[] } | undefined;
  private readonly listeners = new Set<(error: TransportError) => void>();
  private endReading: (() => void) | undefined;
  private onChange: (() => void) | undefined;

  constructor(
    private readonly server: Server,
    private readonly gate: Gate,
    private readonly alarm: Alarm
  ) {}

  connect(): Promise<RingFacts | TransportError> {
    return this.gate.call(async () => {
      const { server } = this;
      this.isClosed = false;
      await this.wait();
      if (server.scheduler.now < server.refusesUntil) return error('OPENOT_SIM_REFUSED', 'refused');
      if (server.isDown || server.does(server.plan.connectFails)) return error('OPENOT_SIM_UNREACHABLE', 'reconnect');
      this.isConnected = true;
      const { plan, program } = server;
      return {
        ok: true,
        ringBytes: plan.tellsSize ? program.plc.capacity : undefined,
        granularity: plan.granularity,
        about: [],
        ...(plan.lookFirst ? { lookFirst: true } : {})
      };
    });
  }

  read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    if (++this.outstanding > 1) this.alarm.raise('protocol', 'a Read was begun before the one before it had ended');
    return this.gate.call(async () => {
      try {
        const outcome = await this.answer(parts);
        this.server.onRead(parts, outcome);
        return outcome;
      } finally {
        this.outstanding--;
      }
    });
  }

  watch(intervalMs: number, onChange: () => void): Promise<{ readonly ok: true; stop(): Promise<void> }> {
    const { server } = this;
    this.onChange = onChange;
    let head = -1;
    const look = (): void => {
      if (this.onChange !== onChange || this.gate.isDead) return;
      server.program.advance(server.scheduler.now);
      const { headAbs } = server.program.plc;
      if (headAbs !== head && this.isConnected) onChange();
      head = headAbs;
      server.scheduler.after(intervalMs, look);
    };
    server.scheduler.after(intervalMs, look);
    return this.gate.call(() => Promise.resolve({ ok: true, stop: () => Promise.resolve() }));
  }

  onLost(listener: (error: TransportError) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): Promise<void> {
    this.isConnected = false;
    this.isClosed = true;
    this.onChange = undefined;
    this.endReading?.();
    return this.gate.call(() => Promise.resolve());
  }

  /** The session is gone: told, where the carriage tells, also while nobody reads. */
  breakOff(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.endReading?.();
    if (!this.server.plan.tellsLoss || this.gate.isDead) return;
    for (const listener of this.listeners) listener(error('OPENOT_SIM_LOST', 'reconnect'));
  }

  private async answer(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    const { server } = this;
    const { plan, chance } = server;
    const asked = server.scheduler.now;
    if (server.does(plan.timeOut)) {
      // The answer may still come, to nobody.
      await this.wait(plan.timeOutMs);
      return this.failed('OPENOT_SIM_TIMEOUT', chance.pick(['reconnect', 'smaller', 'retry'] as const));
    }
    await this.wait();
    if (this.isClosed) return error('OPENOT_SIM_CLOSED', 'reconnect');
    if (!this.isConnected || server.isDown) return this.failed('OPENOT_SIM_LOST', 'reconnect');
    if (server.does(plan.lost)) {
      if (server.does(plan.outage)) server.downUntil = server.scheduler.now + plan.outageMs * chance.next();
      return this.failed('OPENOT_SIM_LOST', 'reconnect');
    }
    if (server.does(plan.refused)) {
      server.refusesUntil = server.scheduler.now + 20_000 * chance.next();
      return this.failed('OPENOT_SIM_REFUSED', 'refused');
    }
    if (server.does(plan.retry)) return error('OPENOT_SIM_BUSY', 'retry');
    const size = parts.reduce((sum, part) => sum + (part.kind === 'ring' ? part.length : 0), 0);
    if (!server.isCalm && plan.largest !== undefined && size > plan.largest)
      return error('OPENOT_SIM_TOO_LARGE', 'smaller');
    const views = this.spoilt(parts, server.look(parts, asked));
    this.last = { at: server.scheduler.now, parts, views };
    return { ok: true, parts: views };
  }

  /** A Read that ends so has lost its session, and tells it itself. */
  private failed(code: string, remedy: TransportError['remedy']): TransportError {
    if (remedy === 'reconnect') this.isConnected = false;
    return error(code, remedy);
  }

  private spoilt(parts: readonly ReadPart[], views: Uint8Array[]): Uint8Array[] {
    const { server } = this;
    const { plan, chance } = server;
    if (server.isCalm) return views;
    const i = chance.below(views.length);
    const { last } = this;
    // The answer to the same question, once more: an old copy.
    if (
      last !== undefined &&
      server.scheduler.now - last.at <= plan.oldMs &&
      isSame(last.parts, parts) &&
      server.does(plan.duplicated)
    )
      return last.views;
    if (server.does(plan.short) && parts[i].kind === 'ring')
      views[i] = views[i].subarray(0, chance.below(views[i].length + 1));
    if (server.does(plan.long))
      views[i] = new Uint8Array(Buffer.concat([views[i], Buffer.alloc(1 + chance.below(64), 0x4f)]));
    if (server.does(plan.shifted)) {
      const by = chance.pick([1, 2, 4]);
      const shifted = new Uint8Array(views[i].length);
      shifted.set(views[i].subarray(by));
      views[i] = shifted;
    }
    if (server.does(plan.swapped)) for (const view of views) swap(view);
    return views;
  }

  private wait(ms?: number): Promise<void> {
    const { server } = this;
    const [least, most] = server.plan.latency;
    return new Promise((resolve) => {
      const task = server.scheduler.after(
        ms ?? (server.isCalm ? least : least + (most - least) * server.chance.next()),
        resolve
      );
      this.endReading = () => {
        server.scheduler.cancel(task);
        resolve();
      };
    });
  }
}

const isSame = (a: readonly ReadPart[], b: readonly ReadPart[]): boolean =>
  a.length === b.length && a.every((part, i) => JSON.stringify(part) === JSON.stringify(b[i]));

function swap(view: Uint8Array): void {
  for (let at = 0; at + 1 < view.length; at += 2) [view[at], view[at + 1]] = [view[at + 1], view[at]];
}

const error = (code: string, remedy: TransportError['remedy']): TransportError => ({
  ok: false,
  // Made up: a reader takes whatever code its transport has.
  code: code as TransportError['code'],
  message: `${code} of the simulation`,
  remedy
});
