import type { PollFacts } from './poll-types';
import type { LogPosition, Seen } from './position';
import { ticksOfMs } from './time';

/** The Times that a poll asks for, in ticks. */
interface Asked {
  readonly start: bigint;
  readonly end: bigint;
  readonly overlap: bigint;
}

/**
 * Whether what earlier polls read is in the log still, so that nothing between can have been evicted
 * (docs/format.md 29.3 and 29.5). Where records are entered late, one that came again may stand behind some that were
 * evicted unread; how late they are is learnt from what comes.
 */
export class Anchor {
  /** Everything up to here was read by earlier polls; undefined where Times do not tell. */
  readonly readBefore: bigint | undefined;
  /** By how much records were seen to be entered after later ones, in ticks. */
  lateBy: bigint;
  /** Times nearer to each other than this, in ticks, do not tell what was entered first. */
  private readonly untold: bigint;
  /** A record came again that was entered before everything unread: lateness does not matter then. */
  private hasSettled = false;
  private readonly mayBeCleared: boolean;
  /** The lowest Time that came again. */
  private oldest: bigint | undefined;
  /** Keys that have to come again, and did not yet. */
  private readonly unmet = new Set<string>();

  constructor(
    before: LogPosition | undefined,
    private readonly known: ReadonlyMap<string, Seen>,
    private readonly asked: Asked,
    { deviceTicks, maxStorageMs, clock, serverStart }: PollFacts,
    private readonly comparesTimes: boolean
  ) {
    this.untold = ticksOfMs(clock.stepMs);
    this.lateBy = before?.lateBy ?? 0n;
    this.mayBeCleared = serverStart !== before?.serverStart;
    if (before !== undefined && comparesTimes)
      this.readBefore = before.completeTo < before.deviceTicks ? before.completeTo : before.deviceTicks;
    // What is about to expire may do so while the poll goes on.
    const keptFrom = maxStorageMs === undefined ? 0n : deviceTicks - ticksOfMs(maxStorageMs) + asked.overlap;
    for (const [key, { ticks }] of known) if (ticks >= keptFrom && this.isAsked(ticks)) this.unmet.add(key);
  }

  private isAsked(ticks: bigint): boolean {
    return ticks >= this.asked.start && ticks <= this.asked.end;
  }

  /** A record came that stands after one with a Time that is so much newer. */
  disordered(by: bigint): void {
    if (this.comparesTimes) this.cameLate(by);
  }

  /** A record came, the `number`th among equals. */
  record(key: string, ticks: bigint, number: number, isComparable: boolean): void {
    const { count: known = 0, settled = 0 } = this.known.get(key) ?? {};
    if (number < settled && !this.mayBeCleared) this.hasSettled = true;
    if (number < known) this.again(ticks);
    else if (isComparable && this.readBefore !== undefined && ticks < this.readBefore)
      this.cameLate(this.readBefore - ticks);
    if (number + 1 >= known) this.unmet.delete(key);
  }

  /** A record of that Time was read by earlier polls, and is there. */
  again(ticks: bigint): void {
    if (this.oldest === undefined || ticks < this.oldest) this.oldest = ticks;
  }

  /** Beyond the overlap it was the clock that was set. */
  private cameLate(by: bigint): void {
    if (by > this.lateBy && by <= this.asked.overlap) this.lateBy = by;
  }

  /** How late a record may be: twice what was seen, at least what the clock cannot tell, at most the overlap. */
  get margin(): bigint {
    const late = 2n * this.lateBy > this.untold ? 2n * this.lateBy : this.untold;
    return late < this.asked.overlap ? late : this.asked.overlap;
  }

  /** Whether anything came again. */
  get isThere(): boolean {
    return this.oldest !== undefined;
  }

  /** Whether that excludes that a record between was evicted. */
  get holds(): boolean {
    if (this.oldest === undefined) return false;
    if (this.hasSettled) return true;
    return this.unmet.size === 0 || this.readBefore === undefined || this.isRead(this.oldest);
  }

  /** Whether all that was entered before a record of that Time was read by earlier polls. */
  isRead(ticks: bigint): boolean {
    return this.readBefore !== undefined && ticks + this.margin <= this.readBefore;
  }
}
