import {
  decodeLogRecords,
  encodeLogRecords,
  type LogError,
  type LogFacts,
  type LogPage,
  type LogPort,
  type LogRecord,
  type LogRequest,
  ticksOfUnixMs
} from '../../../lib/logobject';
import { SeededRandom } from '../../../lib/simulator/random';

/** What a simulated server does that the standard allows, or that servers do all the same. */
export interface Habits {
  /** The oldest goes when there are more. */
  readonly maxRecords: number;
  /** Whether it tells its limits. */
  readonly tellsLimits: boolean;
  readonly maxStorageMs: number | undefined;
  /** Records in a page, however many are asked for. */
  readonly pageLimit: number;
  /** Whether what was in its log survives a restart. */
  readonly keepsLog: boolean;
  /** Records come in the order in which they were entered, not of their Times. */
  readonly unsorted: boolean;
  /** A record may be entered so many milliseconds after its own Time. */
  readonly lateMs: number;
  /** How often several records have one Time, and how often they are equal in everything. */
  readonly sameTime: number;
  readonly twins: number;
  readonly flat: boolean;
  readonly noFields: boolean;
  /** Device less host at the beginning, milliseconds. */
  readonly clockOffMs: number;
  /** Milliseconds that its clock counts in. */
  readonly clockStepMs: number;
  /** Chance that a continuation point is forgotten before it is used. */
  readonly forgets: number;
  /** Records a second, on average, and how often so many come at once. */
  readonly rate: number;
  readonly bursts: number;
}

/** A record as it really was. */
export interface TrueRecord {
  readonly record: LogRecord;
  /** In the order of entering, from 1. */
  readonly number: number;
  evicted: boolean;
}

const START_MS = Date.UTC(2026, 10, 30, 22);

/** A host's clock and a server with a log, in a time of their own. Everything comes from the seed. */
export class World implements LogPort {
  /** The host's clock, milliseconds since 1970. */
  nowMs = START_MS;
  readonly all: TrueRecord[] = [];
  private log: TrueRecord[] = [];
  private clockOff: number;
  private startedMs = START_MS - 60_000;
  private points = new Map<string, { request: LogRequest; next: number; ticks: bigint }>();
  private pointNumber = 0;
  private made = 0;
  private debt = 0;
  /** While it is down nothing answers and nothing is logged. */
  private downUntilMs = 0;
  readonly counts = { restarts: 0, steps: 0, evicted: 0, pages: 0, forgotten: 0 };
  private sorted: { of: string; list: TrueRecord[] } = { of: '', list: [] };
  /** Entered records so far; the log's own numbers of them. */
  private entered = 0;

  constructor(
    readonly habits: Habits,
    private readonly random: SeededRandom,
    /** Records are made until there are so many. */
    private readonly most: number
  ) {
    this.clockOff = habits.clockOffMs;
  }

  get deviceMs(): number {
    return this.nowMs + this.clockOff;
  }

  get isFull(): boolean {
    return this.made >= this.most;
  }

  /** Time goes on, and the program of the device with it. */
  pass(ms: number): void {
    const step = 20;
    for (let left = ms; left > 0; left -= step) {
      this.nowMs += Math.min(step, left);
      if (this.nowMs >= this.downUntilMs) this.produce(Math.min(step, left));
    }
    this.expire();
  }

  private produce(ms: number): void {
    const { rate, bursts } = this.habits;
    this.debt += (rate * ms) / 1000;
    if (this.random.chance((bursts * ms) / 1000)) this.debt += this.random.between(10, this.habits.maxRecords * 0.8);
    while (this.debt >= 1 && this.made < this.most) {
      this.debt--;
      this.enter(this.make());
    }
  }

  private make(): LogRecord {
    const { lateMs, sameTime, twins, noFields, clockStepMs } = this.habits;
    const last = this.all[this.all.length - 1]?.record;
    this.made++;
    // A record is not of the future of the clock that stamped it, and its twin has its Time.
    const most = ticksOfUnixMs(this.deviceMs);
    if (last !== undefined && this.random.chance(twins) && last.ticks <= most) return last;
    const late = lateMs > 0 && this.random.chance(0.3) ? this.random.between(0, lateMs) : 0;
    const deviceMs = Math.floor((this.deviceMs - late) / clockStepMs) * clockStepMs;
    const ticks =
      last !== undefined && this.random.chance(sameTime) && last.ticks > ticksOfUnixMs(deviceMs - 1000)
        ? last.ticks
        : ticksOfUnixMs(deviceMs) + BigInt(clockStepMs > 1 ? 0 : this.random.below(10_000));
    const record: LogRecord = {
      ticks: ticks > most ? most : ticks,
      severity: 1 + this.random.below(400),
      message: { locale: 'en', text: `record ${this.made}` }
    };
    if (noFields) return record;
    return {
      ...record,
      sourceName: `Machine ${this.random.below(5)}`,
      ...(this.random.chance(0.3)
        ? { additionalData: [{ name: 'n', value: { type: 'Int32', value: this.made } as const }] }
        : {})
    };
  }

  private enter(record: LogRecord): void {
    const one: TrueRecord = { record, number: ++this.entered, evicted: false };
    this.all.push(one);
    this.log.push(one);
    while (this.log.length > this.habits.maxRecords) this.evict();
  }

  private evict(): void {
    const gone = this.log.shift();
    if (gone === undefined) return;
    gone.evicted = true;
    this.counts.evicted++;
  }

  private expire(): void {
    const { maxStorageMs } = this.habits;
    if (maxStorageMs === undefined) return;
    const oldest = ticksOfUnixMs(this.deviceMs - maxStorageMs);
    while (this.log.length > 0 && this.log[0].record.ticks < oldest) this.evict();
  }

  /** The server is started anew; its sessions and continuation points are gone. */
  restart(downMs: number): void {
    this.counts.restarts++;
    this.downUntilMs = this.nowMs + downMs;
    this.startedMs = this.downUntilMs;
    this.points.clear();
    if (!this.habits.keepsLog) while (this.log.length > 0) this.evict();
  }

  /** Its clock is set. */
  stepClock(ms: number): void {
    this.counts.steps++;
    this.clockOff += ms;
  }

  /** A client that is killed leaves its session, and with it its points. */
  dropPoints(): void {
    this.points.clear();
  }

  private get away(): LogError | undefined {
    return this.nowMs < this.downUntilMs
      ? { ok: false, code: 'OPENOT_OPCUA_UNREACHABLE', message: 'away', remedy: 'later' }
      : undefined;
  }

  async facts(): Promise<LogFacts | LogError> {
    this.pass(5);
    if (this.away !== undefined) return this.away;
    const { tellsLimits, maxRecords, maxStorageMs, clockStepMs } = this.habits;
    const shown = Math.floor(this.deviceMs / clockStepMs) * clockStepMs;
    return {
      ok: true,
      deviceTicks: ticksOfUnixMs(shown),
      hostMs: this.nowMs,
      clock: { offsetMs: shown + clockStepMs / 2 - this.nowMs, errorMs: clockStepMs / 2 + 3, stepMs: clockStepMs },
      serverStart: ticksOfUnixMs(this.startedMs + this.habits.clockOffMs),
      ...(tellsLimits ? { maxRecords } : {}),
      ...(tellsLimits && maxStorageMs !== undefined ? { maxStorageMs } : {})
    };
  }

  async getRecords(request: LogRequest): Promise<LogPage | LogError> {
    this.pass(this.random.between(5, 40));
    this.counts.pages++;
    if (this.away !== undefined) return this.away;
    let next = 0;
    let nextTicks = 0n;
    let asked = request;
    if (request.continuationPoint !== null) {
      // Each works once.
      const id = Buffer.from(request.continuationPoint).toString('hex');
      const point = this.points.get(id);
      this.points.delete(id);
      if (point === undefined || this.random.chance(this.habits.forgets)) {
        this.counts.forgotten++;
        return { ok: false, code: 'OPENOT_LOG_CONTINUATION', message: 'gone', remedy: 'startOver' };
      }
      next = point.next;
      nextTicks = point.ticks;
      asked = { ...point.request, maxRecords: point.request.maxRecords };
    }
    return this.page(asked, next, nextTicks);
  }

  /** The cursor is the number of a record; one that was evicted meanwhile goes on at the oldest, without a word. */
  private page(request: LogRequest, after: number, afterTicks: bigint): LogPage {
    const inRange = this.inRange(request);
    const isBeyond = (one: TrueRecord): boolean =>
      this.habits.unsorted || one.record.ticks === afterTicks ? one.number > after : one.record.ticks > afterTicks;
    const found = after === 0 ? 0 : inRange.findIndex(isBeyond);
    const from = found < 0 ? inRange.length : found;
    const take = inRange.slice(from, from + Math.min(request.maxRecords, this.habits.pageLimit));
    const more = from + take.length < inRange.length;
    let continuationPoint: Buffer | null = null;
    if (more) {
      continuationPoint = Buffer.alloc(8);
      continuationPoint.writeBigUInt64LE(BigInt(++this.pointNumber));
      const last = take[take.length - 1];
      this.points.set(continuationPoint.toString('hex'), {
        request,
        next: last.number,
        ticks: last.record.ticks
      });
    }
    const body = encodeLogRecords(
      take.map(({ record }) => record),
      { layout: this.habits.flat ? 'flat' : 'part6', requestMask: request.fields }
    );
    const decoded = decodeLogRecords(body);
    if (!decoded.ok) throw new Error(decoded.message);
    return { ok: true, records: decoded.records, continuationPoint, namespaces: [] };
  }

  private inRange({ start, end, minimumSeverity }: LogRequest): TrueRecord[] {
    const of = `${this.entered} ${this.counts.evicted} ${start} ${end} ${minimumSeverity}`;
    if (this.sorted.of === of) return this.sorted.list;
    const list = this.log.filter(
      ({ record }) => record.ticks >= start && record.ticks <= end && record.severity >= minimumSeverity
    );
    // Stable: of one Time, as entered.
    if (!this.habits.unsorted)
      list.sort((a, b) => (a.record.ticks < b.record.ticks ? -1 : a.record.ticks > b.record.ticks ? 1 : 0));
    this.sorted = { of, list };
    return list;
  }

  async release(): Promise<void> {
    this.pass(2);
  }

  /** Records in the log now. */
  get inLog(): readonly TrueRecord[] {
    return this.log;
  }
}
