import type { RegisterType } from '../transport/modbus';
import type { TransportError } from '../transport/transport';
import { RegisterMemory } from './register-memory';
import { PASSING } from '../transport/modbus/probing';
import type { SearchLine } from './register-line';

/** What a device says to an address that it does not have, or to a request that is too long for it. */
const NO_SUCH = new Set([2, 3]);
const NO_SUCH_FUNCTION = 1;
/** Places in a row at which what should pass does not, after which the search is given up. */
const MOST_PASSING = 4;

/** The registers that a scan looks at. */
export interface ScanRange {
  /** First and last address, counted from 0. */
  readonly from: number;
  readonly to: number;
}

/** What a step of a scan has found. */
export type ScanStep =
  /** Registers [first, end) were read now. */
  | { readonly kind: 'read'; readonly first: number; readonly end: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'noFunction' }
  /** passes: by what it says, it may be another time, or at another place. */
  | { readonly kind: 'error'; readonly error: TransportError; readonly passes: boolean };

/**
 * Reads the registers of one kind that a device has, within a range: as long requests as it takes, the edges of what
 * it has found by halving. Areas shorter than a request that lie alone are met by single registers at the end.
 */
export class RegisterScan {
  readonly memory = new RegisterMemory();
  /** Registers in one request; lowered where the device answers shorter ones and the rest behind them. */
  limit: number;
  /** Starts of requests that were refused, for a second look. */
  private readonly holes: number[] = [];
  private next: number;
  private isConfirmedAgain = false;
  /** Places in a row at which the device stayed busy, or its gateway did not reach it. */
  private passing = 0;

  constructor(
    private readonly line: SearchLine,
    readonly registerType: RegisterType,
    private readonly range: ScanRange,
    /** The shortest area that is worth finding, in registers. */
    private readonly shortest: number,
    limit: number
  ) {
    this.limit = limit;
    this.next = range.from;
  }

  get isDone(): boolean {
    return this.next > this.range.to && this.holes.length === 0;
  }

  /** One request, or a few around an edge. */
  async step(): Promise<ScanStep> {
    if (this.next > this.range.to) return this.confirmAgain();
    const address = this.next;
    const count = Math.min(this.limit, this.range.to - address + 1);
    const step = await this.read(address, count);
    if (step.kind !== 'refused') {
      this.next = address + count;
      return this.orPassed(step, address);
    }
    const { length, error } = await this.lengthFrom(address, count);
    if (error !== undefined) return { kind: 'error', error, passes: false };
    if (length === 0) {
      this.holes.push(address);
      this.next = address + count;
      return this.beginsBefore(address, count);
    }
    // The next register is there too: the request was too long, not the area too short.
    const behind = await this.line.ask(this.registerType, address + length, 1);
    if (behind.ok) this.limit = Math.min(this.limit, length);
    this.next = behind.ok ? address + length : address + length + 1;
    return { kind: 'read', first: address, end: address + length };
  }

  /** What should pass and does not may be the answer to this place alone: others are looked at all the same. */
  private orPassed(step: ScanStep, address: number): ScanStep {
    if (step.kind !== 'error' || !step.passes || ++this.passing >= MOST_PASSING) return step;
    this.holes.push(address);
    return { kind: 'refused' };
  }

  private async read(address: number, count: number): Promise<ScanStep> {
    const outcome = await this.line.ask(this.registerType, address, count);
    if (outcome.ok) {
      this.passing = 0;
      this.memory.put(address, outcome.bytes);
      return { kind: 'read', first: address, end: address + count };
    }
    if (outcome.exception === NO_SUCH_FUNCTION) return { kind: 'noFunction' };
    if (NO_SUCH.has(outcome.exception ?? 0)) return { kind: 'refused' };
    return {
      kind: 'error',
      error: { ok: false, code: outcome.code, message: outcome.message, remedy: outcome.remedy },
      passes: PASSING.has(outcome.exception ?? 0)
    };
  }

  /** How many registers from `address` on can be read at once, fewer than `refused`; what was read is kept. */
  private async lengthFrom(address: number, refused: number): Promise<{ length: number; error?: TransportError }> {
    let good = 0;
    let bad = refused;
    for (let count = 1; good < bad - 1; count = Math.floor((good + bad) / 2)) {
      const step = await this.read(address, count);
      if (step.kind === 'error') return { length: good, error: step.error };
      if (step.kind === 'read') good = count;
      else if (good === 0) return { length: 0 };
      else bad = count;
    }
    return { length: good };
  }

  /** An area that begins inside the hole and goes on behind it: where, by halving. */
  private async beginsBefore(address: number, count: number): Promise<ScanStep> {
    const last = address + count - 1;
    const end = await this.read(last, 1);
    if (end.kind !== 'read') return end.kind === 'error' ? end : { kind: 'refused' };
    let there = last;
    let absent = address;
    while (there - absent > 1) {
      const middle = Math.floor((there + absent) / 2);
      const step = await this.read(middle, 1);
      if (step.kind === 'error') return step;
      if (step.kind === 'read') there = middle;
      else absent = middle;
    }
    this.holes.pop();
    this.next = there;
    return { kind: 'refused' };
  }

  /** A short area inside a hole cannot miss registers that lie as near to each other as it is long. */
  private async confirmAgain(): Promise<ScanStep> {
    if (!this.isConfirmedAgain) {
      this.isConfirmedAgain = true;
      this.splitHoles();
    }
    const address = this.holes.shift();
    if (address === undefined || this.memory.has(address)) return { kind: 'refused' };
    const step = await this.read(address, 1);
    if (step.kind !== 'read') return step;
    return this.grow(address);
  }

  private splitHoles(): void {
    const starts = this.holes.splice(0);
    const { from, to } = this.range;
    for (const start of starts) {
      const first = from + Math.ceil((start + 1 - from) / this.shortest) * this.shortest;
      for (let address = first; address < start + this.limit && address <= to; address += this.shortest)
        this.holes.push(address);
    }
  }

  /** Everything around a single register that was met. */
  private async grow(address: number): Promise<ScanStep> {
    let first = address;
    let end = address + 1;
    for (let by = this.shortest; by >= 1;) {
      const from = Math.max(this.range.from, first - by);
      const step = from < first ? await this.read(from, first - from) : undefined;
      if (step?.kind === 'error') return step;
      if (step?.kind === 'read') first = from;
      else by = Math.floor(by / 2);
    }
    for (let by = this.shortest; by >= 1;) {
      const to = Math.min(this.range.to + 1, end + by);
      const step = to > end ? await this.read(end, to - end) : undefined;
      if (step?.kind === 'error') return step;
      if (step?.kind === 'read') end = to;
      else by = Math.floor(by / 2);
    }
    return { kind: 'read', first, end };
  }
}
