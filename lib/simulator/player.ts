import {
  changeDefinition,
  DroppedEvents,
  heartbeat,
  highWaterAll,
  powerCycle,
  recordsDropped,
  registerSources,
  setClockSynced,
  startLogger
} from './lifecycle';
import { NaturalPace, Pace } from './pace';
import { isMidUpdate } from './memory';
import { Producer, ProducerEvent } from './producer';
import { Scenario, ScenarioRun, TimedEvent } from './scenarios/scenario';

/** What is played, into what, how fast. */
export interface PlayerOptions {
  readonly producer: Producer;
  readonly scenario: Scenario;
  readonly run: ScenarioRun;
  /** Carriage hashes of the scenario's definition files, in their order. */
  readonly definitionHashes: readonly string[];
  /** Events per second; 0 = the scenario's own pace. */
  readonly rate: number;
  /** Milliseconds; 0 = never. */
  readonly heartbeatInterval: number;
  readonly highWaterInterval: number;
  /** Milliseconds. */
  readonly now: () => number;
}

/** What the controller is doing. `frozen` = it stands still inside an update. */
export type PlayerState = 'running' | 'stopped' | 'frozen';

/** Plays a scenario into a producer, in ticks. It owns no timer: who calls `tick` decides when time passes. */
export class Player {
  state: PlayerState = 'running';
  /** Index of the definition file in force. */
  definition = 0;

  private readonly producer: Producer;
  private readonly pace: Pace;
  private readonly natural: NaturalPace;
  private next: TimedEvent;
  private dropLeft = 0;
  private readonly dropped = new Map<number, DroppedEvents>();
  private unsyncedSince: bigint | undefined;
  private lastHeartbeat: number;
  private lastHighWater: number;

  constructor(private readonly options: PlayerOptions) {
    this.producer = options.producer;
    const now = options.now();
    this.pace = new Pace(options.rate, now);
    this.natural = new NaturalPace(now, now);
    this.lastHeartbeat = this.lastHighWater = now;
    startLogger(this.producer, options.scenario.sources);
    this.next = options.run.next().value;
  }

  /** Logs everything that is due. Returns the number of the scenario's events. */
  tick(): number {
    // What a stepped producer still holds was due at the last tick.
    this.producer.flush();
    const now = this.options.now();
    if (this.state !== 'running') return 0;
    const count =
      this.options.rate > 0 ? this.playCount(this.pace.due(now)) : this.playUntil(this.natural.processTime(now));
    this.housekeeping(now);
    return count;
  }

  /** Logs that many events at once. */
  burst(count: number): void {
    this.playCount(count);
    this.natural.resume(this.options.now(), this.next.atMs);
  }

  /** The next `count` events never reach the ring; RecordsDropped says so afterwards. */
  drop(count: number): void {
    this.dropLeft += count;
  }

  stop(): void {
    this.thaw();
    this.settleDrops();
    this.state = 'stopped';
  }

  /** Stops inside an update: the seqlock stays odd. */
  freeze(): void {
    if (this.state === 'frozen') return;
    this.settleDrops();
    this.producer.flush();
    this.producer.stepped = true;
    heartbeat(this.producer, this.options.heartbeatInterval);
    do this.producer.step();
    while (!isMidUpdate(this.producer));
    for (let further = 0; further < 4; further++) this.producer.step();
    this.producer.frozen = true;
    this.state = 'frozen';
  }

  resume(): void {
    this.thaw();
    if (this.state === 'running') return;
    this.state = 'running';
    const now = this.options.now();
    this.pace.restart(now);
    this.natural.resume(now, this.next.atMs);
    this.lastHeartbeat = this.lastHighWater = now;
  }

  /** To the definition with that index; a controller that stood still inside an update starts again. */
  changeDefinition(index: number, cold: boolean): void {
    if (this.state === 'frozen') this.resume();
    this.producer.flush();
    this.settleDrops();
    this.definition = index;
    const hash = this.options.definitionHashes[index];
    if (!cold) this.producer.emit(this.options.scenario.download(hash));
    changeDefinition(this.producer, hash, cold);
    if (cold) registerSources(this.producer, this.options.scenario.sources);
  }

  powerCycle(): void {
    this.dropLeft = 0;
    this.dropped.clear();
    powerCycle(this.producer, this.options.scenario.sources);
    if (this.state === 'frozen') this.resume();
  }

  clock(synced: boolean): void {
    const since = this.unsyncedSince;
    this.unsyncedSince = synced ? undefined : (since ?? this.producer.now());
    setClockSynced(this.producer, synced, synced ? since : undefined);
  }

  highWater(): void {
    this.settleDrops();
    highWaterAll(this.producer);
  }

  private thaw(): void {
    this.producer.frozen = false;
    this.producer.flush();
  }

  private playCount(count: number): number {
    for (let i = 0; i < count; i++) this.advance();
    return count;
  }

  private playUntil(processTime: number): number {
    let count = 0;
    for (; this.next.atMs <= processTime; count++) this.advance();
    return count;
  }

  private advance(): void {
    const seq = this.dropLeft > 0 ? this.dropOne(this.next.event) : this.producer.emit(this.next.event);
    this.next = this.options.run.next(seq).value;
  }

  private dropOne(event: ProducerEvent): number {
    const now = this.producer.now();
    const seq = this.producer.skip(event);
    const before = this.dropped.get(event.sourceId);
    const joins = before !== undefined && before.lastSeq + 1 === seq;
    if (before !== undefined && !joins) recordsDropped(this.producer, before);
    const first = joins ? before : { firstSeq: seq, windowStartNs: now };
    this.dropped.set(event.sourceId, {
      sourceId: event.sourceId,
      firstSeq: first.firstSeq,
      lastSeq: seq,
      windowStartNs: first.windowStartNs,
      windowEndNs: now
    });
    this.dropLeft--;
    if (this.dropLeft === 0) this.settleDrops();
    return seq;
  }

  /**
   * Reports what was dropped so far, source by source: a report must not come after seqs that follow it in the ring.
   */
  private settleDrops(): void {
    for (const dropped of this.dropped.values()) recordsDropped(this.producer, dropped);
    this.dropped.clear();
  }

  private housekeeping(now: number): void {
    const { heartbeatInterval, highWaterInterval } = this.options;
    if (heartbeatInterval > 0 && now - this.lastHeartbeat >= heartbeatInterval) {
      heartbeat(this.producer, heartbeatInterval);
      this.lastHeartbeat = now;
    }
    if (highWaterInterval > 0 && now - this.lastHighWater >= highWaterInterval) {
      this.highWater();
      this.lastHighWater = now;
    }
  }
}
