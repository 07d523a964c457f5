import { Anchor } from './anchor';
import { clockSetBack } from './clock-set-back';
import { keyOf, LogContent } from './content';
import { EvictionWatch, overtaken } from './eviction';
import { LogPosition, Seen } from './position';
import { earlierOf, laterOf, ticksOfMs } from './time';
import { LogGap, unwatched, Verdict, verdictOf } from './verdict';
import type { NewRecord, Poll, Polled, PollFacts, PollNotice, PollOutcome, PollSettings } from './poll-types';

/** Begins a poll from a position; undefined = first contact. */
export function createPoll(before: LogPosition | undefined, facts: PollFacts, settings: PollSettings): Poll {
  return new LogPoll(before, facts, settings);
}

class LogPoll implements Poll {
  readonly start: bigint;
  readonly end: bigint;
  readonly notices: readonly PollNotice[];
  readonly overlap: bigint;
  /** Keys whose records were handed on before; none where they cannot be compared. */
  private readonly known: ReadonlyMap<string, Seen>;
  private readonly silent: boolean;
  private readonly changed: boolean;
  private readonly found = new Map<string, { readonly ticks: bigint; count: number }>();
  /** How often each key came since it was asked for anew; undefined: it never was. */
  private sinceAgain: Map<string, number> | undefined;
  /** The newest Time since then. */
  private newestInOrder: bigint | undefined;
  private readonly eviction: EvictionWatch;
  private readonly waiting: NewRecord[] = [];
  private newest: bigint | undefined;
  /** The first Time above the watermark. */
  private next: bigint | undefined;
  private readonly anchor: Anchor;
  private inOrder = true;
  private gapTold = false;
  /** Time of the last record before bytes that were none, until the next record is there. */
  private unreadableAfter: bigint | undefined;
  private readonly otherGaps: LogGap[] = [];
  private pages = 0;
  private total = 0;
  private repeated = 0;

  constructor(
    private readonly before: LogPosition | undefined,
    private readonly facts: PollFacts,
    settings: PollSettings
  ) {
    this.overlap = ticksOfMs(settings.overlapMs);
    this.silent = before === undefined && settings.startFrom === 'newest';
    const { fingerprint, fields } = facts;
    this.changed = before !== undefined && (before.fingerprint !== fingerprint || before.fields !== fields);
    this.known = this.changed ? new Map() : (before?.seen ?? new Map());
    const back = before === undefined ? undefined : clockSetBack(before, facts, this.overlap);
    this.end = back === undefined ? facts.deviceTicks : back.highest;
    const from = this.silent ? this.end : before?.watermark;
    const start =
      from === undefined ? 0n : (back !== undefined && back.lowest < from ? back.lowest : from) - this.overlap;
    this.start = laterOf(earlierOf(start, this.end), 0n);
    this.notices = [
      ...(this.changed ? (['settings-changed'] as const) : []),
      ...(back?.isFar === true ? (['clock-stepped-back'] as const) : [])
    ];
    this.anchor = new Anchor(before, this.known, this, facts, back?.isFar !== true);
    if (back !== undefined) this.anchor.disordered(back.by);
    this.eviction = new EvictionWatch(this.known, this.anchor.readBefore);
  }

  page(contents: readonly LogContent[]): void {
    this.pages++;
    this.endUnreadable(contents.length > 0 ? BigInt(contents[0].ticks) : undefined);
    this.eviction.beginPage();
    for (const content of contents) this.record(content);
    this.eviction.endPage(this.newest);
  }

  again(): void {
    this.sinceAgain = new Map();
    this.newestInOrder = undefined;
    this.eviction.sliced();
  }

  private lookAtOrder(ticks: bigint): void {
    const newest = this.newestInOrder;
    if (newest === undefined || ticks > newest) this.newestInOrder = ticks;
    else if (ticks < newest) {
      this.eviction.disordered();
      if (ticks < newest - this.overlap) this.inOrder = false;
      else this.anchor.disordered(newest - ticks);
    }
  }

  /** Which one among equals a record is, from 0; undefined where this poll has had it. */
  private numberOf(key: string, ticks: bigint): number | undefined {
    const found = this.found.get(key);
    const number = this.sinceAgain === undefined ? (found?.count ?? 0) : (this.sinceAgain.get(key) ?? 0);
    this.sinceAgain?.set(key, number + 1);
    if (found === undefined) this.found.set(key, { ticks, count: 1 });
    else if (number < found.count) return undefined;
    else found.count++;
    return number;
  }

  private record(content: LogContent): void {
    const ticks = BigInt(content.ticks);
    const key = keyOf(content);
    this.lookAtOrder(ticks);
    const number = this.numberOf(key, ticks);
    if (number === undefined) return;
    this.total++;
    if (this.newest === undefined || ticks > this.newest) this.newest = ticks;
    const { watermark } = this.before ?? {};
    if ((watermark === undefined || ticks > watermark) && (this.next === undefined || ticks < this.next))
      this.next = ticks;
    this.eviction.read(key);
    this.anchor.record(key, ticks, number, !this.changed);
    if (number < (this.known.get(key)?.count ?? 0)) this.repeated++;
    else if (!this.silent) this.waiting.push({ content, ticks, key, number });
  }

  unreadable(): void {
    this.unreadableAfter ??= this.newest ?? this.before?.watermark ?? this.start;
  }

  private endUnreadable(next: bigint | undefined): void {
    if (this.unreadableAfter === undefined || next === undefined) return;
    this.otherGaps.push(this.between(this.unreadableAfter, next, 'unreadable'));
    this.unreadableAfter = undefined;
  }

  take(): Polled | undefined {
    if (!this.inOrder || this.waiting.length === 0 || this.newest === undefined) return undefined;
    const { watermark } = this.before ?? {};
    if (watermark !== undefined && this.newest <= watermark + this.anchor.margin) return undefined;
    const taken = this.polled(earlierOf(this.newest, this.facts.deviceTicks), this.newest, false);
    // What lies further back than the overlap is not met again in a log that keeps the order.
    const from = this.newest - this.overlap;
    for (const [key, { ticks }] of this.found) if (ticks < from) this.found.delete(key);
    for (const key of this.sinceAgain?.keys() ?? []) if (!this.found.has(key)) this.sinceAgain?.delete(key);
    return taken;
  }

  get asksFirstAgain(): boolean {
    return this.eviction.isDue;
  }

  firstAgain(contents: readonly LogContent[]): void {
    const { before } = this;
    const now = contents.map((content) => ({ key: keyOf(content), ticks: BigInt(content.ticks) }));
    const read = [...this.known, ...this.found].map(([key, { ticks }]) => ({ key, ticks }));
    const by = this.eviction.inOrder ? overtaken(now, read) : undefined;
    if (by !== undefined) this.anchor.disordered(by);
    const passed = this.eviction.look(now, {
      // Before any poll got to its end nothing is known of how records are entered.
      late: before === undefined || before.completeTo < before.deviceTicks ? this.overlap : this.anchor.margin,
      comparesTimes: !this.notices.includes('clock-stepped-back'),
      newest: this.newest,
      overtaken: by
    });
    if (passed !== undefined)
      this.otherGaps.push(this.between(passed.after, passed.until ?? this.end, 'overflow-while-reading'));
  }

  get oldestFrom(): bigint | undefined {
    if (!this.changed || this.gapTold || this.anchor.holds) return undefined;
    return this.start > this.overlap ? this.start - this.overlap : 0n;
  }

  oldest(content: LogContent | undefined): void {
    if (content !== undefined && this.anchor.isRead(BigInt(content.ticks))) this.anchor.again(BigInt(content.ticks));
  }

  finish(): PollOutcome {
    this.endUnreadable(this.end);
    return { ...this.polled(this.watermark(), this.end, true), pages: this.pages, repeated: this.repeated };
  }

  /**
   * Nothing below it is asked for again, but for the overlap. Never above the device's clock: it may have been set
   * back.
   */
  private watermark(): bigint | undefined {
    const { newest, before } = this;
    const now = this.facts.deviceTicks;
    if (this.silent) return now;
    const read =
      newest === undefined || this.notices.includes('clock-stepped-back') ? newest : laterOf(newest, before?.watermark);
    const mark = read ?? before?.watermark;
    return mark === undefined ? undefined : earlierOf(mark, now);
  }

  private polled(watermark: bigint | undefined, completeTo: bigint, isComplete: boolean): Polled {
    const records = this.waiting.splice(0).sort((a, b) => (a.ticks < b.ticks ? -1 : a.ticks > b.ticks ? 1 : 0));
    const { facts, before } = this;
    // Of a clock that was set back, the next poll has to see that again where this one is not at its end.
    const clock = isComplete || before === undefined || this.end === facts.deviceTicks ? facts : before;
    return {
      records,
      gaps: [...this.gap(), ...this.otherGaps.splice(0)],
      position: {
        fingerprint: facts.fingerprint,
        watermark,
        seen: this.seenFrom(watermark, isComplete),
        deviceTicks: clock.deviceTicks,
        completeTo,
        hostMs: clock.hostMs,
        serverStart: facts.serverStart ?? this.before?.serverStart,
        fields: facts.fields,
        lateBy: this.anchor.lateBy
      }
    };
  }

  private seenFrom(watermark: bigint | undefined, isComplete: boolean): Map<string, Seen> {
    const seen = new Map<string, Seen>();
    if (watermark === undefined) return seen;
    const from = watermark - this.overlap;
    for (const [key, { ticks, count }] of this.found)
      if (ticks >= from) seen.set(key, { ticks, count, settled: Math.min(count, this.settled(key, isComplete)) });
    // A clock that was set back hides what it has already shown; it comes again when the clock gets there.
    for (const [key, one] of this.known) if (one.ticks > this.end) seen.set(key, one);
    return seen;
  }

  /** What a complete poll left unread was entered after it had begun: after all that was read before that. */
  private settled(key: string, isComplete: boolean): number {
    const { count = 0, settled = 0 } = this.known.get(key) ?? {};
    return isComplete ? count : settled;
  }

  private gap(): readonly LogGap[] {
    const { before } = this;
    const { heldFrom } = this.facts;
    if (before === undefined || this.gapTold) return [];
    if (heldFrom !== undefined) return unwatched(before, heldFrom, this.overlap);
    if (this.anchor.holds) return [];
    const comparable = [...before.seen.values()].some(({ ticks }) => ticks >= this.start && ticks <= this.end);
    const { total, overlap } = this;
    const verdict = this.anchor.isThere ? 'overflow' : verdictOf(before, this.facts, { total, comparable, overlap });
    if (verdict === undefined) return [];
    this.gapTold = true;
    return [this.between(before.watermark ?? before.completeTo, this.next ?? this.end, verdict)];
  }

  /** Where the clock was set back, Times do not tell what came first: the gap is all that was asked for. */
  private between(after: bigint, before: bigint, verdict: Verdict): LogGap {
    if (this.notices.includes('clock-stepped-back')) return { after: this.start, before: this.end, verdict };
    return { after, before: laterOf(before, after), verdict };
  }
}
