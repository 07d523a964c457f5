import { EventType, Key, Slot, TlvType, writeU32, writeU64 } from '../../../lib/wire';
import { Chance } from '../chance';
import { Plc } from './plc';

/** Something that happens to the controller once so many records were made. */
export type Incident =
  | { readonly kind: 'coldStart' }
  | { readonly kind: 'definition'; readonly cold: boolean }
  /** `capacity` = another size of the ring; `blankMs` = how long its memory shows zeros before the program runs. */
  | {
      readonly kind: 'powerCycle';
      readonly newRun: boolean;
      readonly isCleared: boolean;
      readonly capacity?: number;
      readonly blankMs: number;
    }
  /** In STOP, perhaps inside an update. */
  | { readonly kind: 'freeze'; readonly ms: number }
  | { readonly kind: 'clock'; readonly byMs: number }
  | { readonly kind: 'synced'; readonly synced: boolean }
  /** Drops so many events of one source; names them, and so many before them that were written, or says nothing. */
  | { readonly kind: 'drop'; readonly count: number; readonly names: boolean; readonly more: number }
  | { readonly kind: 'highWater' }
  /** The next event is written with a fault. */
  | { readonly kind: 'spoil' }
  | { readonly kind: 'burst'; readonly count: number }
  /** Nothing for so long. */
  | { readonly kind: 'silence'; readonly ms: number };

export interface ProgramPlan {
  readonly sources: number;
  /** Payload bytes, at most; all events have as many when `oneSize`. */
  readonly payload: number;
  readonly oneSize: boolean;
  /** Records per millisecond, on average. */
  readonly rate: number;
  /** In all, those of the logger included. */
  readonly records: number;
  /** Written before anything is read. */
  readonly before: number;
  readonly incidents: readonly { readonly at: number; readonly incident: Incident }[];
  /** Nanoseconds: the controller's clock at the beginning. */
  readonly clockNs: bigint;
}

/** What runs on the controller: events at their times, and the incidents of its life. */
export class Program {
  /** False until all records were made. */
  isOver = false;
  /** Called when the ring began anew. */
  onLife: () => void = () => undefined;
  /**
   * True while production has to wait for the reader to notice a new life (docs/format.md 10: signs need time to be
   * seen).
   */
  mustWait: () => boolean = () => false;
  /** False while nobody could notice that the ring began anew. */
  mayRestart: () => boolean = () => true;
  private nowMs = 0;
  private nextMs = 0;
  private frozenUntil = -1;
  private blankUntil = -1;
  private clockShiftMs = 0;
  private spoilNext = false;
  private afterBlank: (() => void) | undefined;
  private incident = 0;
  private hashes = 1;
  private made = 0;
  private readonly silent = new Map<number, number>();

  constructor(
    readonly plc: Plc,
    private readonly plan: ProgramPlan,
    private readonly chance: Chance
  ) {
    plc.clockNs = () =>
      BigInt.asUintN(64, plan.clockNs + BigInt(Math.floor((this.nowMs + this.clockShiftMs) * 1_000)) * 1_000n);
    this.openEpoch(true);
    for (let source = 1; source <= plan.sources; source++) this.event(source);
    while (plc.truth.records.length < plan.before) this.next();
    plc.flush();
  }

  /** True while the memory shows nothing but zeros. */
  get isBlank(): boolean {
    return this.blankUntil >= 0;
  }

  /** Counts the lives of the ring. */
  get life(): number {
    return this.plc.truth.lives.length - 1;
  }

  /** Lets the program run up to a point of time; the last few records may still be waiting for their stores. */
  advance(toMs: number): void {
    if (toMs <= this.nowMs && this.nowMs > 0) return;
    while (this.nextMs <= toMs && !this.isOver) {
      this.nowMs = Math.max(this.nowMs, this.nextMs);
      this.thaw();
      if (this.plc.frozen || this.isBlank)
        this.nextMs = Math.max(this.nowMs, Math.min(toMs, Math.max(this.frozenUntil, this.blankUntil))) + this.gap();
      else if (this.mustWait()) this.nextMs = toMs + this.gap();
      else {
        this.nextMs += this.gap();
        this.next();
        // Whether the ring laps somebody is seen only in what was written.
        if (++this.made % 8 === 0 || this.life > 0) this.plc.flush();
      }
    }
    this.nowMs = Math.max(this.nowMs, toMs);
    this.thaw();
    this.plc.flush(this.chance.below(3));
  }

  /** One more store of what is under way; where nothing is, perhaps another event. */
  step(): boolean {
    if (this.plc.step()) return true;
    if (this.isOver || this.plc.frozen || this.isBlank || this.mustWait() || this.chance.does(0.5)) return false;
    this.next();
    return this.plc.step();
  }

  /** Everything that holds the program up is over. */
  release(): void {
    this.frozenUntil = this.blankUntil >= 0 ? 0 : -1;
    this.blankUntil = this.blankUntil >= 0 ? 0 : -1;
    this.isOver = true;
    this.thaw();
  }

  /** The last words: a checkpoint of each source, so that nothing stays unknown. */
  close(): void {
    this.plc.flush();
    for (const source of this.plc.sources) this.highWater(source);
    this.log(EventType.LoggerStopped);
    this.plc.flush();
  }

  private next(): void {
    const { plan, plc } = this;
    const made = plc.truth.records.length;
    if (made >= plan.records) {
      this.isOver = true;
      return;
    }
    const due = plan.incidents[this.incident];
    if (due !== undefined && due.at <= made) {
      this.incident++;
      this.happen(due.incident);
      return;
    }
    this.event();
  }

  private event(source = this.anySource()): void {
    const { plan, chance } = this;
    if (source === 0) return this.log(EventType.Heartbeat, udint(Key.intervalMs, 1_000));
    const length = plan.oneSize ? plan.payload : chance.below(plan.payload + 1);
    const slots: Slot[] = [
      { key: Key.messageTemplateId, type: TlvType.UDInt, payload: Uint8Array.of(1, 2, 3, source & 255) }
    ];
    if (length > 0)
      slots.push({
        key: 0x8002,
        type: TlvType.Bytes,
        payload: new Uint8Array(length).fill(this.plc.truth.records.length)
      });
    this.plc.emit({ sourceId: source, eventTypeId: EventType.Message, slots, spoiled: this.spoilNext });
    this.spoilNext = false;
  }

  /** Mostly a few busy ones; the higher a source's number, the more seldom it speaks. */
  private anySource(): number {
    const { chance, plan } = this;
    if (chance.does(0.01)) return 0;
    let source = 1 + Math.floor(plan.sources * chance.next() ** 2);
    if ((this.silent.get(source) ?? 0) > this.plc.truth.records.length) source = 1;
    return source;
  }

  private gap(): number {
    return (0.3 + 1.4 * this.chance.next()) / this.plan.rate;
  }

  private thaw(): void {
    if (this.plc.frozen && this.nowMs >= this.frozenUntil) this.plc.frozen = false;
    if (this.isBlank && this.nowMs >= this.blankUntil) {
      this.blankUntil = -1;
      this.afterBlank?.();
      this.afterBlank = undefined;
    }
  }

  private happen(incident: Incident): void {
    const { plc, chance } = this;
    switch (incident.kind) {
      case 'coldStart':
        plc.newRun();
        return this.openEpoch(true, true);
      case 'definition':
        return this.changeDefinition(incident.cold);
      case 'powerCycle':
        return this.powerCycle(incident);
      case 'freeze':
        plc.flush();
        this.event();
        for (let i = chance.below(8); i > 0; i--) plc.step();
        plc.frozen = true;
        this.frozenUntil = this.nowMs + incident.ms;
        return;
      case 'clock':
        this.clockShiftMs += incident.byMs;
        return this.log(EventType.TimeSyncChanged);
      case 'synced':
        plc.clockSynced = incident.synced;
        return this.log(EventType.TimeSyncChanged);
      case 'drop':
        return this.drop(incident);
      case 'highWater':
        for (const source of plc.sources) this.highWater(source);
        return;
      case 'spoil':
        this.spoilNext = true;
        return this.event();
      case 'burst':
        for (let i = 0; i < incident.count && plc.truth.records.length < this.plan.records && !this.mustWait(); i++) {
          this.event();
          plc.flush();
        }
        return;
      case 'silence':
        this.nextMs = this.nowMs + incident.ms;
        if (plc.sources.length > 1)
          this.silent.set(chance.pick(plc.sources), plc.truth.records.length + chance.below(4_000));
        return;
    }
  }

  private drop({ count, names, more }: Extract<Incident, { kind: 'drop' }>): void {
    const { plc } = this;
    const source = this.anySource() || 1;
    const first = plc.nextSeq(source);
    for (let i = 0; i < count; i++) plc.drop(source);
    if (!names) return this.event(source);
    const from = Math.max(0, first - more);
    const last = first + count - 1;
    plc.emit({
      sourceId: source,
      eventTypeId: EventType.RecordsDropped,
      slots: [udint(Key.count, last - from + 1), ulint(Key.firstLostSeq, from), ulint(Key.lastLostSeq, last)],
      names: { first: from, last }
    });
  }

  private changeDefinition(cold: boolean): void {
    const { plc } = this;
    this.log(EventType.LoggerStopped);
    for (const source of plc.sources) this.highWater(source);
    const before = plc.definitionHash;
    const after = (0xd0_0000 + ++this.hashes).toString(16).padStart(16, 'd');
    this.log(
      EventType.DefinitionChanged,
      hash(Key.defHashOld, before),
      hash(Key.defHashNew, after),
      ulint(Key.epochId, Number(plc.epochId) + 1)
    );
    plc.prevDefinitionHash = before;
    plc.definitionHash = after;
    plc.epochId += 1n;
    if (cold) plc.newRun();
    this.openEpoch(cold);
  }

  /** Power off and on, with the same run: the memory begins anew. False where nobody could notice that. */
  cutPower(): boolean {
    const { length } = this.plc.truth.lives;
    this.plc.flush();
    this.powerCycle({ kind: 'powerCycle', newRun: false, isCleared: true, blankMs: 0 });
    return this.plc.truth.lives.length > length;
  }

  /** Writes at once until head is at or beyond a position. */
  runOn(headAbs: number): void {
    while (this.plc.headAbs < headAbs && this.plc.truth.records.length < this.plan.records) {
      this.event();
      this.plc.flush();
    }
  }

  private powerCycle({ newRun, isCleared, capacity, blankMs }: Extract<Incident, { kind: 'powerCycle' }>): void {
    const { plc } = this;
    if (!this.mayRestart()) return;
    const left = isCleared ? undefined : plc.ring.slice();
    if (newRun) plc.runId += 1n;
    plc.prevDefinitionHash = '0000000000000000';
    if (capacity !== undefined) plc.bufferId++;
    const start = (): void => {
      plc.begin({ capacity: capacity ?? plc.capacity, startAbs: 0, left });
      this.onLife();
      this.openEpoch(true);
    };
    if (blankMs === 0) return start();
    this.blankUntil = this.nowMs + blankMs;
    this.afterBlank = start;
  }

  private openEpoch(cold: boolean, goesOn = false): void {
    const { plc } = this;
    plc.emit(
      {
        sourceId: 0,
        eventTypeId: EventType.LoggerStarted,
        slots: [{ key: Key.coldStart, type: TlvType.Bool, payload: Uint8Array.of(cold ? 1 : 0) }]
      },
      { ...plc.advertised(), goesOn }
    );
  }

  private highWater(sourceId: number): void {
    this.plc.emit({
      sourceId,
      eventTypeId: EventType.SourceHighWater,
      slots: [ulint(Key.producedCount, this.plc.nextSeq(sourceId))]
    });
  }

  private log(eventTypeId: number, ...slots: Slot[]): void {
    this.plc.emit({ sourceId: 0, eventTypeId, slots });
  }
}

function udint(key: number, value: number): Slot {
  const payload = new Uint8Array(4);
  writeU32(payload, 0, value);
  return { key, type: TlvType.UDInt, payload };
}

function ulint(key: number, value: number): Slot {
  const payload = new Uint8Array(8);
  writeU64(payload, 0, BigInt(value));
  return { key, type: TlvType.ULInt, payload };
}

const hash = (key: number, text: string): Slot => ({
  key,
  type: TlvType.Bytes,
  payload: Uint8Array.from(Buffer.from(text, 'hex'))
});
