import { DEFAULT_MODBUS_SETTINGS, ModbusSettings, RegisterType } from '../transport/modbus';
import { shownRegister } from '../transport/modbus/probing';
import type { TransportError } from '../transport/transport';
import { DEFAULT_FIND_LIMITS, FindLimits, FindOutcome, FoundRing, ModbusFields } from './api';
import { Budget } from './budget';
import { SearchLine } from './register-line';
import { RegisterReads } from './register-reads';
import { RegisterScan, ScanRange } from './register-scan';
import { blockOf, checkRing, RingCheck } from './ring-check';
import { CONTROL_REGISTERS, oddControlsIn, SyncPlace, syncsIn } from './sync-search';
import { describeRing, durationText } from './texts';

/** Every address there is. */
export const ALL_REGISTERS: ScanRange = { from: 0, to: 65_535 };

/** Milliseconds that a scan may take: below the minute after which many a proxy gives a request up. */
const FIND_MODBUS_MS = 45_000;
/** Part of the time that the first kind of registers may take, so that the second one gets its turn. */
const FIRST_SHARE = 0.65;
/** Places that are tried for one control block whose ring does not follow it. */
const MAX_TRIED = 16;

/**
 * Scans a range of a device's holding and input registers for control blocks and the rings that belong to them. A
 * connection of its own, one request at a time, closed at the end; within `limits.timeMs`, or until `signal` says so.
 * Never rejects.
 *
 * @example
 * ```ts
 * import { findModbusRings } from '@openot/node-red/discovery';
 *
 * const found = await findModbusRings({ host: 'plc-7' });
 * if (!found.ok) console.error(found.message);
 * else for (const { fields } of found.rings) console.log(fields.controlAddress, fields.ringAddress);
 * ```
 */
export async function findModbusRings(
  settings: Partial<ModbusSettings> & Pick<ModbusSettings, 'host'>,
  range: ScanRange = ALL_REGISTERS,
  limits: Partial<FindLimits> = {},
  signal?: AbortSignal
): Promise<FindOutcome<ModbusFields>> {
  const all = { ...DEFAULT_FIND_LIMITS, timeMs: FIND_MODBUS_MS, ...limits };
  const budget = new Budget(all.timeMs, signal);
  const line = new SearchLine({ ...DEFAULT_MODBUS_SETTINGS, ...settings });
  budget.onEnd(() => void line.close());
  try {
    const failed = await line.connect();
    return (
      failed ??
      (await new Search(line, range, settings.maxRegisters ?? DEFAULT_MODBUS_SETTINGS.maxRegisters, all, budget).run())
    );
  } finally {
    budget.close();
    await line.close();
  }
}

interface Found extends FoundRing<ModbusFields> {
  readonly registerType: RegisterType;
  readonly first: number;
  readonly end: number;
}

class Search {
  private readonly rings: Found[] = [];
  private readonly hints: string[] = [];
  private readonly looked: string[] = [];
  private provedAtMs: number | undefined;
  private failure: TransportError | undefined;
  private isComplete = true;

  constructor(
    private readonly line: SearchLine,
    private readonly range: ScanRange,
    private readonly maxRegisters: number,
    private readonly limits: FindLimits,
    private readonly budget: Budget
  ) {}

  async run(): Promise<FindOutcome<ModbusFields>> {
    let limit = this.maxRegisters;
    for (const [registerType, share] of [
      ['holding', FIRST_SHARE],
      ['input', 1]
    ] as const) {
      if (this.isOver(1)) {
        this.isComplete = false;
        break;
      }
      limit = await this.scan(registerType, share, limit);
      if (this.failure !== undefined) break;
    }
    if (this.failure !== undefined && this.rings.length === 0 && !this.budget.isOver) return this.failure;
    if (this.budget.isOver && this.rings.length === 0)
      this.hints.push(
        `the search was ended after ${Math.round(this.budget.usedMs / 1000)} s: give it a smaller range of registers`
      );
    return {
      ok: true,
      rings: this.rings
        .sort((a, b) => Number(b.isProved) - Number(a.isProved))
        .map(({ description, fields, isProved }) => ({ description, fields, isProved })),
      looked: `${this.looked.join(', ')}; ${this.line.requests} requests in ${durationText(this.budget.usedMs)}`,
      isComplete: this.isComplete,
      hints: [...new Set(this.hints)]
    };
  }

  private isOver(share: number): boolean {
    if (this.budget.isOver || this.budget.usedMs > this.budget.ms * share) return true;
    return this.provedAtMs !== undefined && this.budget.usedMs - this.provedAtMs > this.limits.lingerMs;
  }

  /** Returns how many registers one request may ask for, as learned. */
  private async scan(registerType: RegisterType, share: number, limit: number): Promise<number> {
    const scan = new RegisterScan(this.line, registerType, this.range, CONTROL_REGISTERS, limit);
    const seen = new Seen();
    while (!scan.isDone && !this.isOver(share)) {
      const step = await scan.step();
      if (step.kind === 'noFunction') {
        this.looked.push(`no ${registerType} registers (the device does not support the function)`);
        return limit;
      }
      if (step.kind === 'error') {
        this.failure = step.error;
        break;
      }
      if (step.kind !== 'read') continue;
      seen.add(scan, step.first, step.end);
      await this.pair(scan, seen);
    }
    this.isComplete &&= scan.isDone;
    for (const control of seen.open) await this.guess(scan, control);
    this.report(scan);
    return scan.limit;
  }

  /**
   * Looks for the rings of the control blocks that have none: right behind them, and at each record that no ring
   * claims, since a lap begins with one.
   */
  private async pair(scan: RegisterScan, seen: Seen): Promise<void> {
    for (const control of [...seen.open]) {
      const behind = control.address + CONTROL_REGISTERS;
      for (const address of [behind, ...seen.records(control.layout.name)]) {
        const isClaimed = this.rings.some(
          ({ registerType, first, end }) => registerType === scan.registerType && address >= first && address < end
        );
        if (isClaimed || this.budget.isOver || !seen.isNew(control, address, MAX_TRIED)) continue;
        const check = await this.check(scan, control, address);
        if (check.kind !== 'proved') continue;
        this.found(scan.registerType, control, address, check);
        seen.close(control);
        break;
      }
    }
  }

  /** At the end: what stands right behind is the likeliest place of a ring in which nothing was seen. */
  private async guess(scan: RegisterScan, control: SyncPlace): Promise<void> {
    const behind = control.address + CONTROL_REGISTERS;
    const check = await this.check(scan, control, behind);
    if (check.kind === 'proved' || check.kind === 'empty' || check.kind === 'restless')
      return this.found(scan.registerType, control, behind, check);
    const capacity = blockOf(check)?.capacity ?? 0;
    const where = shownRegister(scan.registerType, control.address);
    this.hints.push(
      `${where} begins a control block of a ring of ${capacity} bytes (${capacity / 2} registers), but its ` +
        'records were not found: make the ring readable too, best right behind the control block'
    );
  }

  private report(scan: RegisterScan): void {
    const { registerType, memory } = scan;
    const read = memory.runs();
    for (const { first, end } of read) {
      for (const address of oddControlsIn(memory, first, end)) {
        this.hints.push(
          `a control block begins in the middle of ${shownRegister(registerType, address)}: let it begin at a ` +
            'whole register (in the controller, an even byte), nothing can name that place'
        );
      }
    }
    const areas = read.map(({ first, end }) => `${first} to ${end - 1}`);
    this.looked.push(
      areas.length === 0
        ? `no ${registerType} registers`
        : `${registerType} registers ${areas.slice(0, 6).join(', ')}${areas.length > 6 ? ' and more' : ''}`
    );
  }

  private check(scan: RegisterScan, place: SyncPlace, ringAddress: number): Promise<RingCheck> {
    const { registerType, limit } = scan;
    const reads = new RegisterReads(this.line, {
      registerType,
      controlAddress: place.address,
      ringAddress,
      layout: place.layout,
      limit
    });
    // A place that was guessed from a record shows records wherever it is.
    return checkRing(reads, this.budget, ringAddress === place.address + CONTROL_REGISTERS ? 'few' : 'whole');
  }

  private found(registerType: RegisterType, place: SyncPlace, ringAddress: number, check: RingCheck): void {
    const capacity = blockOf(check)?.capacity ?? 0;
    // Many devices show the same memory as both kinds of registers: one of them is enough to choose from.
    const twin = this.rings.find(
      (ring) =>
        ring.registerType !== registerType &&
        ring.fields.controlAddress === String(place.address) &&
        ring.first === ringAddress
    );
    if (twin !== undefined)
      return void this.hints.push(
        `the ring at ${ringAddress} shows in ${twin.registerType} and ${registerType} registers alike`
      );
    const where =
      `${registerType} registers, control block at ${place.address}, ring at ${ringAddress}, byte order ` +
      `${place.layout.name}`;
    this.rings.push({
      description: describeRing(where, check, capacity),
      fields: {
        registerType,
        controlAddress: String(place.address),
        ringAddress: String(ringAddress),
        byteOrder: place.layout.byteOrder
      },
      isProved: check.kind === 'proved',
      registerType,
      first: ringAddress,
      end: ringAddress + capacity / 2
    });
    if (check.kind === 'proved') this.provedAtMs ??= this.budget.usedMs;
  }
}

/** Control blocks without a ring, and records, met in a scan. */
class Seen {
  readonly open: SyncPlace[] = [];
  private readonly starts: SyncPlace[] = [];
  private readonly met = new Set<number>();
  private readonly tried = new Map<SyncPlace, Set<number>>();

  /** Looks at what was just read, and at the end of what was read before: a block may lie over the edge. */
  add(scan: RegisterScan, first: number, end: number): void {
    let from = first;
    while (from > 0 && first - from < CONTROL_REGISTERS - 1 && scan.memory.has(from - 1)) from--;
    // What is too near the edge to be told is told in the next step, or nothing follows.
    for (const place of syncsIn(scan.memory, from, end)) {
      if (this.met.has(place.address) || (!place.isControl && place.address + CONTROL_REGISTERS > end)) continue;
      this.met.add(place.address);
      if (place.isControl) this.open.push(place);
      else this.starts.push(place);
    }
  }

  /** Addresses of records in that layout, lowest first. */
  records(layout: string): number[] {
    return this.starts
      .filter((place) => place.layout.name === layout)
      .map(({ address }) => address)
      .sort((a, b) => a - b);
  }

  /**
   * Whether this place was not tried for that control block before, and there are tries left; then it counts as tried.
   */
  isNew(control: SyncPlace, address: number, most: number): boolean {
    const tried = this.tried.get(control) ?? new Set();
    this.tried.set(control, tried);
    if (tried.has(address) || tried.size >= most) return false;
    tried.add(address);
    return true;
  }

  close(control: SyncPlace): void {
    this.open.splice(this.open.indexOf(control), 1);
  }
}
